// The interruption clock of one alarm: who would be in time, who to send, and how long each layer still holds.

import { el, svg } from "./dom.js";
import { say, span, timeOfDay } from "./words.js";

const WIDE = 400; // units of the drawing; it is scaled to the panel
const ROW = 26;
const HEAD = 30;

// `reckoned` is what the desk sent for this alarm: {words, reading, reason}, or nothing yet.
export function clockPanel(alarm, reckoned, places, { canAct, onSend, onScene }) {
  const panel = el("div", { class: "clock" });
  const reading = reckoned?.reading;
  if (!reading) {
    const reason = reckoned?.reason ?? say(alarm.handling === "closed" ? "clock.none.closed" : "clock.none.wait");
    panel.append(el("p", { class: "quiet" }, say("clock.none", { reason })));
    return panel;
  }
  panel.append(head(reading, reckoned.words, places));
  const sent = new Map(alarm.dispatches.map((one) => [one.response, one]));
  const rows = [...places.responses.keys()].map((id, i) => {
    const chance = reading.chances.find((one) => one.response === id);
    return chance ? responseRow(chance, i + 1, reading, sent.get(id), places, { canAct, onSend, onScene }) : null;
  });
  panel.append(el("ul", { class: "responses" }, ...rows));
  if (reading.layers.length > 0) panel.append(race(reading, places));
  return panel;
}

function head(reading, words, places) {
  const best = reading.chances.find((one) => one.response === reading.best) ?? reading.chances[0];
  const tone = best === undefined ? "" : grade(best.chance);
  return el(
    "div",
    { class: `head ${tone} ${reading.counting ? "counting" : "if"}` },
    best === undefined ? null : el("p", { class: "chance" }, percent(best.chance), el("small", {}, "%")),
    el(
      "div",
      {},
      el("p", { class: "say" }, words),
      el("p", { class: "since" }, reading.counting ? say("clock.counting", { time: timeOfDay(reading.since_utc) }) : say("clock.if.note")),
    ),
  );
}

function responseRow(chance, number, reading, dispatch, places, { canAct, onSend, onScene }) {
  const best = chance.response === reading.best;
  const state = chance.on_scene ? say("clock.here") : say("clock.eta", { time: span(chance.eta_mean) });
  const bar = el("i", { class: "fill" });
  bar.style.width = `${chance.chance * 100}%`;
  const button = chance.on_scene
    ? null
    : chance.sent
      ? el("button", { type: "button", disabled: !canAct, onclick: () => onScene(chance.response) }, el("kbd", {}, "o"), el("kbd", {}, String(number)), say("act.on_scene"))
      : el("button", { type: "button", disabled: !canAct, class: best ? "best" : "", onclick: () => onSend(chance.response) }, el("kbd", {}, "s"), el("kbd", {}, String(number)), say("act.send"));
  return el(
    "li",
    { class: ["response", best && "best", chance.sent && "sent", grade(chance.chance)].filter(Boolean).join(" ") },
    el(
      "p",
      { class: "who" },
      el("strong", {}, places.response(chance.response)),
      best ? el("span", { class: "star" }, say("clock.best")) : null,
    ),
    el("p", { class: "eta" }, state, dispatch?.sent_at && !chance.on_scene ? ` · ${timeOfDay(dispatch.sent_at)}` : ""),
    el("p", { class: "bar", role: "img", "aria-label": `${say("clock.chance")}: ${percent(chance.chance)} %` }, bar),
    el("p", { class: "percent" }, `${percent(chance.chance)} %`),
    button ?? el("span", { class: "there" }, "✓"),
  );
}

// Layers as a stair of bars against time from now, with each response's arrival as a line across them: whose line
// lies left of the last bar's end is, on the mean, in time.
function race(reading, places) {
  const layers = reading.layers;
  const arrivals = reading.chances.filter((one) => !one.on_scene && Number.isFinite(one.eta_mean));
  const last = layers.at(-1);
  const longest = Math.max(last.p90 ?? last.mean, ...arrivals.map((one) => one.eta_mean), 10) * 1.04;
  const x = (seconds) => (Math.max(0, seconds) / longest) * WIDE;
  const height = HEAD + layers.length * ROW + 6;
  const parts = [];
  for (const at of ticks(longest)) {
    parts.push(svg("line", { class: "grid", x1: x(at), x2: x(at), y1: HEAD - 6, y2: height }));
    parts.push(svg("text", { class: "tick", x: x(at), y: HEAD - 11, "text-anchor": at === 0 ? "start" : "middle" }, clockTime(at)));
  }
  let before = 0;
  layers.forEach((layer, i) => {
    const y = HEAD + i * ROW;
    parts.push(svg("rect", { class: `layer ${layer.kind}`, x: x(before), y: y + 5, width: Math.max(1.5, x(layer.mean) - x(before)), height: ROW - 10, rx: 2 }));
    if (layer.p90 > layer.p10) {
      parts.push(svg("path", { class: "spread", d: `M${x(layer.p10)} ${y + ROW / 2}H${x(layer.p90)}M${x(layer.p10)} ${y + 9}v${ROW - 18}M${x(layer.p90)} ${y + 9}v${ROW - 18}` }));
    }
    before = layer.mean;
  });
  for (const one of arrivals) {
    const at = x(one.eta_mean);
    const best = one.response === reading.best;
    parts.push(svg("line", { class: `arrival ${best ? "best" : ""} ${one.sent ? "sent" : ""}`, x1: at, x2: at, y1: HEAD - 6, y2: height }));
    parts.push(svg("path", { class: `flag ${best ? "best" : ""}`, d: `M${at} ${HEAD - 6}l-4 -6h8z` }));
  }
  const names = layers.map((layer) => {
    const [place, way] = places.layer(layer);
    return el(
      "li",
      {},
      el("span", { class: "name" }, place, way ? el("small", {}, way) : null),
      el("b", {}, layer.mean > 0.5 ? clockTime(layer.mean) : say("clock.through")),
      el("small", {}, `${clockTime(layer.p10)}–${clockTime(layer.p90)}`),
    );
  });
  const chart = svg("svg", { viewBox: `0 0 ${WIDE} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...parts);
  return el(
    "div",
    { class: "race" },
    el("h4", {}, say("clock.layers"), el("small", {}, say("clock.layers.note"))),
    el("div", { class: "chart" }, el("ol", {}, ...names), chart),
  );
}

function ticks(longest) {
  const step = [5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600, 7200, 36000].find((one) => longest / one <= 5) ?? longest;
  return Array.from({ length: Math.floor(longest / step) + 1 }, (_, i) => i * step);
}

function clockTime(seconds) {
  const whole = Math.max(0, Math.round(seconds ?? 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

const percent = (chance) => (chance > 0.99 && chance < 1 ? 99 : Math.round(chance * 100));

const grade = (chance) => (chance >= 0.7 ? "good" : chance >= 0.3 ? "fair" : "poor");
