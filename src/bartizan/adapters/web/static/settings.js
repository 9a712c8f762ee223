// Settings: which rules are sounded, for how long and why not; what is kept; who is told.

import { ask } from "./act.js";
import { byId, el } from "./dom.js";
import { shell } from "./shell.js";
import { day, name, say, span, timeOfDay } from "./words.js";

const SPANS = [30, 120, 480, 1440, 10_080]; // minutes
const places = await shell.places();
let canArm = false;

byId("span").append(...SPANS.map((minutes) => el("option", { value: minutes, selected: minutes === 120 }, span(minutes * 60))), el("option", { value: "" }, say("settings.span.open")));
byId("order").addEventListener("submit", (event) => event.preventDefault());

function row(rule) {
  const { order } = rule;
  const place = places.zones.get(rule.zone)?.name ?? places.elements.get(rule.element)?.name ?? "";
  const until = order?.until ? say("settings.until", { time: `${day(order.until)} ${timeOfDay(order.until)}` }) : "";
  const by = order ? say("settings.by", { user: order.by, reason: order.reason ? `: ${order.reason}` : "" }) : say("settings.as-site");
  return el(
    "tr",
    {},
    el("td", {}, rule.name),
    el("td", {}, name("kind", rule.kind)),
    el("td", {}, place),
    el("td", {}, el("strong", { class: rule.armed ? "good" : "warn" }, say(rule.armed ? "settings.armed" : "settings.disarmed")), " ", el("span", { class: "soft" }, [until, by].filter(Boolean).join(" · "))),
    el("td", {}, el("button", { type: "button", disabled: !canArm, class: rule.armed ? "grave" : "first", "aria-label": `${say(rule.armed ? "settings.disarm" : "settings.arm")}: ${rule.name}`, onclick: () => send(rule) }, say(rule.armed ? "settings.disarm" : "settings.arm"))),
  );
}

async function send(rule) {
  const minutes = byId("span").value;
  const reason = byId("reason").value.trim();
  // what is not sounded for a time must say why: who comes on duty reads it
  if (rule.armed && !reason) {
    shell.tell(false, say("settings.why"));
    byId("reason").focus();
    return;
  }
  const { done, words, body } = await ask("/settings/orders", { target: `rule/${rule.id}`, armed: !rule.armed, minutes: minutes ? Number(minutes) : null, reason: reason || null });
  shell.tell(done, done ? say(rule.armed ? "settings.done.disarmed" : "settings.done.armed", { rule: rule.name }) : words);
  if (done) show(body.rules);
}

function show(rules) {
  byId("rules").replaceChildren(...rules.map(row));
  byId("no-rules").hidden = rules.length > 0;
}

const answer = await fetch("/settings.json");
if (answer.ok) {
  const { rules, can_arm: arms, privacy, subscribers } = await answer.json();
  canArm = arms;
  show(rules);
  byId("kept").textContent = privacy ? say("settings.pictures", { days: privacy.days, purpose: privacy.purpose }) : say("settings.pictures.none");
  byId("mail").textContent = subscribers === null ? say("settings.mail.none") : say("settings.subscribers", { n: subscribers });
}
