// One incident: what is to be done now, who is away, what was seen before, and all that happened.

import { act } from "./act.js";
import { byId, el } from "./dom.js";
import { drawBeside } from "./incident-beside.js";
import { drawMedia } from "./incident-media.js";
import { drawSteps } from "./incident-steps.js";
import { shell } from "./shell.js";
import { day, knows, name, say, span, timeOfDay } from "./words.js";

const root = byId("incident");
const path = `/incidents/${encodeURIComponent(root.dataset.id)}`;
const UNTIL_WHOLE = 5000; // milliseconds until it is asked again, where not all of the past was read for the answer
const STAGES = ["raised", "acknowledged", "assessed", "dispatched", "on_scene", "contained", "handed_over"];
const lists = { manners: root.dataset.manners.split(" "), relations: root.dataset.relations.split(" "), sharings: root.dataset.sharings.split(" ") };

let incident = null;
let before = { offers: [], more: 0, whole: true };
let media = null;
let later = null;
let moments = [];

const places = await shell.places();
const may = (action) => shell.may(action);

// Do something, say what became of it, and read the incident again.
async function doIt(verb, body = {}, settled = () => {}) {
  const { done, words } = await act(verb.startsWith("/") ? verb : `${path}/${verb}`, body);
  shell.tell(done, words || say("act.done"));
  if (done) {
    settled();
    await read();
  }
  return done;
}

// A form of one line or field that sends what it holds; what was typed stays where the desk refuses.
function ask(id, label, button, verb, { field = "text", area = false, value = "", required = true, extra = () => ({}) } = {}) {
  const input = el(area ? "textarea" : "input", { name: field, id: `f-${id}`, maxlength: 4000, required, autocomplete: "off", value: area ? null : value });
  const form = el("form", { class: "fields", "data-keep": id }, el("label", { class: "field" }, say(label), input), el("button", { type: "submit" }, say(button)));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // what was sent is let go before the page is drawn again: the keys are the page's once more
    await doIt(verb, { [field]: input.value.trim(), ...extra(form) }, () => {
      input.value = "";
      input.blur();
    });
  });
  return form;
}

function head() {
  const { number, title, state, exercise, lead, outcome } = incident;
  const button = may("incident") && lead !== shell.user && openState() ? el("button", { type: "button", onclick: () => doIt("lead") }, el("kbd", {}, "tt"), say("incident.lead")) : null;
  byId("head").replaceChildren(
    el("h1", {}, `${number} · ${title}`),
    el("span", { class: "state" }, say(`incident.state.${state}`)),
    exercise ? el("span", { class: "tag" }, say("incident.exercise")) : "",
    el("span", { class: "soft" }, lead ? say("incident.led", { lead }) : say("incident.not-led")),
    button ?? "",
    outcome ? el("strong", {}, say("incident.outcome", { outcome })) : "",
  );
}

const openState = () => ["new", "in-progress", "handed-over"].includes(incident.state);

function times() {
  const began = new Date(incident.timers.raised);
  const limits = incident.procedure?.times ?? {};
  const rows = STAGES.map((stage) => {
    const at = incident.timers[stage];
    const late = incident.late.includes(`timer/${stage}`);
    const limit = limits[stage];
    const words = at ? (stage === "raised" ? timeOfDay(at) : `+${span((new Date(at) - began) / 1000)}`) : say("incident.stage.waits");
    return el(
      "li",
      { class: at ? (late ? "reached late" : "reached") : late ? "late" : "" },
      say(`incident.stage.${stage}`),
      el("b", {}, words),
      late ? el("span", { class: "bad" }, say("incident.stage.late")) : null,
      !at && limit ? el("span", { class: "soft" }, say("incident.stage.due", { time: timeOfDay(new Date(began.getTime() + limit * 1000).toISOString()) })) : null,
    );
  });
  byId("times").replaceChildren(el("ol", { class: "stages" }, ...rows));
}

const who = (by) => (by === "desk" ? say("incident.desk") : by);
const label = (id) => incident.responders.find((one) => one.id === id)?.label ?? id;

function told({ topic, number, kind, details }) {
  const about = details.about ? aboutWords(details.about) : "";
  const values = {
    ...Object.fromEntries(Object.entries(details).map(([key, value]) => [key, value === null ? "" : Array.isArray(value) ? value.join(", ") : String(value)])),
    about,
    number,
    responder: label(details.responder),
    what: topic === "alarm" && details.what ? name("kind", details.what) : (details.what ?? ""),
    stage: details.stage ? say(`incident.stage.${details.stage}`) : "",
    relation: details.relation ? say(`incident.relation.${details.relation}`) : "",
    disposition: details.disposition ? name("disposition", details.disposition) : "",
  };
  const key = topic === "alarm" ? `incident.alarm-event.${kind}` : `incident.event.${kind}`;
  return knows(key) ? say(key, values) : `${say("incident.alarm", { number, what: name("", kind) })}`;
}

function aboutWords(id) {
  const alarm = incident.alarms.find((one) => one.id === id);
  if (alarm) return alarm.hidden ? say("incident.alarm.hidden", alarm) : say("incident.alarm", { number: alarm.number, what: name("kind", alarm.signal.kind) });
  const other = incident.links.find((one) => one.incident === id);
  return other ? `${other.number} (${other.title})` : id;
}

