// The assessment: cases with the chance of interruption, the worst path on the plan, figures to try, upgrades to buy.

import { ask } from "./act.js";
import { byId, el, svg } from "./dom.js";
import { History } from "./history.js";
import { Plan } from "./plan.js";
import { middle } from "./shapes.js";
import { shell } from "./shell.js";
import { name, say, span } from "./words.js";

const LOOK_EVERY = 250; // milliseconds between two looks at how far it is
const ALL = "";

const places = await shell.places();
const plan = new Plan(places.site, places);
const choices = await (await fetch("/assessment/choices")).json();
const history = new History({ edits: [], upgrades: [] });
let answer = null; // the latest that was worked out
let chosen = 0; // which case of it
let job = null;

// ---- what is asked

const options = (things) => [el("option", { value: ALL }, say("assess.all")), ...things.map((one) => el("option", { value: one.id }, one.name))];
for (const [id, things] of [["threat", choices.threats], ["target", choices.targets], ["response", choices.responses]]) {
  byId(id).append(...options(things));
  byId(id).addEventListener("change", study);
}
const axes = new Map();
for (const state of choices.states) axes.set(state.axis, [...(axes.get(state.axis) ?? []), state]);
for (const [axis, states] of axes) {
  const select = el("select", { "data-axis": axis, onchange: study }, el("option", { value: ALL }, say("assess.as-written")), ...states.map((one) => el("option", { value: one.id }, one.name)));
  byId("states").append(el("label", { class: "field" }, name("axis", axis), select));
}
const upgrades = choices.upgrades.map((one) => {
  const box = el("input", { type: "checkbox", value: one.id, onchange: buy });
  byId("upgrades").append(el("label", { class: "check" }, box, el("span", {}, one.name, " ", el("small", { class: "soft" }, say("assess.cost", { cost: one.cost })))));
  return box;
});
byId("harden").hidden = upgrades.length === 0;
byId("asked").addEventListener("submit", (event) => event.preventDefault());
byId("buying").addEventListener("submit", (event) => {
  event.preventDefault();
  begin("harden", { budget: Number(byId("budget").value) });
});

const listed = (id) => (byId(id).value ? [byId(id).value] : []);

function question() {
  const states = [...byId("states").querySelectorAll("select")].map(({ value }) => value).filter(Boolean);
  return { threats: listed("threat"), targets: listed("target"), responses: listed("response"), states, ...history.state };
}

function study() {
  begin("study");
}

function change(state) {
  history.put(state);
  study();
}

function buy() {
  change({ ...history.state, upgrades: upgrades.filter((box) => box.checked).map((box) => box.value) });
}

function edit(figure, value, sd) {
  const others = history.state.edits.filter((one) => one.at !== figure.at || one.key !== figure.key);
  change({ ...history.state, edits: [...others, { at: figure.at, key: figure.key, value, ...(sd === undefined ? {} : { sd }) }] });
}

function step(to) {
  to();
  for (const box of upgrades) box.checked = history.state.upgrades.includes(box.value);
  study();
}

const undo = () => history.canUndo && step(() => history.undo());
const redo = () => history.canRedo && step(() => history.redo());
byId("undo").addEventListener("click", undo);
byId("redo").addEventListener("click", redo);
byId("reset").addEventListener("click", () => step(() => history.put({ edits: [], upgrades: [] })));
byId("stop").addEventListener("click", stop);

// ---- work beside the desk

async function begin(kind, more = {}) {
  if (job) await ask(`/assessment/jobs/${job}/cancel`);
  const { body, words } = await ask("/assessment/jobs", { kind, ...question(), ...more });
  trouble(words);
  buttons();
  if (!body) return;
  job = body.id;
  byId("stop").hidden = false;
  follow(body.id);
}

