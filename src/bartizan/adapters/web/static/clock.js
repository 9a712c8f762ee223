// The interruption clock of one alarm: who would be in time, who to send, and how long each layer still holds.
// It is read anew every second; what can be pressed stays the same element, so that no press is lost.

import { el } from "./dom.js";
import { say, span, timeOfDay } from "./words.js";

export class Clock {
  constructor(places, { canAct, onSend, onScene }) {
    this.places = places;
    this.canAct = canAct;
    this.chance = el("p", { class: "chance" });
    this.words = el("p", { class: "say" });
    this.since = el("p", { class: "since" });
    this.head = el("div", { class: "head" }, this.chance, el("div", {}, this.words, this.since));
    this.none = el("p", { class: "quiet" });
    this.rows = [...places.responses.keys()].map((id, i) => new ResponseRow(id, i + 1, places, { onSend, onScene }));
    this.list = el("ul", { class: "responses" }, ...this.rows.map((row) => row.node));
    this.race = el("div", { class: "race" });
    this.node = el("div", { class: "clock" }, this.head, this.none, this.list, this.race);
  }

  // `reckoned` is what the desk sent for this alarm: {words, reading, reason}, or nothing yet.
  show(alarm, reckoned) {
    const reading = reckoned?.reading;
    for (const part of [this.head, this.list, this.race]) part.hidden = !reading;
    this.none.hidden = Boolean(reading);
    if (!reading) {
      this.none.textContent = say("clock.none", { reason: reckoned?.reason ?? say(alarm.handling === "closed" ? "clock.none.closed" : "clock.none.wait") });
      return;
    }
    const lead = leading(reading);
    this.#head(reading, reckoned, lead);
    const sent = new Map(alarm.dispatches.map((one) => [one.response, one]));
    for (const row of this.rows) {
      row.show(reading.chances.find((one) => one.response === row.id), recommended(reading, lead), sent.get(row.id), this.canAct && alarm.handling !== "closed");
    }
    this.race.hidden = reading.layers.length === 0;
    if (reading.layers.length > 0) this.race.replaceChildren(...race(reading, lead, this.places));
  }

  #head(reading, { words, chain }, told) {
    this.head.className = ["head", told && grade(told.chance), reading.counting ? "counting" : "if"].filter(Boolean).join(" ");
    this.chance.hidden = told === undefined;
    if (told) this.chance.replaceChildren(percent(told.chance), el("small", {}, "%"));
    this.words.textContent = words;
    const notes = [];
    if (reading.counting) notes.push(say("clock.counting", { time: timeOfDay(reading.since_utc), elapsed: span(reading.elapsed) }));
    if (chain.length > 1) notes.push(say("clock.chain", { numbers: chain.join(", ") }));
    this.since.textContent = notes.join(" · ");
  }
}

// What is under way counts before what could be: this is the response that the large figure and the words tell of.
function leading(reading) {
  const going = reading.chances.filter((one) => one.sent || one.on_scene);
  if (going.length > 0) return going.reduce((a, b) => (b.chance > a.chance ? b : a));
  return reading.chances.find((one) => one.response === reading.best) ?? reading.chances[0];
}

// The response to send, where sending it betters the chance that there is already.
function recommended(reading, lead) {
  const best = reading.chances.find((one) => one.response === reading.best);
  if (!best || best.sent || best.on_scene) return null;
  return best === lead || best.chance > lead.chance ? best.response : null;
}

class ResponseRow {
  constructor(id, number, places, { onSend, onScene }) {
    this.id = id;
    this.star = el("span", { class: "star" }, say("clock.best"));
    this.eta = el("span", {});
    this.fill = el("i", { class: "fill" });
    this.bar = el("p", { class: "bar", role: "img" }, this.fill);
    this.percent = el("p", { class: "percent" });
    this.send = el("button", { type: "button", onclick: () => onSend(id) }, el("kbd", {}, "s"), el("kbd", {}, String(number)), say("act.send"));
    this.arrive = el("button", { type: "button", onclick: () => onScene(id) }, el("kbd", {}, "o"), el("kbd", {}, String(number)), say("act.on_scene"));
    this.there = el("span", { class: "there" }, say("clock.here"));
    this.node = el(
      "li",
      { class: "response" },
      el("p", { class: "who" }, places.response(id)),
      el("p", { class: "eta" }, this.star, this.eta),
      this.percent,
      this.send,
      this.arrive,
      this.there,
      this.bar,
    );
  }

