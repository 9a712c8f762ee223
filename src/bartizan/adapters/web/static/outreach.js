// People outside: what waits to be sent, who agreed to what, and how the desk reaches them.

import { ask } from "./act.js";
import { byId, el } from "./dom.js";
import { setUpSettings } from "./outreach-settings.js";
import { shell } from "./shell.js";
import { day, say, timeOfDay } from "./words.js";

const LOOK_EVERY = 5000; // milliseconds
const LEVELS = ["clear", "green", "amber", "amber+strict"];
const SENT = ["asked", "confirmed", "paused"];

await shell.places();
let last = "";

function trouble(words) {
  byId("trouble").textContent = words;
  byId("trouble").hidden = words === "";
}

async function command(path, body) {
  const { done, words } = await ask(path, body);
  trouble(done ? "" : words);
  if (done) shell.tell(true, say("outreach.done"));
  await look();
}

const showSettings = setUpSettings({
  trouble,
  async done() {
    shell.tell(true, say("outreach.done"));
    last = "";
    await look();
  },
});

const moment = (instant) => (instant ? `${day(instant)}, ${timeOfDay(instant)}` : "–");

function person(one) {
  const path = `/outreach/subscribers/${encodeURIComponent(one.id)}`;
  const living = SENT.includes(one.stage);
  const level = el("select", { "aria-label": say("outreach.level.of", { who: one.who }), disabled: !living, onchange: (event) => command(`${path}/level`, { level: event.target.value }) });
  level.append(...LEVELS.map((name) => el("option", { value: name, selected: name === one.level }, name.toUpperCase())));
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, one.who),
    el("td", {}, say(`outreach.stage.${one.stage}`)),
    el("td", {}, say(`outreach.every.${one.every}`)),
    el("td", {}, level),
    el("td", {}, say("outreach.versions", { terms: one.terms, privacy: one.privacy })),
    el("td", {}, moment(one.confirmed_at ?? one.asked_at)),
    el(
      "td",
      {},
      one.stage === "paused" && el("button", { type: "button", onclick: () => command(`${path}/resume`, {}) }, say("outreach.resume")),
      living && el("button", { type: "button", class: "grave", onclick: () => command(`${path}/remove`, {}) }, say("outreach.remove")),
    ),
  );
}

async function look() {
  const answer = await fetch("/outreach.json");
  if (!answer.ok) {
    const refused = await answer.json().catch(() => ({}));
    trouble(refused.error ?? say("error.other"));
    return;
  }
  const text = await answer.text();
  if (text === last) return; // what is not new is not drawn again: the focus stays where it is
  last = text;
  const found = JSON.parse(text);
  byId("backlog").textContent = say(found.backlog.waiting ? "outreach.waiting" : "outreach.empty", { ...found.backlog, oldest: moment(found.backlog.oldest) });
  byId("problem").hidden = found.backlog.problem === null;
  byId("problem").textContent = found.backlog.problem ?? "";
  byId("people").replaceChildren(...found.subscribers.map(person));
  byId("none").hidden = found.subscribers.length > 0;
  showSettings(found.settings);
}

await look();
setInterval(look, LOOK_EVERY);
