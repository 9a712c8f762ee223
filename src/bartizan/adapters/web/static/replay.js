// Looking back: one instant of the past on the plan, with the pictures that were kept, moved along a bar of time.

import { byId, el, priorityMark, svg } from "./dom.js";
import { Plan } from "./plan.js";
import { shell } from "./shell.js";
import { day, instantOf, localOf, name, say, timeOfDay } from "./words.js";

const HOUR = 3_600_000; // milliseconds
const STEP = 10_000; // milliseconds of one step back or on
const FRAME = 100; // milliseconds between two pictures of the past while it plays
const FRESH = 30_000; // milliseconds that a kept picture stands for what was seen
const SPEEDS = [1, 2, 5, 10, 30, 60, 300];
const WAITS = new Set(["raised", "reopened", "reactivated"]);

const places = await shell.places();
const plan = new Plan(places.site, places);
let past = { begin: 0, end: HOUR, alarms: [], pictures: [] };
let now = 0;
let chosen = null;
let playing = null;
const images = new Map();

byId("speed").append(...SPEEDS.map((one) => el("option", { value: one, selected: one === 10 }, `${one} ×`)));

// ---- the stretch

async function load(begin, end) {
  const answer = await fetch(`/replay/past?${new URLSearchParams({ begin: new Date(begin).toISOString(), end: new Date(end).toISOString() })}`).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    shell.tell(false, say("act.failed", { reason: told?.error ?? say("act.offline") }));
    return;
  }
  const times = (list, key) => list.map((one) => ({ ...one, ms: Date.parse(one[key]) }));
  past = {
    begin: Date.parse(told.begin),
    end: Date.parse(told.end),
    alarms: times(told.alarms, "raised_at").map((one) => ({ ...one, over: one.closed_at ? Date.parse(one.closed_at) : Infinity, events: times(one.events, "at"), places: times(one.places, "at") })),
    pictures: times(told.pictures, "taken"),
  };
  byId("said").textContent = told.cut ? say("replay.cut", { n: told.cut }) : told.since ? say("replay.since", { time: `${day(told.since)} ${timeOfDay(told.since)}` }) : "";
  byId("count").textContent = say("replay.count", { alarms: past.alarms.length, pictures: past.pictures.length });
  byId("none").hidden = past.alarms.length > 0;
  byId("begin").value = localOf(past.begin);
  byId("end").value = localOf(past.end);
  byId("first").textContent = `${day(past.begin)} ${timeOfDay(past.begin)}`;
  byId("last").textContent = `${day(past.end)} ${timeOfDay(past.end)}`;
  showMarks();
  go(past.alarms[0]?.ms ?? past.begin);
}

const share = (ms) => Math.min(Math.max((ms - past.begin) / (past.end - past.begin), 0), 1);

function showMarks() {
  const alarms = past.alarms.map((alarm) => {
    const mark = el("i", { class: alarm.priority });
    mark.style.left = `${share(alarm.ms) * 100}%`;
    mark.style.width = `${(share(Math.min(alarm.over, past.end)) - share(alarm.ms)) * 100}%`;
    return mark;
  });
  const pictures = past.pictures.map(({ ms }) => {
    const mark = el("b", {});
    mark.style.left = `${share(ms) * 100}%`;
    return mark;
  });
  byId("marks").replaceChildren(...alarms, ...pictures);
}

// ---- one instant

function go(ms) {
  now = Math.min(Math.max(ms, past.begin), past.end);
  byId("time").value = String(Math.round(share(now) * 1000));
  const words = `${day(now)} ${timeOfDay(now)}`;
  byId("then").textContent = words;
  byId("time").setAttribute("aria-valuetext", words);
  show();
}

// What an alarm was at that instant, from its events alone.
function asOf(alarm) {
  const done = alarm.events.filter(({ ms }) => ms <= now);
  const last = (kinds) => done.findLast(({ kind }) => kinds.includes(kind));
  const handling = last(["raised", "acknowledged", "assessed", "assessment-begun", "closed", "reopened"])?.kind ?? "raised";
  const walked = alarm.places.filter(({ ms }) => ms <= now).map(({ place }) => place);
  const state = { raised: "raised", reopened: "reopened", acknowledged: "acknowledged", "assessment-begun": "assessing", assessed: "assessing", closed: "closed" }[handling];
  return { ...alarm, handling: state, walked, waits: WAITS.has(handling), signal: { ...alarm.signal, at: walked.at(-1) ?? alarm.signal.at, tracks: alarm.signal.tracks ?? [], cameras: alarm.signal.cameras ?? [] } };
}

function show() {
  const there = past.alarms.filter((alarm) => alarm.ms <= now && alarm.over > now).map(asOf);
  plan.showAlarms(there, chosen);
  plan.overlay((layer, px) => {
    layer.replaceChildren(
      ...there.flatMap(({ walked }) => {
        if (walked.length === 0) return [];
        const [x, y] = walked.at(-1);
        return [svg("polyline", { class: "walked", points: walked.map(([a, b]) => `${a},${-b}`).join(" ") }), svg("circle", { class: "walked-at", cx: x, cy: -y, r: px(5) })];
      }),
    );
  });
  showAlarms(there);
  showPictures();
}

