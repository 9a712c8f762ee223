// Measured figures offered to the site: shown with the lines that change and with P_I before and after, then decided.

import { ask } from "./act.js";
import { byId, el } from "./dom.js";
import { interval } from "./interval.js";
import { shell } from "./shell.js";
import { showWaits } from "./waits.js";
import { day, say, timeOfDay } from "./words.js";

await shell.places();
const chosen = new Set();
const shown = new Map(); // proposal -> what was shown of its effect
let found = { offers: [], trials: [], proposals: [] };

function trouble(words) {
  byId("trouble").textContent = words;
  byId("trouble").hidden = words === "";
}

async function command(path, body, told = "proposals.done") {
  const { done, words } = await ask(path, body);
  trouble(done ? "" : words);
  if (done) shell.tell(true, say(told));
  await look();
  return done;
}

const figure = (value) => (value === null || value === undefined ? say("proposals.nothing") : typeof value === "object" ? Object.entries(value).map(([key, one]) => `${key} ${one}`).join(", ") : String(value));
const chance = (value) => (value === null ? "–" : value.toFixed(3));
const moment = (instant) => `${day(instant)}, ${timeOfDay(instant)}`;

function offer(one) {
  const words = `${one.at} ${one.key}`;
  const box = el("input", { type: "checkbox", checked: chosen.has(one.name), disabled: !shell.may("propose"), "aria-label": words });
  box.addEventListener("change", () => {
    chosen[box.checked ? "add" : "delete"](one.name);
    byId("propose").disabled = chosen.size === 0;
  });
  const measured = say(one.left_out ? "proposals.measured.less" : "proposals.measured.all", one);
  return el("tr", {}, el("td", {}, box), el("th", { scope: "row" }, words, one.exercise ? ` (${say("figures.exercise")})` : ""), el("td", {}, figure(one.now)), el("td", {}, figure(one.new)), el("td", {}, measured));
}

// One row for all states in which a question has the same answer before and after.
function byAnswer(rows) {
  const found = new Map();
  for (const { state, ...row } of rows) {
    const key = JSON.stringify([row.threat, row.target, row.response, row.before, row.after]);
    if (!found.has(key)) found.set(key, { ...row, states: [] });
    found.get(key).states.push(state ?? []);
  }
  return [...found.values()];
}

function effect(preview) {
  const answers = byAnswer(preview.effect.rows);
  // as the file says always; of the other states those in which something changes
  const told = answers.filter((row) => row.states.some((state) => state.length === 0) || row.before !== row.after);
  const same = preview.effect.rows.length - told.reduce((sum, row) => sum + row.states.length, 0);
  const rows = told.map((row) => {
    const words = say("proposals.change", { before: chance(row.before), after: chance(row.after) });
    const low = row.before === null || row.after === null ? null : Math.min(row.before, row.after);
    const plot = interval({ value: row.after, low, high: low === null ? null : Math.max(row.before, row.after) }, 1, words);
    return el("tr", {}, el("th", { scope: "row" }, [row.threat ?? say("proposals.anybody"), row.target, row.response].filter(Boolean).join(" · ")), el("td", {}, row.states.map((state) => (state.length > 0 ? state.join(", ") : say("proposals.state.none"))).join("; ")), el("td", {}, chance(row.before)), el("td", {}, chance(row.after)), el("td", {}, plot));
  });
  const lines = (preview.lines ?? []).filter((line) => !/^(---|\+\+\+)/.test(line));
  return el(
    "div",
    { class: "figures" },
    preview.effect.reason && el("p", { class: "warn" }, preview.effect.reason),
    lines.length > 0 && el("pre", { tabindex: 0, "aria-label": say("proposals.lines") }, ...lines.map((line) => el("span", { class: line.startsWith("+") ? "added" : line.startsWith("-") ? "gone" : "" }, `${line}\n`))),
    rows.length > 0 && el("table", {}, el("thead", {}, el("tr", {}, ...["proposals.question", "proposals.state", "proposals.before", "proposals.after", "figures.plot"].map((head) => el("th", { scope: "col" }, say(head))))), el("tbody", {}, ...rows)),
    same > 0 && el("p", { class: "soft" }, say("proposals.same", { n: same })),
    preview.effect.each_alone && el("p", { class: "soft" }, say("proposals.alone")),
  );
}

