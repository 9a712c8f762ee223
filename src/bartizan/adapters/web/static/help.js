// The page of keys.

import { byId, el } from "./dom.js";
import { say } from "./words.js";

const ROWS = [
  [["n", "a"], "next"],
  [["j", "k"], "move"],
  [["d", "1…7"], "assess"],
  [["s", "1…9"], "send"],
  [["o", "1…9"], "on_scene"],
  [["c", "c"], "contact"],
  [["x", "x"], "close"],
  [["r", "r"], "reopen"],
  [["v", "1…9"], "camera"],
  [["w"], "note"],
  [["m"], "sound"],
  [["Esc"], "cancel"],
  [["?"], "help"],
];

export function setUpHelp(keys) {
  const dialog = byId("help");
  const letters = el("input", { type: "checkbox", checked: true });
  // one-letter keys can be switched off (WCAG 2.1.4): buttons and arrows do everything too
  letters.addEventListener("change", () => {
    keys.enabled = letters.checked;
  });
  dialog.append(
    el("h2", { id: "help-title" }, say("help.title")),
    el("p", {}, say("help.intro")),
    el("dl", {}, ...ROWS.flatMap(([pressed, row]) => [el("dt", {}, ...pressed.map((one) => el("kbd", {}, one))), el("dd", {}, say(`help.row.${row}`))])),
    el("label", {}, letters, say("help.shortcuts")),
    el("form", { method: "dialog" }, el("button", {}, say("help.close"))),
  );
  byId("keys").addEventListener("click", () => dialog.showModal());
  return () => dialog.showModal();
}