function showAlarms(there) {
  const open = new Set(there.map(({ id }) => id));
  byId("alarms").replaceChildren(
    ...past.alarms.map((alarm) => {
      const state = open.has(alarm.id) ? asOf(alarm).handling : alarm.ms > now ? "later" : "closed";
      const classes = ["alarm", alarm.priority, state === "later" ? "closed" : state, alarm.id === chosen && "chosen"].filter(Boolean).join(" ");
      return el(
        "li",
        { id: `past-${alarm.id}`, class: classes, role: "option", "aria-selected": String(alarm.id === chosen), onclick: () => jump(alarm) },
        priorityMark(alarm.priority, 20),
        el("div", { class: "words" }, el("p", { class: "what" }, el("span", { class: "unseen" }, `${say(`priority.${alarm.priority}`)}: `), places.what(alarm)), el("p", { class: "where" }, places.where({ signal: { ...alarm.signal, cameras: alarm.signal.cameras ?? [] } }))),
        el("div", { class: "side" }, el("time", {}, timeOfDay(alarm.ms)), el("p", { class: "state" }, state === "later" ? say("replay.later") : say(`handling.${state}`)), alarm.exercise ? el("p", { class: "tag" }, say("exercise.banner")) : null),
      );
    }),
  );
  const current = chosen && byId(`past-${chosen}`);
  if (current) byId("alarms").setAttribute("aria-activedescendant", current.id);
  else byId("alarms").removeAttribute("aria-activedescendant");
}

// Of each camera the latest picture that was taken shortly before.
function showPictures() {
  const latest = new Map();
  for (const picture of past.pictures) if (picture.ms <= now && now - picture.ms <= FRESH) latest.set(picture.camera, picture);
  const shown = [...latest.values()];
  byId("pictures-none").hidden = shown.length > 0;
  // only what changed is put anew: nothing flickers, and no picture is taken out of the figure that it stands in
  const names = shown.map(({ id }) => id).join(" ");
  if (byId("pictures").dataset.shown === names) return;
  byId("pictures").dataset.shown = names;
  const figures = shown.map((picture) => {
    const known = images.get(picture.id) ?? el("img", { src: `/replay/pictures/${encodeURIComponent(picture.id)}`, alt: say("replay.picture", { camera: places.camera(picture.camera), time: timeOfDay(picture.ms) }) });
    images.set(picture.id, known);
    return el("figure", {}, known, el("figcaption", {}, el("span", {}, places.camera(picture.camera)), el("time", {}, timeOfDay(picture.ms))));
  });
  byId("pictures").replaceChildren(...figures);
  if (images.size > 200) images.delete(images.keys().next().value);
}

function jump(alarm) {
  chosen = alarm.id;
  go(alarm.ms);
  byId(`past-${alarm.id}`)?.scrollIntoView({ block: "nearest" });
}

// ---- keys and buttons

function play() {
  const on = playing === null;
  clearInterval(playing);
  playing = on ? setInterval(tick, FRAME) : null;
  byId("play").lastElementChild.textContent = say(on ? "replay.pause" : "replay.play");
  if (on && now >= past.end) go(past.begin);
}

function tick() {
  if (now >= past.end) play();
  else go(now + FRAME * Number(byId("speed").value));
}

const step = (by) => go(now + by);

function next(way) {
  const sorted = way > 0 ? past.alarms : [...past.alarms].reverse();
  const at = past.alarms.findIndex(({ id }) => id === chosen);
  const found = at === -1 ? sorted.find(({ ms }) => (ms - now) * way >= 0) : past.alarms[at + way];
  if (found) jump(found);
}

byId("play").addEventListener("click", play);
byId("back").addEventListener("click", () => step(-STEP));
byId("on").addEventListener("click", () => step(STEP));
byId("before").addEventListener("click", () => next(-1));
byId("next").addEventListener("click", () => next(1));
byId("time").addEventListener("input", () => go(past.begin + (Number(byId("time").value) / 1000) * (past.end - past.begin)));
byId("stretch").addEventListener("submit", (event) => {
  event.preventDefault();
  load(instantOf(byId("begin").value), instantOf(byId("end").value));
});
const faster = (way) => {
  const at = SPEEDS.indexOf(Number(byId("speed").value)) + way;
  byId("speed").value = String(SPEEDS[Math.min(Math.max(at, 0), SPEEDS.length - 1)]);
};
shell.keys.add({
  simple: { p: play, b: () => step(-STEP), f: () => step(STEP), j: () => next(1), k: () => next(-1), "+": () => faster(1), "-": () => faster(-1) },
  hints: [["p", "replay.play"], ["b", "f", "replay.step"], ["j", "k", "replay.alarm"], ["+", "-", "replay.speed"]],
});
shell.help.show([
  [["p"], "replay.play"],
  [["b", "f"], "replay.step"],
  [["j", "k"], "replay.alarm"],
  [["+", "-"], "replay.speed"],
]);

// "?about=ALARM&at=INSTANT" from another page: the hour round that instant
const wanted = new URLSearchParams(location.search);
const about = Date.parse(wanted.get("at") ?? "");
const until = Number.isNaN(about) ? Date.parse(shell.now ?? new Date().toISOString()) : about + HOUR / 2;
chosen = wanted.get("about");
await load(until - HOUR, until);
if (!Number.isNaN(about)) go(about);
