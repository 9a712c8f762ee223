// Handing a case over: what would go, every field that would be taken out, then the package; and what partners sent.

import { ask } from "./act.js";
import { byId, el } from "./dom.js";
import { save, send } from "./send.js";
import { say } from "./words.js";

export async function handing({ trouble, when, size }) {
  let digest = "";
  // the page of an incident sends here with its id
  const asked = new URLSearchParams(location.search).get("incident");
  byId("sharing").hidden = false;

  const chosen = () => ({ incident: byId("ask-incident").value, partner: byId("ask-partner").value });

  function partnersOf(found) {
    const incident = found.incidents.find((one) => one.id === byId("ask-incident").value);
    const fitting = found.partners.filter((one) => incident && one.exercise === incident.exercise);
    byId("ask-partner").replaceChildren(...fitting.map((one) => el("option", { value: one.id }, `${one.name} (TLP:${one.level.toUpperCase()})`)));
  }

  function gone(one) {
    return one.gone_at ? say("handover.gone", { why: one.gone_why }) : el("button", { type: "button", onclick: () => fetchIt(one) }, say("handover.save"));
  }

  async function fetchIt(one) {
    trouble(await save(`/handover/${encodeURIComponent(one.id)}/fetch`, {}, `${one.id}.zip`));
  }

  function waiting(one) {
    const line = [
      el("strong", {}, one.title || say("arrivals.nameless")),
      el("span", { class: "soft" }, `${when(one.arrived_at)} · ${one.from || say("arrivals.unknown")} · ${size(one.size)}`),
      el("span", {}, say(`arrivals.${one.state}`)),
    ];
    if (one.exercise) line.push(el("span", { class: "tag" }, say("incident.exercise")));
    if (one.state !== "quarantined") return el("li", {}, ...line, el("span", { class: "soft" }, one.words ?? ""));
    for (const fault of one.faults) line.push(el("p", { class: "fault" }, fault));
    if (!one.partner && one.faults.length === 0) line.push(el("p", { class: "fault" }, say("arrivals.nobody", { fingerprint: one.fingerprint })));
    const words = el("input", { maxlength: 4000, required: true, autocomplete: "off" });
    const into = el("select", {}, el("option", { value: "" }, say("arrivals.alarm")), ...state.incidents.map((i) => el("option", { value: i.id }, `${i.number} · ${i.title}`)));
    const grade = el("select", {}, ..."FABCDE".split("").map((g) => el("option", { value: g }, g)));
    const credible = el("select", {}, ...[6, 1, 2, 3, 4, 5].map((g) => el("option", { value: g }, String(g))));
    const said = el("dl", { class: "facts" });
    const form = el(
      "form",
      { class: "fields" },
      el("button", { type: "button", onclick: () => open(one, said) }, say("arrivals.show")),
      el("label", { class: "field" }, say("arrivals.into"), into),
      el("label", { class: "field" }, say("arrivals.reliability"), grade),
      el("label", { class: "field" }, say("arrivals.credibility"), credible),
      el("label", { class: "field" }, say("arrivals.words"), words),
      one.may_be_accepted ? el("button", { type: "submit", value: "accept" }, say("arrivals.accept")) : null,
      el("button", { type: "submit", value: "refuse", class: "grave" }, say("arrivals.refuse")),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      trouble("");
      const text = words.value.trim();
      const accept = event.submitter?.value === "accept";
      const body = accept ? { note: text, incident: into.value || null, reliability: grade.value, credibility: Number(credible.value) } : { reason: text };
      const answer = await ask(`/arrivals/${encodeURIComponent(one.id)}/${accept ? "accept" : "refuse"}`, body);
      if (!answer.done) trouble(answer.words);
      await look();
    });
    return el("li", {}, ...line, form, said);
  }

  async function open(one, said) {
    const answer = await fetch(`/arrivals/${encodeURIComponent(one.id)}`);
    if (!answer.ok) return;
    const found = await answer.json();
    const lines = [];
    for (const incident of found.incidents) lines.push(el("dt", {}, say("handover.incident")), el("dd", {}, [incident.name, incident.description].filter(Boolean).join(": ")));
    for (const note of found.notes) lines.push(el("dt", {}, note.at ?? ""), el("dd", {}, note.text ?? ""));
    if (found.manifest) for (const file of found.manifest.files) lines.push(el("dt", {}, file.path), el("dd", {}, `${file.media_type}, ${size(file.size)}`));
    said.replaceChildren(...lines);
  }

  let state = { incidents: [], partners: [], packages: [], arrivals: [] };

  async function look() {
    const answer = await fetch("/handover.json");
    if (!answer.ok) return;
    state = await answer.json();
    const before = byId("ask-incident").value || asked;
    byId("ask-incident").replaceChildren(...state.incidents.map((one) => el("option", { value: one.id, selected: one.id === before }, `${one.number} · ${one.title} (TLP:${one.sharing.toUpperCase()})`)));
    partnersOf(state);
    byId("packages").replaceChildren(...state.packages.map((one) => el("tr", {}, el("th", { scope: "row" }, when(one.made_at)), el("td", {}, one.partner), el("td", {}, `TLP:${one.level.toUpperCase()}`), el("td", {}, one.made_by), el("td", {}, gone(one)))));
    byId("arrivals").replaceChildren(...state.arrivals.map(waiting));
  }

  byId("ask-incident").addEventListener("change", () => {
    partnersOf(state);
    byId("preview").hidden = true;
  });
  byId("ask-partner").addEventListener("change", () => {
    byId("preview").hidden = true;
  });

  byId("ask").addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble("");
    const { done, words, body } = await ask("/handover/preview", chosen());
    byId("preview").hidden = !done;
    if (!done) {
      trouble(words);
      return;
    }
    digest = body.digest;
    byId("preview-title").textContent = say("handover.to", { partner: body.partner.name, level: `TLP:${body.level.toUpperCase()}` });
    byId("goes").textContent = say("handover.goes", { alarms: body.goes.alarms, entries: body.goes.entries.length, media: body.goes.media.length, records: body.goes.records });
    byId("removed").replaceChildren(...body.removed.map((one) => el("tr", {}, el("th", { scope: "row" }, one.field), el("td", {}, `TLP:${one.level.toUpperCase()}`), el("td", {}, one.value))));
    byId("nothing-removed").hidden = body.removed.length > 0;
    byId("preview-title").focus();
  });

  byId("order").addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble("");
    const { done, words, body } = await ask("/handover", { ...chosen(), why: byId("order-why").value.trim(), digest, takes_over: byId("order-over").checked });
    if (!done) {
      trouble(words);
      return;
    }
    byId("preview").hidden = true;
    byId("told").textContent = say("handover.made", { id: body.id });
    await look();
  });

  byId("take").addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble("");
    const { done, words } = await send("/arrivals", byId("take-file").files[0], "application/zip");
    if (!done) trouble(words);
    else event.target.reset();
    await look();
  });

  await look();
  return asked !== null;
}
