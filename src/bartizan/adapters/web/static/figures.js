// What the desk's own record says of its work. Real alarms and those of exercises are never shown together.

import { byId, el } from "./dom.js";
import { interval, most } from "./interval.js";
import { shell } from "./shell.js";
import { day, say, span, timeOfDay } from "./words.js";

await shell.places();
let study = null;

const number = (value) => (value === null ? "–" : String(Number(value.toPrecision(3))));
const percent = (value) => (value === null ? "–" : `${Math.round(100 * value)} %`);
const seconds = (value) => (value === null ? "–" : span(value));
const ends = (found, words) => (found.value === null ? "–" : say("figures.interval", { value: words(found.value), low: words(found.low ?? 0), high: found.high === null ? "?" : words(found.high) }));

function table(title, heads, rows, about = null) {
  return el(
    "section",
    {},
    el("h2", {}, title),
    about && el("p", { class: "soft" }, about),
    el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, say(head))))), el("tbody", {}, ...rows)),
    rows.length === 0 && el("p", { class: "soft" }, say("figures.none")),
  );
}

const row = (name, ...cells) => el("tr", {}, el("th", { scope: "row" }, name), ...cells.map((cell) => el("td", {}, cell)));

function load(part) {
  const over = new Set(part.load.over);
  const rows = Object.entries(part.load.judged).map(([name, value]) => {
    const words = number(value);
    return row(say(`figures.judged.${name}`), el("span", { class: over.has(name) ? "bad" : "" }, over.has(name) ? say("figures.over", { value: words }) : words), number(study.limits[name]));
  });
  const more = say("figures.more", part.load);
  return table(say("figures.load"), ["figures.what", "figures.here", "figures.most"], rows, more);
}

function priorities(part) {
  const rows = Object.entries(part.load.priorities).map(([name, one]) =>
    row(say(`priority.${name}`), one.alarms, ends(one.share, percent), interval(one.share, 1, ends(one.share, percent), study.mix[name]), percent(study.mix[name])),
  );
  return table(say("figures.priorities"), ["figures.priority", "figures.alarms", "figures.share", "figures.plot", "figures.usual"], rows);
}

function quality(part) {
  const rows = part.quality.map((one) =>
    row(
      `${one.origin} ${one.id}`,
      one.alarms,
      one.real,
      one.nuisance,
      one.false,
      one.unjudged,
      ends(one.nuisance_a_day, number),
      ends(one.false_a_day, number),
      ends(one.nuisance_share, percent),
      interval(one.nuisance_share, 1, ends(one.nuisance_share, percent)),
    ),
  );
  const heads = ["figures.source", "figures.alarms", "figures.real", "figures.nuisance", "figures.false", "figures.unjudged", "figures.nuisance.day", "figures.false.day", "figures.nuisance.share", "figures.plot"];
  return table(say("figures.quality"), heads, rows, say("figures.quality.words"));
}

function chain(part) {
  const shown = part.chain.filter((one) => one.count || one.waiting);
  const scale = most(shown.map((one) => one.median));
  const rows = shown.map((one) => row(say(`figures.link.${one.name}`), one.count, one.waiting, one.backwards, ends(one.median, seconds), interval(one.median, scale, ends(one.median, seconds)), seconds(one.nine_in_ten.value)));
  return table(say("figures.chain"), ["figures.link", "figures.count", "figures.waiting", "figures.backwards", "figures.median", "figures.plot", "figures.nine"], rows, say("figures.chain.words"));
}

function stretches(title, found) {
  const scale = most(found.map((one) => one.per_hour), study.limits.per_hour);
  const rows = found.map((one) =>
    row(one.name, number(one.hours), one.alarms, ends(one.per_hour, number), interval(one.per_hour, scale, ends(one.per_hour, number), study.limits.per_hour), ends(one.nuisance_share, percent), ends(one.false_share, percent), seconds(one.acknowledged.median.value), seconds(one.on_scene.median.value)),
  );
  return table(title, ["figures.when", "figures.hours", "figures.calls", "figures.hour", "figures.plot", "figures.nuisance.share", "figures.false.share", "figures.link.acknowledged", "figures.link.on_scene"], rows);
}

function floods(part) {
  const rows = part.load.floods.map((one) => row(`${day(one.begins)}, ${timeOfDay(one.begins)}`, timeOfDay(one.ends), one.alarms));
  return table(say("figures.floods"), ["figures.from", "figures.to", "figures.calls"], rows, say("figures.floods.words"));
}

function draw() {
  const part = study[byId("kind").value];
  byId("few").hidden = study.enough_days;
  byId("few").textContent = say("figures.few");
  byId("figures").replaceChildren(load(part), priorities(part), floods(part), quality(part), chain(part), stretches(say("figures.weeks"), part.weeks), stretches(say("figures.shifts"), part.shifts));
}

async function look() {
  byId("working").textContent = say("figures.working");
  const asked = new URLSearchParams({ positions: byId("positions").value || "1" });
  if (byId("days").value) asked.set("days", byId("days").value);
  const answer = await fetch(`/figures.json?${asked}`).catch(() => null);
  byId("working").textContent = "";
  const refused = answer?.ok ? null : ((await answer?.json().catch(() => null))?.error ?? say("act.offline"));
  byId("trouble").hidden = refused === null;
  byId("trouble").textContent = refused ?? "";
  if (refused !== null) return;
  study = await answer.json();
  draw();
}

byId("days").addEventListener("change", look);
byId("positions").addEventListener("change", look);
byId("kind").addEventListener("change", () => study && draw());
byId("asked").addEventListener("submit", (event) => event.preventDefault());
await look();
