// A report by hand: what was said, by whom, how far it is to be believed, and where.

import { ask } from "./act.js";
import { byId, el, svg } from "./dom.js";
import { Plan } from "./plan.js";
import { shell } from "./shell.js";
import { say } from "./words.js";

const form = byId("report");
const places = await shell.places();
const plan = places ? new Plan(places.site, places) : null;
let at = null;
let key = crypto.randomUUID();

function choices(kind, things) {
  if (things.length === 0) return;
  byId("place").append(
    el("optgroup", { label: say(`report.place.${kind}s`) }, ...things.map(({ id, name }) => el("option", { value: `${kind}/${id}` }, name ?? id))),
  );
}

function mark(point) {
  at = point;
  byId("unmark").hidden = at === null;
  byId("point").textContent = at ? say("report.point.at", { x: at[0].toFixed(1), y: at[1].toFixed(1) }) : say("report.point");
  plan?.overlay((over, px) => over.replaceChildren(...(at ? [svg("circle", { class: "pin", cx: at[0], cy: -at[1], r: px(7), "stroke-width": px(2) })] : [])));
}

function told() {
  const fields = new FormData(form);
  const [kind, id] = (fields.get("place") ?? "").split("/");
  const seen = fields.get("seen_at");
  return {
    key,
    channel: fields.get("channel"),
    reliability: fields.get("reliability"),
    credibility: Number(fields.get("credibility")),
    reported_by: fields.get("reported_by").trim(),
    text: fields.get("text").trim(),
    severity: fields.get("severity"),
    exercise: fields.get("exercise") !== null,
    ...(id ? { [kind]: id } : {}),
    ...(at ? { at } : {}),
    ...(seen ? { seen_at: new Date(seen).toISOString() } : {}),
  };
}

function wrong(words) {
  byId("wrong").textContent = words;
  byId("wrong").hidden = words === "";
}

async function send() {
  const report = told();
  for (const name of ["reported_by", "text"]) form.elements[name].setAttribute("aria-invalid", String(report[name] === ""));
  if (report.reported_by === "" || report.text === "") {
    wrong(say("report.missing"));
    form.elements[report.reported_by === "" ? "reported_by" : "text"].focus();
    return;
  }
  const { done, words, body } = await ask("/reports", report);
  wrong(words);
  if (!done) return;
  // the next report is another one
  key = crypto.randomUUID();
  form.reset();
  mark(null);
  shell.tell(true, say("report.sent", { number: body.number }));
  form.elements.reported_by.focus();
}

if (places) {
  choices("area", places.site.areas);
  choices("element", places.site.elements);
  choices("zone", places.site.zones);
}
plan?.svg?.addEventListener("click", (event) => {
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(plan.svg.getScreenCTM().inverse());
  mark([Math.round(x * 10) / 10, Math.round(-y * 10) / 10]);
});
byId("unmark").addEventListener("click", () => mark(null));
form.addEventListener("input", ({ target }) => {
  target.removeAttribute("aria-invalid");
  wrong("");
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) send();
});
shell.help.show([[["Ctrl", "Enter"], "report.send"]]);
form.elements.reported_by.focus();
