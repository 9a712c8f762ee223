// The log-book: write a line, read back, find.

import { ask } from "./act.js";
import { byId, el } from "./dom.js";
import { shell } from "./shell.js";
import { day, say, timeOfDay } from "./words.js";

await shell.places();
let corrects = null;
let oldest = null;

function correct(number) {
  corrects = number;
  byId("correcting").hidden = number === null;
  byId("correcting").textContent = number === null ? "" : say("logbook.correcting", { number });
  byId("text").focus();
}

function line(one) {
  const later = one.written_at.slice(0, 16) !== one.happened_at.slice(0, 16);
  const notes = [
    one.exercise && say("logbook.exercise"),
    one.corrects && say("logbook.corrects", { number: one.corrects }),
    later && say("logbook.written", { time: timeOfDay(one.written_at) }),
  ].filter(Boolean);
  return el(
    "tr",
    { id: `line-${one.number}` },
    el("td", {}, String(one.number)),
    el("td", {}, el("time", { datetime: one.happened_at }, `${day(one.happened_at)} ${timeOfDay(one.happened_at)}`)),
    el("td", {}, one.by),
    el("td", {}, one.text, notes.length > 0 && el("span", { class: "soft" }, ` (${notes.join("; ")})`)),
    el("td", {}, el("button", { type: "button", onclick: () => correct(one.number) }, say("logbook.correct"))),
  );
}

async function read(before = null) {
  const words = byId("words").value.trim();
  const asked = new URLSearchParams({ count: "100", ...(words ? { words } : {}), ...(before ? { before: String(before) } : {}) });
  const answer = await fetch(`/logbook.json?${asked}`);
  if (!answer.ok) return;
  const { lines } = await answer.json();
  const rows = lines.map(line);
  if (before === null) byId("lines").replaceChildren(...rows);
  else byId("lines").append(...rows);
  oldest = lines.at(-1)?.number ?? oldest;
  byId("none").hidden = byId("lines").children.length > 0;
  byId("older").hidden = words !== "" || oldest === null || oldest <= 1 || lines.length === 0;
}

byId("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("text");
  const minutes = Math.min(Math.max(Number(byId("ago").value) || 0, 0), 1440);
  const { done, words, body } = await ask("/logbook", { text: text.value, seconds_ago: Math.round(60 * minutes), corrects });
  byId("trouble").textContent = words;
  byId("trouble").hidden = done;
  if (!done) return;
  event.target.reset();
  correct(null);
  shell.tell(true, say("jot.done", { number: body.number }));
  await read();
});
byId("find").addEventListener("submit", (event) => {
  event.preventDefault();
  oldest = null;
  read();
});
byId("older").addEventListener("click", () => read(oldest));
shell.on("news", ({ topic }) => topic === "logbook" && byId("words").value.trim() === "" && read());
await read();
byId("text").focus();
