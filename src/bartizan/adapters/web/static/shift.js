// Handing the shift over: the situation, the remarks, and two signatures, each under its own log-in.

import { act } from "./act.js";
import { byId, el } from "./dom.js";
import { shell } from "./shell.js";
import { name, say, timeOfDay } from "./words.js";

let shown = null;

async function doIt(path, body = {}) {
  const { done, words } = await act(path, body);
  shell.tell(done, words || say("act.done"));
  if (done) {
    document.activeElement?.blur();
    await read();
  }
  return done;
}

const part = (title, rows) => [el("h3", {}, say(title)), el("ul", {}, ...(rows.length > 0 ? rows.map((words) => el("li", {}, words)) : [el("li", { class: "soft" }, say("shift.nothing"))]))];

function situation(told) {
  return [
    ...part("shift.incidents", told.incidents.map((one) => say("shift.incident", { ...one, state: say(`incident.state.${one.state}`), lead: one.lead ?? say("incidents.nobody") }))),
    ...part("shift.alarms", told.alarms.map((one) => say("shift.alarm", { ...one, what: name("kind", one.kind), handling: name("handling", one.handling) }))),
    ...part("shift.shelved", told.shelved.map((one) => say("shift.shelf", { ...one, what: name("kind", one.kind), until: timeOfDay(one.until) }))),
    // a hand-over that was signed by an older desk has none
    ...part("shift.service", (told.out_of_service ?? []).map((one) => say("shift.outage", { ...one, things: one.things.join(", "), until: timeOfDay(one.until) }))),
    ...part("shift.posture", [told.posture.state ? name("state", told.posture.state) : say("incidents.posture.none")]),
    ...part("shift.on-duty", told.on_duty),
    ...(told.remarks ? part("shift.remarks", told.remarks.map((one) => `${one.text} (${one.by})`)) : []),
  ];
}

// What is signed says less than the page where something has happened since: the two are compared as they are told.
function changed(present) {
  const { remarks: _, ...signed } = present.situation;
  return sorted(signed) !== sorted(shown.situation);
}

const sorted = (value) => JSON.stringify(value, (_, one) => (one && typeof one === "object" && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort()) : one));

function line(id, label, button, path, field, extra = () => ({})) {
  const input = el("textarea", { id: `f-${id}`, rows: 2, maxlength: 4000, required: field === "text" });
  const form = el("form", { class: "fields", "data-keep": id }, el("label", { class: "field" }, say(label), input), el("button", { type: "submit", class: "first" }, say(button)));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const written = input.value;
    input.value = "";
    if (!(await doIt(path, { [field]: written.trim() || null, ...extra() }))) input.value = written;
  });
  return form;
}

function present(one) {
  if (one === null) return [el("p", { class: "soft" }, say("shift.none")), el("button", { type: "button", class: "first", onclick: () => doIt("/shift") }, say("shift.begin"))];
  const path = `/shift/${encodeURIComponent(one.id)}`;
  const mine = one.outgoing === shell.user;
  const parts = [el("p", {}, el("strong", {}, say("shift.outgoing", { outgoing: one.outgoing, time: timeOfDay(one.begun_at) })), ` · ${say(`shift.state.${one.state}`, one)}`)];
  parts.push(el("ul", {}, ...one.remarks.map((remark) => el("li", {}, remark.text, el("span", { class: "soft" }, ` ${remark.by}, ${timeOfDay(remark.at)}`)))));
  if (one.state === "draft") parts.push(line("remark", "shift.remark", "shift.remark.do", `${path}/remark`, "text"));
  if (one.state === "draft" && mine) parts.push(el("div", { class: "row" }, el("button", { type: "button", class: "first", onclick: () => doIt(`${path}/sign`) }, say("shift.sign"))));
  if (one.state === "signed") {
    if (changed(one)) {
      parts.push(el("p", { class: "fault" }, say("shift.changed")));
      if (mine) parts.push(el("div", { class: "row" }, el("button", { type: "button", onclick: () => doIt(`${path}/sign`) }, say("shift.sign.anew"))));
    }
    parts.push(el("h3", {}, say("shift.signed")), ...situation(one.situation), el("p", { class: "digest" }, `${say("shift.digest")}: ${one.digest}`));
    if (!mine) parts.push(line("accept", "shift.accept.remark", "shift.accept", `${path}/accept`, "remark", () => ({ digest: one.digest })));
  }
  parts.push(line("withdraw", "shift.withdraw", "shift.withdraw.do", `${path}/withdraw`, "text"));
  return parts;
}

function show() {
  const place = byId("present");
  const written = [...place.querySelectorAll("textarea")].some((one) => one.value.trim() !== "");
  if (!written && !place.querySelector("textarea:focus")) place.replaceChildren(...present(shown.present));
  byId("situation").replaceChildren(...situation(shown.situation));
  const musters = shown.musters.map((one) => el("li", {}, one.incident ? el("a", { href: `/incidents/${encodeURIComponent(one.incident)}` }, say("incident.muster.missing", { count: one.missing.length })) : say("incident.muster.missing", { count: one.missing.length })));
  byId("musters").replaceChildren(...(musters.length > 0 ? musters : [el("li", { class: "soft" }, say("shift.nothing"))]));
  const over = shown.over.map((one) => el("li", {}, one.state === "accepted" ? say("shift.over.row", { ...one, time: timeOfDay(one.accepted_at) }) : say("shift.over.withdrawn", one)));
  byId("over").replaceChildren(...(over.length > 0 ? over : [el("li", { class: "soft" }, say("shift.nothing"))]));
}

async function read() {
  const answer = await fetch("/shift.json");
  if (!answer.ok) return;
  shown = await answer.json();
  show();
}

await read();
shell.on("news", ({ topic }) => {
  if (["shift", "incident", "muster", "posture"].includes(topic)) read();
});
shell.on("alarms", () => shown && read());
shell.keys.add({ simple: { n: () => byId("f-remark")?.focus() }, hints: [["n", "note"]] });
shell.help.show([[["n"], "shift.remark"]]);
shell.foot();