async function preview(one) {
  const answer = await fetch(`/proposals/${encodeURIComponent(one.id)}/effect`).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    trouble(body?.error ?? say("act.offline"));
    return;
  }
  trouble("");
  shown.set(one.id, body);
  draw();
  document.getElementById(`accept-${one.id}`)?.focus();
}

function decision(one) {
  if (one.stage === "accepted") return [el("button", { type: "button", class: "first", onclick: () => command(`/proposals/${encodeURIComponent(one.id)}/finish`, {}, "proposals.written") }, say("proposals.finish"))];
  if (one.stage !== "offered") return [];
  const path = `/proposals/${encodeURIComponent(one.id)}`;
  const reason = el("input", { type: "text", maxlength: 300, "aria-label": say("proposals.reason"), placeholder: say("proposals.reason") });
  const seen = shown.get(one.id);
  const accept = async () => {
    shown.delete(one.id);
    await command(`${path}/accept`, { seen: seen.seen }, "proposals.written");
  };
  return [
    el("button", { type: "button", onclick: () => preview(one) }, say("proposals.look")),
    seen && shell.may("accept-proposal") && el("button", { id: `accept-${one.id}`, type: "button", class: "first", onclick: accept }, say("proposals.accept")),
    shell.may("accept-proposal") && reason,
    shell.may("accept-proposal") && el("button", { type: "button", class: "grave", onclick: () => command(`${path}/decline`, { reason: reason.value }) }, say("proposals.decline")),
  ];
}

function proposal(one) {
  const seen = shown.get(one.id);
  return el(
    "article",
    { class: "proposal" },
    el("h3", {}, say(`proposals.stage.${one.stage}`, { by: one.decided_by ?? "", at: one.decided_at ? moment(one.decided_at) : "" })),
    el("p", {}, one.basis),
    el("p", { class: "soft" }, say("proposals.offered", { by: one.offered_by, at: moment(one.offered_at) })),
    one.reason && el("p", { class: "warn" }, say("proposals.because", { reason: one.reason })),
    seen ? effect(seen) : one.effect && effect({ effect: one.effect }),
    el("div", { class: "row" }, ...decision(one)),
  );
}

function trial(one) {
  const reason = el("input", { type: "text", maxlength: 300, "aria-label": say("proposals.reason"), placeholder: say("proposals.reason") });
  const withdraw = el("button", { type: "button", onclick: () => command(`/trials/${encodeURIComponent(one.id)}/withdraw`, { reason: reason.value }) }, say("proposals.withdraw"));
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, `${one.place} ${one.key}`),
    el("td", {}, say("proposals.of", one)),
    el("td", {}, one.about, one.exercise ? ` (${say("figures.exercise")})` : ""),
    el("td", {}, `${one.by}, ${moment(one.at)}`),
    el("td", {}, one.withdrawn ? say("proposals.withdrawn", { reason: one.withdrawn }) : shell.may("propose") && el("div", { class: "row" }, reason, withdraw)),
  );
}

function draw() {
  byId("offers").replaceChildren(...found.offers.map(offer));
  byId("no-offers").hidden = found.offers.length > 0;
  byId("propose").disabled = chosen.size === 0;
  byId("list").replaceChildren(...found.proposals.map(proposal));
  showWaits(found.waits);
  byId("no-list").hidden = found.proposals.length > 0;
  byId("trials").replaceChildren(...found.trials.map(trial));
}

async function look() {
  const answer = await fetch("/proposals.json").catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    trouble(body?.error ?? say("act.offline"));
    return;
  }
  found = body;
  for (const name of [...chosen]) if (!found.offers.some((one) => one.name === name)) chosen.delete(name);
  draw();
}

byId("propose").addEventListener("click", async () => {
  if (await command("/proposals", { names: [...chosen] })) {
    chosen.clear();
    draw();
  }
});
byId("tried").hidden = !shell.may("propose");
byId("tried").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { place: byId("place").value.trim(), key: byId("key").value, detected: Number(byId("detected").value), trials: Number(byId("number").value), about: byId("about").value.trim(), exercise: byId("exercise").checked };
  if (await command("/trials", body)) byId("tried").reset();
});
await look();
