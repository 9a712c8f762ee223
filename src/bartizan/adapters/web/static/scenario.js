// A scenario as text beside the plan: faults as one types, the walks drawn, and a click that writes a place.

import { ask } from "./act.js";
import { byId, el, svg } from "./dom.js";
import { Plan } from "./plan.js";
import { shell } from "./shell.js";
import { say, span } from "./words.js";

const PAUSE = 350; // milliseconds without a key before a text is looked at
const NEW = "";

const places = await shell.places();
const plan = new Plan(places.site, places);
const text = byId("text");
let before = null; // the text that was opened; null for a new scenario
let scenes = [];
let waiting = 0;
let asked = 0;

function trouble(words) {
  byId("trouble").textContent = words;
  byId("trouble").hidden = words === "";
}

// ---- opening and keeping

async function names() {
  const { library } = await (await fetch("/drills.json")).json();
  byId("open").replaceChildren(el("option", { value: NEW }, say("scenario.new")), ...library.map((one) => el("option", { value: one.name }, one.name)));
}

async function open(name) {
  trouble("");
  if (name === NEW) {
    before = null;
    text.value = say("scenario.template");
  } else {
    const answer = await fetch(`/drills/scenario/${encodeURIComponent(name)}`);
    if (!answer.ok) {
      trouble(say("error.other"));
      return;
    }
    before = (await answer.json()).text;
    text.value = before;
  }
  byId("as").value = name;
  byId("name").textContent = name || say("scenario.new");
  await check();
}

async function keep(event) {
  event.preventDefault();
  trouble("");
  const name = byId("as").value;
  const written = text.value;
  const same = name === byId("open").value;
  const { done, words } = await ask("/drills/save", { name, text: written, before: same ? before : null });
  if (!done) {
    trouble(words);
    return;
  }
  await names();
  byId("open").value = name;
  byId("name").textContent = name;
  before = written;
  changed();
}

function changed() {
  byId("changed").textContent = text.value === (before ?? "") ? "" : ` ${say("scenario.changed")}`;
}

// ---- what the text comes to

function soon() {
  changed();
  clearTimeout(waiting);
  waiting = setTimeout(check, PAUSE);
}

async function check() {
  const turn = ++asked;
  const { done, words, body } = await ask("/drills/check", { text: text.value });
  if (turn !== asked) return; // a later text is being looked at
  if (!done) {
    trouble(words);
    return;
  }
  changed();
  byId("faults").replaceChildren(...body.faults.map(fault));
  byId("save").disabled = body.faults.some((one) => one.line > 0) || body.scenes.length === 0;
  if (body.scenes.length === 0) return; // the last drawing stays while a text is half written
  const chosen = byId("which").value;
  scenes = body.scenes;
  byId("which").replaceChildren(...scenes.map((one) => el("option", { value: one.id }, one.name)));
  if (scenes.some((one) => one.id === chosen)) byId("which").value = chosen;
  show();
}

function fault(one) {
  const where = one.line > 0 ? say("scenario.line", { line: one.line }) : "";
  return el("li", {}, el("button", { type: "button", class: "fault", onclick: () => goTo(one.line) }, where, one.words));
}

function goTo(line) {
  if (line < 1) return;
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
}

// ---- the plan

function show() {
  const scene = scenes.find((one) => one.id === byId("which").value) ?? scenes[0];
  if (!scene) return;
  byId("second").max = Math.ceil(scene.length);
  const happens = [
    ...scene.sensors.map((one) => ({ t: one.t, words: say("scenario.fires", { sensor: one.sensor }) })),
    ...scene.expected.map((one) => ({ t: one.by, words: say("scenario.expected", { id: one.id }) })),
  ].sort((one, other) => one.t - other.t);
  byId("happens").replaceChildren(...happens.map((one) => el("li", {}, `${span(one.t)}: ${one.words}`)));
  plan.overlay((group, px) => draw(group, px, scene));
}

function draw(group, px, scene) {
  const t = Number(byId("second").value);
  const drawn = scene.actors.flatMap((actor) => {
    const points = actor.walk.map(([, x, y]) => `${x},${-y}`).join(" ");
    const now = actor.walk.findLast(([at]) => at <= t);
    const [, x, y] = actor.walk[0] ?? [0, 0, 0];
    return [
      svg("polyline", { class: "walk", points, "stroke-width": px(2) }),
      ...actor.walk.filter(([at]) => Math.round(at) % 10 === 0).map(([at, a, b]) => svg("circle", { class: "walk-place", cx: a, cy: -b, r: px(3) }, svg("title", {}, span(at)))),
      svg("text", { class: "walk-name", x: x + px(6), y: -y - px(6), "font-size": px(13), "stroke-width": px(3) }, actor.id),
      now ? svg("circle", { class: "walk-now", cx: now[1], cy: -now[2], r: px(7), "stroke-width": px(3) }) : null,
    ];
  });
  group.replaceChildren(...drawn.filter(Boolean));
}

// A click on the plan writes a step where the text stands; the browser's own undo takes it back.
plan.ground.addEventListener("click", (event) => {
  const [x, y] = plan.groundAt(event).map((one) => one.toFixed(1));
  text.focus();
  document.execCommand("insertText", false, say("scenario.step", { x, y }));
});

byId("keep").addEventListener("submit", keep);
byId("open").addEventListener("change", () => open(byId("open").value));
byId("which").addEventListener("change", show);
byId("second").addEventListener("input", show);
text.addEventListener("input", soon);
addEventListener("beforeunload", (event) => {
  if (text.value !== (before ?? "") && text.value !== say("scenario.template")) event.preventDefault();
});
await names();
const wanted = new URLSearchParams(location.search).get("name") ?? NEW;
byId("open").value = wanted;
await open(byId("open").value);
