// Duty: who is there, the rounds, and who was told.

import { ask } from "./act.js";
import { byId, el } from "./dom.js";
import { reader } from "./reader.js";
import { shell } from "./shell.js";
import { say, timeOfDay } from "./words.js";

const LOOK_EVERY = 10_000; // milliseconds between two looks where no news come
const STATES = {
  due: () => say("duty.state.due"),
  overdue: () => say("duty.state.overdue"),
  "under-way": () => say("duty.state.under-way"),
  ended: () => say("duty.state.ended"),
};
const STOPS = {
  waiting: (one) => say("duty.stop.waiting", { opens: timeOfDay(one.opens), closes: timeOfDay(one.closes) }),
  reached: (one) => say("duty.stop.reached", { time: timeOfDay(one.reached_at), person: one.reached_by }),
  late: (one) => say("duty.stop.late", { time: timeOfDay(one.reached_at), person: one.reached_by }),
  missed: () => say("duty.stop.missed"),
};

await shell.places();
const read = reader("/duty.json");

async function send(path, body, words) {
  const { done, words: refused } = await ask(path, body);
  byId("trouble").textContent = refused;
  byId("trouble").hidden = done;
  if (done && words) shell.tell(true, words);
  await look();
}

function escalation(one) {
  const due = one.due ? timeOfDay(one.due) : "–";
  const words = one.step === 0 && one.round === 1
    ? say("duty.escalation.armed", { number: one.number, due })
    : say("duty.escalation", { number: one.number, step: one.step, round: one.round, who: one.told.join(", "), due });
  return el("li", {}, words);
}

function stop(round, one, place) {
  const name = place?.name ?? one.checkpoint;
  const open = !place?.plate && (one.state === "waiting" || one.state === "missed") && round.state === "under-way" && shell.may("tour");
  const path = `/duty/rounds/${encodeURIComponent(round.id)}/checkpoints/${encodeURIComponent(one.checkpoint)}`;
  const here = open && el("button", { type: "button", onclick: () => send(path, {}) }, say("duty.reach"));
  return el("li", { "data-state": one.state }, el("strong", {}, name), el("span", {}, STOPS[one.state](one)), here);
}

function round(one, tours) {
  const tour = tours.get(one.tour);
  const places = new Map((tour?.checkpoints ?? []).map((place) => [place.id, place]));
  const due = one.due && el("p", { class: "soft" }, say("duty.round.due", { due: timeOfDay(one.due), by: timeOfDay(one.begin_by) }));
  const begun = one.begun_at && el("p", { class: "soft" }, say("duty.round.begun", { person: one.by, time: timeOfDay(one.begun_at) }));
  const parts = [el("h3", {}, say("duty.round", { tour: tour?.name ?? one.tour, state: STATES[one.state]() })), due, begun];
  parts.push(el("ul", { class: "stops" }, ...one.stops.map((place) => stop(one, place, places.get(place.checkpoint)))));
  if (one.reason) parts.push(el("p", { class: "soft" }, one.reason));
  if (shell.may("tour") && (one.state === "due" || one.state === "overdue")) {
    const path = `/duty/tours/${encodeURIComponent(one.tour)}/begin`;
    parts.push(el("button", { type: "button", onclick: () => send(path, { round: one.id }) }, say("duty.begin", { tour: tour?.name ?? one.tour })));
  }
  if (shell.may("tour") && one.state !== "ended") {
    const why = el("input", { type: "text", maxlength: 1000, "aria-label": say("duty.break-off.why"), placeholder: say("duty.break-off.why") });
    const path = `/duty/rounds/${encodeURIComponent(one.id)}/end`;
    parts.push(el("p", { class: "row" }, why, el("button", { type: "button", onclick: () => send(path, { reason: why.value }) }, say("duty.break-off"))));
  }
  return el("li", {}, ...parts);
}

async function look() {
  const found = await read();
  if (found === null) return;
  const tours = new Map(found.tours.map((tour) => [tour.id, tour]));
  const people = found.on_duty.map((one) => el("li", {}, say("duty.since", { person: one.person, time: timeOfDay(one.since), seen: timeOfDay(one.answered_at) })));
  byId("here").replaceChildren(...(people.length > 0 ? people : [el("li", {}, say("duty.nobody"))]));
  byId("minded").textContent = say(found.minded ? "duty.minded" : "duty.unminded");
  const here = found.on_duty.some((one) => one.person === found.you);
  byId("come").hidden = here || !shell.may("duty");
  byId("go").hidden = !here || !shell.may("duty");
  const told = found.escalations.map(escalation);
  byId("told").replaceChildren(...(told.length > 0 ? told : [el("li", { class: "soft" }, say("duty.escalations.none"))]));
  const begin = (tour) => el("button", { type: "button", onclick: () => send(`/duty/tours/${encodeURIComponent(tour.id)}/begin`, {}) }, say("duty.begin", { tour: tour.name }));
  const plates = found.tours.filter((tour) => tour.checkpoints.some((place) => place.plate)).map((tour) => tour.id);
  byId("plate").hidden = !shell.may("tour") || !found.rounds.some((one) => one.state === "under-way" && plates.includes(one.tour));
  byId("tours").replaceChildren(...(shell.may("tour") ? found.tours.map(begin) : []));
  const rounds = found.rounds.toReversed().map((one) => round(one, tours));
  byId("rounds").replaceChildren(...(rounds.length > 0 ? rounds : [el("li", { class: "soft" }, say("duty.rounds.none"))]));
}

byId("come").addEventListener("click", () => send("/duty/come", {}, say("duty.come.done")));
byId("go").addEventListener("click", () => send("/duty/go", {}, say("duty.go.done")));
byId("plate").addEventListener("submit", (event) => {
  event.preventDefault();
  give(byId("code").value);
  byId("code").value = "";
});

const give = (code) => send("/duty/code", { code }, say("duty.code.done"));

// the link on a plate: followed once, and gone from the address
async function givePlate() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code === null) return;
  history.replaceState(null, "", location.pathname);
  await give(code);
}

addEventListener("hashchange", givePlate);
shell.on("news", ({ topic }) => ["duty", "tour", "escalation"].includes(topic) && look());
await look();
await givePlate();
setInterval(look, LOOK_EVERY);
