// Evidence: what was received, what was done with it, and what people may do. Handing over is in handover.js.

import { act } from "./act.js";
import { byId, el } from "./dom.js";
import { handing } from "./handover.js";
import { send } from "./send.js";
import { shell } from "./shell.js";
import { day, say, timeOfDay } from "./words.js";

await shell.places();
const root = byId("evidence");
const levels = root.dataset.levels.split(" ");
let chosen = root.dataset.item;
let picture = null;

const when = (instant) => `${day(instant)}, ${timeOfDay(instant)}`;
const size = (bytes) => (bytes < 1024 ? say("evidence.bytes", { n: bytes }) : bytes < 1024 * 1024 ? say("evidence.kib", { n: Math.round(bytes / 1024) }) : say("evidence.mib", { n: (bytes / 1024 / 1024).toFixed(1) }));

function trouble(words) {
  byId("trouble").textContent = words;
  byId("trouble").hidden = words === "";
}

function label(item) {
  const where = item.where;
  const what = where.alarm ? say("evidence.of-alarm", { number: where.number, title: where.title }) : say("evidence.of-incident", { number: where.number, title: where.title });
  return what;
}

function state(item) {
  if (item.erased_at) return say("evidence.erased", { when: when(item.erased_at), by: item.erased_by });
  if (item.holds.length > 0) return say("evidence.held", { by: item.holds[0].by, reason: item.holds[0].reason });
  return item.until ? say("evidence.until", { when: when(item.until) }) : say("evidence.stays");
}

function row(item) {
  return el(
    "li",
    { "data-id": item.id },
    el("button", { type: "button", onclick: () => choose(item.id) }, label(item)),
    el("span", { class: "soft" }, `${when(item.received_at)} · ${item.media_type} · ${size(item.size)} · TLP:${item.tlp.toUpperCase()}`),
    item.exercise ? el("span", { class: "tag" }, say("incident.exercise")) : null,
    el("span", { class: "soft" }, state(item)),
  );
}

// ---- one item

const fact = (term, words) => [el("dt", {}, say(term)), el("dd", {}, words)];

function reasoned(id, label_, button, verb, { grave = false, extra = [], body = (reason) => ({ reason }) } = {}) {
  const input = el("input", { id: `why-${id}`, maxlength: 4000, required: true, autocomplete: "off" });
  const form = el("form", { class: "fields", id: `do-${id}` }, el("label", { class: "field" }, say(label_), input), ...extra, el("button", { type: "submit", class: grave ? "grave" : null }, say(button)));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await verb(body(input.value.trim()));
  });
  return form;
}

async function doIt(id, verb, body) {
  trouble("");
  const { done, words } = await act(`/evidence/${encodeURIComponent(id)}/${verb}`, body);
  if (!done) trouble(words);
  else shell.tell(true, say("act.done"));
  await look();
  await show();
}

async function see(item, body) {
  trouble("");
  const { done, words, blob } = await send(`/evidence/${encodeURIComponent(item.id)}/look`, JSON.stringify(body), "application/json");
  if (!done) {
    trouble(words);
    return;
  }
  if (picture !== null) URL.revokeObjectURL(picture);
  picture = URL.createObjectURL(blob);
  if (blob.type.startsWith("image/")) {
    byId("picture").src = picture;
    byId("picture").alt = label(item);
    byId("picture").hidden = false;
  } else {
    const link = el("a", { href: picture, download: item.id });
    document.body.append(link);
    link.click();
    link.remove();
  }
  await show(false);
}

function doing(item) {
  if (item.erased_at) return [];
  const forms = [];
  if (shell.may("evidence")) forms.push(reasoned("look", "evidence.look.why", "evidence.look", (body) => see(item, body)));
  if (shell.may("hold")) {
    forms.push(reasoned("hold", "evidence.hold.why", "evidence.hold", (body) => doIt(item.id, "hold", body)));
    for (const one of item.holds) forms.push(reasoned(`lift-${one.name}`, "evidence.lift.why", "evidence.lift", (body) => doIt(item.id, "lift", body), { body: (reason) => ({ reason, hold: one.name }) }));
  }
  if (shell.may("share")) {
    const list = el("select", { id: "mark" }, ...levels.map((one) => el("option", { value: one, selected: one === item.tlp }, `TLP:${one.toUpperCase()}`)));
    const form = el("form", { class: "fields" }, el("label", { class: "field" }, say("evidence.mark"), list), el("button", { type: "submit" }, say("evidence.mark.do")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      doIt(item.id, "mark", { tlp: list.value });
    });
    forms.push(form);
  }
  if (shell.may("erase") && item.holds.length === 0) forms.push(reasoned("erase", "evidence.erase.why", "evidence.erase", (body) => doIt(item.id, "erase", body), { grave: true }));
  return forms;
}

async function show(afresh = true) {
  if (!chosen) return;
  const answer = await fetch(`/evidence/${encodeURIComponent(chosen)}/custody`);
  byId("one").hidden = !answer.ok;
  if (!answer.ok) return;
  const item = await answer.json();
  byId("one-title").textContent = label(item);
  const facts = [fact("evidence.type", `${item.media_type}, ${size(item.size)}`), fact("evidence.level", `TLP:${item.tlp.toUpperCase()}`), fact("evidence.state", state(item)), fact("evidence.sha256", item.sha256 ?? say("evidence.unknown")), fact("evidence.seal", item.seal)];
  if (item.note) facts.push(fact("evidence.put.note", item.note));
  if (item.parent) facts.push(fact("evidence.parent", item.parent));
  byId("facts").replaceChildren(...facts.flat());
  if (afresh) {
    byId("picture").hidden = true;
    byId("doing").replaceChildren(...doing(item));
  }
  byId("custody").replaceChildren(...item.custody.map((one) => el("tr", {}, el("th", { scope: "row" }, when(one.at)), el("td", {}, say(`evidence.event.${one.what}`)), el("td", {}, one.by), el("td", {}, [one.to, one.why].filter(Boolean).join(": ")))));
}

async function choose(id) {
  chosen = id;
  await show();
  byId("one-title").focus();
}

// ---- the list

async function look() {
  const answer = await fetch("/evidence.json");
  if (!answer.ok) return;
  const found = await answer.json();
  if (found.left > 0) trouble(say("evidence.left", { n: found.left }));
  byId("fingerprint").textContent = found.fingerprint;
  byId("items").replaceChildren(...found.items.map(row));
  byId("none").hidden = found.items.length > 0;
}

async function abouts() {
  const answer = await fetch("/incidents.json");
  const found = answer.ok ? await answer.json() : { incidents: [] };
  byId("put-about").replaceChildren(...found.incidents.map((one) => el("option", { value: `incident/${one.id}` }, `${one.number} · ${one.title}`)));
}

byId("put").addEventListener("submit", async (event) => {
  event.preventDefault();
  trouble("");
  const file = byId("put-file").files[0];
  const query = new URLSearchParams({ about: byId("put-about").value, note: byId("put-note").value.trim() });
  const { done, words } = await send(`/evidence?${query}`, file, file.type || "application/octet-stream");
  if (!done) trouble(words);
  else event.target.reset();
  await look();
});

await look();
await abouts();
await show();
const handed = shell.may("share") && (await handing({ trouble, when, size }));
// until here a form would have been sent by the browser itself
for (const form of document.querySelectorAll("form[inert]")) form.inert = false;
if (handed) byId("ask-partner").focus();