  show(chance, toSend, dispatch, canAct) {
    this.node.hidden = chance === undefined;
    if (chance === undefined) return;
    const best = this.id === toSend;
    this.node.className = ["response", best && "best", chance.sent && "sent", grade(chance.chance)].filter(Boolean).join(" ");
    this.star.hidden = !best;
    this.send.className = best ? "best" : "";
    this.eta.textContent = chance.on_scene
      ? say("clock.since", { time: timeOfDay(dispatch?.on_scene_at) })
      : say(chance.sent ? "clock.eta.sent" : "clock.eta", { time: span(chance.eta_mean) });
    this.fill.style.width = `${chance.chance * 100}%`;
    this.bar.setAttribute("aria-label", `${say("clock.chance")}: ${percent(chance.chance)} %`);
    this.percent.replaceChildren(percent(chance.chance), el("small", {}, "%"));
    this.send.hidden = chance.sent || chance.on_scene;
    this.arrive.hidden = !chance.sent || chance.on_scene;
    this.there.hidden = !chance.on_scene;
    this.send.disabled = this.arrive.disabled = !canAct;
  }
}

// Layers as a stair of bars against time from now, with each response's arrival as a line across them: a line left of
// the last bar's end is, on the mean, in time.
function race(reading, lead, places) {
  const { layers } = reading;
  const arrivals = reading.chances.filter((one) => !one.on_scene && Number.isFinite(one.eta_mean));
  const last = layers.at(-1);
  const longest = Math.max(last.p90 ?? 0, last.mean ?? 0, ...arrivals.map((one) => one.eta_mean), 10) * 1.03;
  const at = (node, from, to) => {
    node.style.left = `${(Math.max(0, from) / longest) * 100}%`;
    if (to !== undefined) node.style.width = `${(Math.max(0, to - from) / longest) * 100}%`;
    return node;
  };
  const scale = ticks(longest).map((seconds) => at(el("span", { class: seconds === 0 ? "tick first" : "tick" }, clockTime(seconds)), seconds));
  const lines = arrivals.map((one) => {
    const classes = ["arrival", one === lead && "best", one.sent && "sent"].filter(Boolean).join(" ");
    return at(el("i", { class: classes, title: `${places.response(one.response)}: ${say("clock.eta", { time: span(one.eta_mean) })}` }), one.eta_mean);
  });
  let before = 0;
  const rows = layers.map((layer) => {
    const [place, way] = places.layer(layer);
    const bar = at(el("i", { class: `layer ${layer.kind}` }), before, layer.mean);
    const spread = at(el("i", { class: "spread" }), layer.p10, layer.p90);
    before = layer.mean;
    const held = layer.mean > 0.5 ? clockTime(layer.mean) : say("clock.through");
    return el(
      "li",
      { title: `${place}${way ? ` (${way})` : ""}: ${held}, ${clockTime(layer.p10)}–${clockTime(layer.p90)}` },
      el("span", { class: "name" }, place, way ? el("small", {}, way) : null),
      el("b", {}, held),
      el("span", { class: "lane" }, bar, spread),
    );
  });
  return [
    el("h4", {}, say("clock.layers")),
    el("p", { class: "note" }, say("clock.layers.note")),
    el("div", { class: "chart" }, el("div", { class: "over", "aria-hidden": "true" }, ...scale, ...lines), el("ol", {}, ...rows)),
  ];
}

function ticks(longest) {
  const step = [5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600, 7200, 36000].find((one) => longest / one <= 4.5) ?? longest;
  return Array.from({ length: Math.floor(longest / step) + 1 }, (_, i) => i * step);
}

function clockTime(seconds) {
  const whole = Math.max(0, Math.round(seconds ?? 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// never rounded to certainty
const percent = (chance) => (chance <= 0 ? "0" : chance < 0.01 ? "<1" : chance > 0.99 ? ">99" : String(Math.round(chance * 100)));

const grade = (chance) => (chance >= 0.7 ? "good" : chance >= 0.3 ? "fair" : "poor");
