// The incidents: which are open, who leads them, what each waits for; and the posture of the site.

import { act, ask } from "./act.js";
import { byId, el } from "./dom.js";
import { shell } from "./shell.js";
import { name, say, timeOfDay } from "./words.js";

let shown = { incidents: [], more: 0, kinds: [], posture: { choices: [] } };

const mayLead = shell.may("incident");

function row(incident, place) {
  const key = place < 9 && incident.key ? el("kbd", {}, String(place + 1)) : null;
  return el(
    "tr",
    {},
    el("td", { class: "number" }, key, " ", String(incident.number)),
    el("td", {}, el("a", { href: `/incidents/${encodeURIComponent(incident.id)}` }, incident.title), incident.exercise ? el("span", { class: "tag" }, say("incident.exercise")) : null),
    el("td", {}, say(`incident.state.${incident.state}`), incident.late.length > 0 ? el("strong", { class: "bad" }, ` ${say("incident.stage.late")}`) : null),
    el("td", {}, incident.lead ?? say("incidents.nobody")),
    el("td", {}, incident.step ?? incident.outcome ?? ""),
    el("td", {}, el("time", { datetime: incident.opened_at }, timeOfDay(incident.opened_at))),
  );
}

function table(rows, none) {
  if (rows.length === 0) return el("p", { class: "soft" }, say(none));
  const heads = ["number", "what", "state", "lead", "step", "since"].map((key) => el("th", { scope: "col" }, say(`incidents.${key}`)));
  return el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows.map(row)));
}

function posture({ present, choices, set, trouble }) {
  const parts = [el("p", {}, el("strong", {}, present ? name("state", present) : say("incidents.posture.none")))];
  if (set) parts.push(el("p", { class: "soft" }, say("incidents.posture.since", { time: timeOfDay(set.since), by: set.by, reason: set.reason })));
  if (trouble) parts.push(el("p", { class: "fault" }, trouble));
  if (mayLead && choices.length > 0) {
    const form = el(
      "form",
      { class: "fields" },
      el("label", { class: "field" }, say("incidents.posture.state"), el("select", { name: "state" }, ...choices.map((one) => el("option", { value: one, selected: one === present }, name("state", one))))),
      el("label", { class: "field" }, say("incidents.posture.reason"), el("input", { type: "text", name: "reason", maxlength: 1000, required: true, autocomplete: "off" })),
      el("button", { type: "submit" }, say("incidents.posture.set")),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const fields = new FormData(form);
      const { done, words } = await act("/posture", { state: fields.get("state"), reason: fields.get("reason") });
      shell.tell(done, words || say("act.done"));
      if (done) read();
    });
    parts.push(form);
  }
  return parts;
}

function show() {
  const open = shown.incidents.filter((one) => ["new", "in-progress", "handed-over"].includes(one.state));
  for (const one of open) one.key = true;
  byId("open").replaceChildren(table(open, "incidents.none"));
  const over = shown.incidents.filter((one) => !open.includes(one));
  byId("over").replaceChildren(table(over, "incidents.nothing"), ...(shown.more > 0 ? [el("p", { class: "soft" }, say("incidents.more", { count: shown.more }))] : []));
  if (!byId("posture").contains(document.activeElement)) byId("posture").replaceChildren(...posture(shown.posture));
}

async function read() {
  const answer = await fetch("/incidents.json");
  if (!answer.ok) return;
  shown = await answer.json();
  show();
}

await read();
const form = byId("new");
form.hidden = !mayLead;
form.elements.kind.append(...shown.kinds.map((one) => el("option", { value: one.kind }, one.name)));
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  const { done, words, body } = await ask("/incidents", { alarms: [], title: fields.get("title"), kind: fields.get("kind") || null, exercise: fields.get("exercise") !== null });
  if (done) location.assign(`/incidents/${encodeURIComponent(body.id)}`);
  else shell.tell(false, words);
});
for (let place = 0; place < 9; place += 1) {
  shell.keys.add({
    simple: {
      [String(place + 1)]: () => {
        const link = byId("open").querySelectorAll("tbody a")[place];
        if (link) location.assign(link.href);
      },
    },
  });
}
shell.help.show([[["1", "…", "9"], "incidents.go"]]);
shell.on("news", ({ topic }) => {
  if (["incident", "posture", "alarm"].includes(topic)) read();
});
shell.foot();
