// The page of keys: those of this page, then those of every page.

import { byId, el } from "./dom.js";
import { say } from "./words.js";

const EVERYWHERE = [
  [["g", "…"], "go"],
  [["m"], "sound"],
  [["l"], "jot"],
  [["z", "0…9"], "alive"],
  [["Esc"], "cancel"],
  [["?"], "help"],
];

const list = (rows) => el("dl", {}, ...rows.flatMap(([pressed, row]) => [el("dt", {}, ...pressed.map((one) => el("kbd", {}, one))), el("dd", {}, say(`help.row.${row}`))]));

export function setUpHelp(keys) {
  const dialog = byId("help");
  const letters = el("input", { type: "checkbox", checked: true });
  // one-letter keys can be switched off (WCAG 2.1.4): buttons and arrows do everything too
  letters.addEventListener("change", () => {
    keys.enabled = letters.checked;
  });
  const own = el("div", {});
  dialog.append(
    el("h2", { id: "help-title" }, say("help.title")),
    el("p", {}, say("help.intro")),
    own,
    el("h3", {}, say("help.shell")),
    list(EVERYWHERE),
    el("label", {}, letters, say("help.shortcuts")),
    el("form", { method: "dialog" }, el("button", {}, say("help.close"))),
  );
  const open = () => dialog.showModal();
  byId("keys").addEventListener("click", open);
  // rows are [[key, ...], word of the catalogue under "help.row."]
  return { open, show: (rows) => own.replaceChildren(list(rows)) };
}
