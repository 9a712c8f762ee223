// Exercises: what can be played, what is being played, and what came of those before.

import { ask } from "./act.js";
import { byId, el } from "./dom.js";
import { reader } from "./reader.js";
import { shell } from "./shell.js";
import { day, say, span, timeOfDay } from "./words.js";

const LOOK_EVERY = 2000; // milliseconds between two looks at how it goes

await shell.places();
const read = reader("/drills.json");

function trouble(words) {
  byId("trouble").textContent = words;
  byId("trouble").hidden = words === "";
}

async function begin(name) {
  trouble("");
  const { done, words } = await ask("/drills/begin", { name });
  if (!done) trouble(words);
  await look();
}

async function end() {
  byId("end").disabled = true;
  const { done, words } = await ask("/drills/end");
  byId("end").disabled = false;
  if (!done) trouble(words);
  await look();
}

function scenario(one, busy) {
  const facts = one.fault ?? say(one.scenes === 1 ? "drills.facts.one" : "drills.facts", { scenes: one.scenes, time: span(one.seconds) });
  return el(
    "li",
    {},
    el("strong", {}, one.name),
    el("p", { class: one.fault ? "fault" : "soft" }, one.about, one.about ? " " : "", facts),
    el("a", { class: "edit", href: `/drills/scenario?name=${encodeURIComponent(one.name)}` }, say("drills.edit")),
    el("button", { type: "button", disabled: busy || Boolean(one.fault), onclick: () => begin(one.name) }, say("drills.begin")),
  );
}

function outcome(one) {
  if (one.reason) return say("drills.failed", { reason: one.reason });
  if (one.stopped) return say("drills.stopped");
  return one.missed.length > 0 ? say("drills.missed", { what: one.missed.join("; ") }) : say("drills.passed");
}

function past(one) {
  const report = one.report ? el("a", { href: `/drills/${encodeURIComponent(one.id)}/report`, download: true }, say("drills.open")) : "–";
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, `${day(one.begun_at)}, ${timeOfDay(one.begun_at)}`),
    el("td", {}, one.name),
    el("td", {}, one.begun_by),
    el("td", {}, outcome(one)),
    el("td", {}, report),
  );
}

async function look() {
  const found = await read();
  if (found === null) return;
  const { running } = found;
  byId("running").hidden = running === null;
  if (running !== null) {
    byId("running-title").textContent = say("drills.running", { name: running.name, by: running.begun_by });
    byId("said").replaceChildren(...found.said.map((one) => el("li", {}, el("time", { datetime: one.at }, timeOfDay(one.at)), one.what)));
    byId("said").scrollTop = byId("said").scrollHeight;
  }
  byId("library").replaceChildren(...found.library.map((one) => scenario(one, running !== null)));
  byId("none").hidden = found.library.length > 0;
  byId("past").replaceChildren(...found.past.map(past));
}

byId("end").addEventListener("click", end);
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, dialog");
  if (event.key === "x" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && !byId("running").hidden) end();
});
await look();
setInterval(look, LOOK_EVERY);