async function follow(id) {
  while (job === id) {
    const answered = await fetch(`/assessment/jobs/${id}`).catch(() => null);
    const told = answered?.ok ? await answered.json() : null;
    if (job !== id) return;
    if (!told || ["done", "failed", "cancelled"].includes(told.state)) {
      job = null;
      byId("stop").hidden = true;
      byId("working").textContent = told?.state === "cancelled" ? say("assess.stopped") : "";
      trouble(told ? (told.state === "failed" ? told.words : "") : say("act.offline"));
      if (told?.state === "done") show(told.result);
      return;
    }
    byId("working").textContent = told.total ? say("assess.working", told) : say("assess.searching", told);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

function stop() {
  if (job) ask(`/assessment/jobs/${job}/cancel`);
}

function trouble(words) {
  byId("trouble").hidden = !words;
  byId("trouble").textContent = words ?? "";
}

function buttons() {
  byId("undo").disabled = !history.canUndo;
  byId("redo").disabled = !history.canRedo;
  byId("reset").disabled = history.state.edits.length === 0 && history.state.upgrades.length === 0;
}

// ---- what came of it

const percent = (p) => (p === null || p === undefined ? "–" : `${(100 * p).toFixed(1)} %`);

function show(result) {
  if (result.kind === "harden") {
    showBought(result.hardening);
    return;
  }
  const before = answer?.results[chosen]?.after;
  answer = result;
  const same = before ? answer.results.findIndex(({ after }) => after.threat === before.threat && after.target === before.target && after.response === before.response) : -1;
  const least = answer.results.reduce((worst, one, i) => ((one.after.p_interruption ?? 2) < (answer.results[worst].after.p_interruption ?? 2) ? i : worst), 0);
  chosen = same === -1 ? least : same;
  const lines = answer.changes.filter((line) => !line.includes(".source "));
  byId("changes").replaceChildren(...(lines.length ? lines : [say("assess.changes.none")]).map((line) => el("li", {}, line)));
  showCase();
}

const called = (group, id) => choices[group].find((one) => one.id === id)?.name ?? id ?? "–";

function showCase() {
  byId("rows").replaceChildren(
    ...answer.results.map(({ before, after }, i) => {
      const better = (after.p_interruption ?? 1) - (before.p_interruption ?? 1);
      const open = () => {
        chosen = i;
        showCase();
      };
      return el(
        "tr",
        { "aria-selected": String(i === chosen), onclick: open },
        el("td", {}, el("button", { type: "button", onclick: open, "aria-pressed": String(i === chosen) }, called("threats", after.threat))),
        el("td", {}, called("targets", after.target)),
        el("td", {}, called("responses", after.response)),
        el("td", { class: "number" }, percent(before.p_interruption)),
        el("td", { class: `number ${better > 1e-9 ? "good" : better < -1e-9 ? "bad" : ""}` }, percent(after.p_interruption)),
      );
    }),
  );
  const { before, after } = answer.results[chosen];
  showVerdict(before, after);
  showPath(after);
  draw(after.paths[0]?.steps ?? [], after.critical_detection_point);
  buttons();
}

function showVerdict(before, after) {
  const p = after.p_interruption;
  const changed = before.p_interruption !== p;
  byId("verdict").replaceChildren(
    el("strong", { class: p === null ? "" : p >= 0.7 ? "good" : p >= 0.3 ? "warn" : "bad" }, percent(p)),
    el(
      "div",
      {},
      el("p", {}, p === null ? after.reason : say("assess.verdict", { threat: called("threats", after.threat), target: called("targets", after.target), response: called("responses", after.response) })),
      changed ? el("p", {}, say("assess.was", { p: percent(before.p_interruption) })) : null,
      el("p", {}, say(after.proved ? "assess.proved" : "assess.not-proved"), after.p_effectiveness === null ? "" : ` · ${say("assess.effect", { p: percent(after.p_effectiveness) })}`),
      ...after.notes.map((words) => el("p", {}, words)),
    ),
  );
}

function showPath(result) {
  const steps = result.paths[0]?.steps ?? [];
  const rows = steps.map((one, i) => {
    const [place, way] = places.layer({ kind: one.kind, id: one.id, way: one.way });
    const critical = i === result.critical_detection_point;
    return el(
      "li",
      { class: critical ? "critical" : "" },
      el("h3", {}, el("span", {}, `${i + 1}  ${place}`, way ? el("small", {}, ` ${way}`) : null), el("small", {}, say("assess.step", { p: percent(one.p_detection), time: span(one.delay_mean), left: span(one.mean_after) }))),
      figures(result.figures[i] ?? []),
      critical ? el("p", { class: "note" }, say("assess.critical")) : null,
    );
  });
  rows.push(el("li", {}, el("h3", {}, el("span", {}, called("responses", result.response)), el("small", {}, say("assess.arrives", { time: span(result.response_mean) }))), figures(result.response_figures)));
  byId("path").replaceChildren(...rows);
}

function figures(list) {
  return el("div", { class: "figures" }, ...list.map(field));
}

// One figure: a probability, or a time with its spread. What is typed is tried at once, and can be undone.
function field(figure) {
  const edited = history.state.edits.some((one) => one.at === figure.at && one.key === figure.key);
  const isTime = "mean" in figure;
  const label = `${figure.name.replaceAll("_", " ")}${isTime ? ", s" : ""}`;
  const title = say("assess.figure", { at: figure.at, key: figure.key, source: figure.source ?? say("assess.unsourced") });
  const input = el("input", { type: "number", min: 0, max: isTime ? null : 1, step: "any", value: round(isTime ? figure.mean : figure.value), title });
  const sd = isTime ? el("input", { type: "number", min: 0, step: "any", value: round(figure.sd), "aria-label": `${label}: ${say("assess.sd")}`, title: say("assess.sd") }) : null;
  const commit = () => {
    if (input.value === "" || !input.checkValidity() || (sd && !sd.checkValidity())) return;
    edit(figure, Number(input.value), sd ? Number(sd.value) : undefined);
  };
  for (const one of [input, sd]) one?.addEventListener("change", commit);
  return el("span", { class: edited ? "edited" : "" }, el("label", {}, label, input), sd ? el("label", {}, "±", sd) : null);
}

const round = (value) => Number(value.toPrecision(5));

// The way in as a line over the plan, each step a number; the way out dashed.
function draw(steps, critical) {
  plan.overlay((layer, px) => {
    const spots = steps.map((one) => ({ ...one, at: spot(one) }));
    const line = (leg) => spots.filter((one) => one.leg === leg && one.at).map(({ at: [x, y] }) => `${x},${-y}`).join(" ");
    const marks = spots.flatMap((one, i) => {
      if (!one.at || one.kind === "area") return [];
      const [x, y] = one.at;
      return [svg("g", { class: i === critical ? "stop critical" : "stop" }, svg("circle", { cx: x, cy: -y, r: px(10) }), svg("text", { x, y: -y + px(4.5), "font-size": px(12), "text-anchor": "middle" }, String(i + 1)), svg("title", {}, places.layer(one).filter(Boolean).join(": ")))];
    });
    layer.replaceChildren(svg("polyline", { class: "way-in", points: line("in") }), svg("polyline", { class: "way-out", points: line("out") }), ...marks);
  });
}

function spot({ kind, id }) {
  const thing = { element: places.elements, area: places.areas, target: places.targets }[kind]?.get(id);
  const shape = thing?.shape ?? null;
  return shape ? middle(shape) : null;
}

function showBought(found) {
  const row = (point) => {
    const names = point.upgrades.map((id) => called("upgrades", id)).join(", ") || say("assess.nothing");
    const take = () => {
      for (const box of upgrades) box.checked = point.upgrades.includes(box.value);
      buy();
    };
    return el("tr", {}, el("td", {}, names), el("td", { class: "number" }, String(point.cost)), el("td", { class: "number" }, percent(point.value)), el("td", {}, say(point.proved ? "assess.best.proved" : "assess.best.gap", { gap: percent(point.gap) })), el("td", {}, el("button", { type: "button", onclick: take }, say("assess.try"))));
  };
  byId("bought").replaceChildren(
    el("h3", {}, say("assess.best", { measure: say(`assess.measure.${found.measure}`) })),
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, ...["upgrades", "cost.head", "value", "proof"].map((key, i) => el("th", { scope: "col", class: i === 1 || i === 2 ? "number" : "" }, say(`assess.${key}`))), el("td", {}))),
      el("tbody", {}, row(found.best), ...found.front.filter((point) => point.upgrades.join() !== found.best.upgrades.join()).map(row)),
    ),
  );
}

shell.keys.add({
  simple: { u: undo, y: redo, x: stop, j: () => move(1), k: () => move(-1) },
  hints: [["j", "k", "assess.case"], ["u", "edit.undo"], ["y", "edit.redo"]],
});
shell.help.show([
  [["j", "k"], "assess.case"],
  [["u"], "edit.undo"],
  [["y"], "edit.redo"],
  [["x"], "assess.stop"],
]);

function move(by) {
  if (!answer) return;
  chosen = Math.min(Math.max(chosen + by, 0), answer.results.length - 1);
  showCase();
}

study();
