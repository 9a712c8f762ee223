// The procedure of an incident: what is over, what is to be done now, what comes.

import { byId, el } from "./dom.js";
import { say, timeOfDay } from "./words.js";

function over(page, done, place, steps) {
  const step = steps.find((one) => one.id === done.step);
  const answer = step?.answers.find((one) => one.id === done.answer)?.text ?? done.answer;
  const by = { by: done.by, time: timeOfDay(done.at), note: done.note ?? "", answer };
  const words = done.skipped ? say("incident.step.skipped", by) : answer ? say("incident.step.answered", by) : say("incident.step.by", by);
  const unseen = page.incident.unseen_skips.includes(place + 1);
  return el(
    "li",
    { class: done.skipped ? "over skipped" : "over" },
    el("p", {}, done.text),
    el("p", { class: "soft" }, words, done.late ? el("strong", { class: "bad" }, ` ${say("incident.step.late")}`) : null, !done.skipped && done.note ? ` · ${done.note}` : null),
    done.seen_by ? el("p", { class: "soft" }, say("incident.step.seen", { by: done.seen_by })) : null,
    unseen && page.may("force-close") ? el("button", { type: "button", onclick: () => page.doIt("skip-seen", { place: place + 1 }) }, say("incident.step.see")) : null,
  );
}

function present(page, step) {
  const { incident } = page;
  const send = (answer) => page.doIt("step", { step: step.id, answer, note: byId("f-step-note")?.value.trim() || null });
  const late = incident.late.includes(`step/${step.id}`);
  const buttons =
    step.answers.length > 0
      ? step.answers.map((one, place) => el("button", { type: "button", class: "first", onclick: () => send(one.id) }, el("kbd", {}, `d${place + 1}`), one.text))
      : [el("button", { type: "button", class: "first", onclick: () => send(null) }, el("kbd", {}, "dd"), say("incident.step.done"))];
  const skip = page.ask("skip", "incident.step.reason", "incident.step.skip", "skip", { field: "reason", extra: () => ({ step: step.id }) });
  const note = el("label", { class: "field", "data-keep": "step-note" }, say("incident.step.note"), el("input", { type: "text", id: "f-step-note", maxlength: 4000, autocomplete: "off" }));
  return el(
    "li",
    { class: "present", "aria-current": "step" },
    el("p", {}, el("strong", {}, step.text)),
    el("p", { class: "soft" }, step.who ? say("incident.step.who", step) : "", incident.procedure.due ? ` ${say("incident.step.due", { time: timeOfDay(incident.procedure.due) })}` : "", late ? el("strong", { class: "bad" }, ` ${say("incident.step.late")}`) : null),
    page.open && page.may("incident") ? el("div", { class: "row" }, ...buttons) : null,
    page.open && page.may("incident") ? note : null,
    page.open && page.may("incident") ? skip : null,
  );
}

export function drawSteps(page) {
  const { incident } = page;
  const run = incident.procedure;
  byId("procedure-title").textContent = say("incident.procedure", { name: run ? (run.name ?? run.id) : (incident.kind ?? "") });
  const steps = run?.steps ?? [];
  const rows = incident.steps.map((done, place) => over(page, done, place, done.procedure === run?.id ? steps : []));
  const now = steps.find((one) => one.id === run?.present);
  if (now) {
    rows.push(present(page, now));
    rows.push(...steps.slice(steps.indexOf(now) + 1).map((one) => el("li", { class: "later" }, el("p", { class: "soft" }, one.text))));
  }
  const parts = [el("ol", { class: "steps" }, ...rows)];
  if (!run) parts.push(el("p", { class: "soft" }, say("incident.procedure.none")));
  else if (!now) parts.push(el("p", { class: "soft" }, say("incident.procedure.over")));
  if (page.open && page.may("incident") && incident.kinds.length > 0) parts.push(kinds(page));
  page.draw("procedure", parts);
}

function kinds(page) {
  const { incident } = page;
  const select = el("select", { name: "kind" }, ...incident.kinds.map((one) => el("option", { value: one.kind, selected: one.kind === incident.kind }, one.name)));
  const form = el("form", { class: "fields" }, el("label", { class: "field" }, say("incident.kind"), select), el("button", { type: "submit" }, say("incident.kind.set")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    select.blur();
    page.doIt("kind", { kind: select.value, version: incident.version });
  });
  return form;
}