function timeline() {
  let last = "";
  const rows = [];
  for (const one of moments) {
    const today = day(one.at);
    if (today !== last) rows.push(el("li", {}, el("strong", {}, today)));
    last = today;
    rows.push(el("li", {}, el("time", { datetime: one.at }, timeOfDay(one.at)), ` ${told(one)} `, el("span", { class: "soft" }, who(one.by))));
  }
  byId("timeline").replaceChildren(...rows);
}

// What a person is writing stays: a part with the focus in it, or with words in a field, is not drawn again.
function draw(id, parts) {
  const place = byId(id);
  const busy = place.contains(document.activeElement) && document.activeElement !== document.body && document.activeElement.matches("input, textarea, select");
  const written = [...place.querySelectorAll("[data-keep] :is(input:not([type=checkbox]), textarea)")].some((one) => one.value.trim() !== one.defaultValue);
  if (busy || written) return;
  const held = place.contains(document.activeElement) ? document.activeElement.textContent : null;
  place.replaceChildren(...parts);
  if (held !== null) [...place.querySelectorAll("button")].find((one) => one.textContent === held)?.focus();
}

function show() {
  const page = { incident, before, places, doIt, ask, may, draw, lists, open: openState(), label };
  head();
  times();
  drawSteps(page);
  drawBeside(page);
  drawMedia(page, media);
  if (byId("note").childElementCount === 0 && may("incident")) byId("note").replaceChildren(ask("note", "incident.note", "incident.note.do", "note", { area: true }));
  timeline();
}

let reading = null;

async function read() {
  // one reading at a time, and one more where news came meanwhile
  if (reading !== null) {
    reading.again = true;
    return;
  }
  reading = { again: false };
  try {
    const [state, moved] = await Promise.all(["state", "timeline"].map((what) => fetch(`${path}/${what}`)));
    if (state.ok && moved.ok) {
      [incident, moments] = await Promise.all([state.json(), moved.json()]);
      show();
      // what was seen before is looked for while the page already stands
      const [alike, kept] = await Promise.all([fetch(`${path}/before`), may("evidence") ? fetch(`${path}/media`) : null]);
      if (alike.ok) before = await alike.json();
      if (kept?.ok) media = await kept.json();
      clearTimeout(later);
      if (!before.whole) later = setTimeout(read, UNTIL_WHOLE);
      show();
    }
  } catch {
    // the line is lost: the banner of the shell says so
  } finally {
    const { again } = reading;
    reading = null;
    if (again) await read();
  }
}

shell.on("news", ({ topic }) => {
  if (["incident", "alarm", "muster", "posture", "evidence"].includes(topic)) read();
});
shell.on("alarms", () => incident && read());

const numbered = (list) => list.slice(0, 9).map((one, place) => ({ ...one, key: String(place + 1) }));

function responders(verb) {
  const fits = {
    send: (one) => one.on === null,
    answered: (one) => sending(one.id) && !sending(one.id).answered_at,
    on_scene: (one) => sending(one.id) && !sending(one.id).on_scene_at,
  }[verb];
  // the number stands beside the name, so it is that of the list whether or not the others fit
  return numbered(incident.responders.map((one) => ({ id: one.id, words: one.label, fits: fits(one) }))).filter((one) => one.fits);
}

const sending = (id) => incident.sendings.find((one) => one.responder === id && one.left_at === null);

shell.keys.add({
  verbs: { step: "d", send: "s", answered: "v", on_scene: "o", before: "b", lead: "t" },
  hints: [
    ["d", "step"],
    ["s", "send"],
    ["v", "answered"],
    ["o", "on_scene"],
    ["b", "before"],
    ["n", "note"],
  ],
  choices: (verb) => {
    if (!incident || !openState()) return null;
    if (verb === "lead") return may("incident") && incident.lead !== shell.user ? [{ key: "t", id: "lead", words: say("command.choice.again") }] : null;
    if (verb === "step") {
      const step = incident.procedure?.steps.find((one) => one.id === incident.procedure.present);
      if (!step || !may("incident")) return null;
      const answers = numbered(step.answers.map((one) => ({ id: one.id, words: one.text })));
      return answers.length > 0 ? answers : [{ key: "d", id: null, words: say("command.choice.again") }];
    }
    if (verb === "before") return before.offers.length > 0 ? numbered(before.offers.map((one) => ({ id: one.id, words: `${one.number} ${one.title}`, offer: one }))) : null;
    const found = may("dispatch") ? responders(verb) : [];
    return found.length > 0 ? found : null;
  },
  commit: (verb, choice) => {
    if (verb === "lead") doIt("lead");
    else if (verb === "step") doIt("step", { step: incident.procedure.present, answer: choice.id });
    else if (verb === "before") take(choice.offer);
    else doIt({ send: "send", answered: "answered", on_scene: "arrived" }[verb], { responder: choice.id });
    return null;
  },
  simple: {
    n: () => byId("f-note")?.focus(),
    x: () => byId("f-skip")?.focus(),
  },
});

function take(offer) {
  if (offer.what === "alarm") doIt("join", { alarm: offer.id });
  else doIt("link", { incident: offer.id, relation: offer.suggests, reverse: offer.reverse });
}

root.addEventListener("take", (event) => take(event.detail));
shell.help.show([
  [["d", "d"], "incident.step"],
  [["x"], "incident.skip"],
  [["s", "1"], "incident.send"],
  [["v", "1"], "incident.answered"],
  [["o", "1"], "incident.on_scene"],
  [["b", "1"], "incident.before"],
  [["t", "t"], "incident.lead"],
  [["n"], "incident.note"],
]);
shell.foot();
await read();
