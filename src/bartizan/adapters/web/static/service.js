// Out of service: what is, until when and by which order; and what the rules of the site recorded without a sound.

import { ask } from "./act.js";
import { byId, el } from "./dom.js";
import { reader } from "./reader.js";
import { shell } from "./shell.js";
import { day, say, timeOfDay } from "./words.js";

const LOOK_EVERY = 10_000; // milliseconds between two looks where no news come

const places = await shell.places();
const read = reader("/service.json");

async function send(path, body, words) {
  const { done, words: refused } = await ask(path, body);
  byId("trouble").textContent = refused;
  byId("trouble").hidden = done;
  if (done) shell.tell(true, words);
  await look();
  return done;
}

const when = (moment) => `${day(moment)}, ${timeOfDay(moment)}`;
const nothing = (words) => el("li", { class: "soft" }, say(words));

function outage(one, found) {
  const path = `/service/${encodeURIComponent(one.id)}`;
  const things = one.things.map((thing) => found.names[thing] ?? thing).join(", ");
  const parts = [
    el("h3", {}, things),
    el("p", {}, say("service.until", { until: when(one.until), order: one.order, reason: one.reason })),
    el("p", { class: "soft" }, say("service.by", { by: one.by, begun: when(one.begun_at) })),
    el("p", {}, one.second ? say("service.agreed", { second: one.second }) : say("service.alone")),
  ];
  if (shell.may("service")) {
    const agree = !one.second && one.by !== found.you && el("button", { type: "button", onclick: () => send(`${path}/agree`, {}, say("service.agree.done")) }, say("service.agree", { things }));
    const back = el("button", { type: "button", onclick: () => send(`${path}/back`, {}, say("service.back.done")) }, say("service.back", { things }));
    parts.push(el("p", { class: "row" }, agree, back));
  }
  return el("li", {}, ...parts);
}

function over(one, found) {
  const things = one.things.map((thing) => found.names[thing] ?? thing).join(", ");
  const by = one.ended_by === "desk" ? say("service.over.time") : say("service.over.by", { by: one.ended_by });
  return el("li", {}, say("service.over.line", { things, order: one.order, begun: when(one.begun_at), ended: when(one.ended_at), by }), one.ended_reason ? ` · ${one.ended_reason}` : "");
}

function silent(one) {
  const what = places.what({ signal: one, source: one, ...one });
  const where = places.where({ signal: { ...one, cameras: [] } });
  return el("li", {}, say("service.silent.line", { time: one.utc ? when(one.utc) : "–", what, where, why: one.silent }));
}

function choices(things) {
  const list = byId("things");
  const chosen = new Set([...list.selectedOptions].map((one) => one.value));
  const kinds = Map.groupBy?.(things, (one) => one.id.split("/")[0]) ?? grouped(things);
  list.replaceChildren(
    ...[...kinds].map(([kind, those]) =>
      el("optgroup", { label: say(`service.kind.${kind}`) }, ...those.map((one) => el("option", { value: one.id, ...(chosen.has(one.id) ? { selected: "" } : {}) }, one.name))),
    ),
  );
}

function grouped(things) {
  const kinds = new Map();
  for (const one of things) kinds.set(one.id.split("/")[0], [...(kinds.get(one.id.split("/")[0]) ?? []), one]);
  return kinds;
}

async function look() {
  const found = await read();
  if (found === null) return;
  byId("standing").replaceChildren(...(found.standing.length > 0 ? found.standing.map((one) => outage(one, found)) : [nothing("service.standing.none")]));
  byId("over").replaceChildren(...(found.over.length > 0 ? found.over.map((one) => over(one, found)) : [nothing("service.over.none")]));
  byId("silent").replaceChildren(...(found.silent.length > 0 ? found.silent.map(silent) : [nothing("service.silent.none")]));
  byId("take").hidden = found.things.length === 0;
  if (found.things.length !== byId("things").length) choices(found.things);
}

byId("work").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = {
    things: [...byId("things").selectedOptions].map((one) => one.value),
    minutes: Math.round(Number(byId("hours").value) * 60),
    order: byId("order").value,
    reason: byId("reason").value,
  };
  if (await send("/service", body, say("service.take.done"))) byId("work").reset();
});
shell.on("news", ({ topic }) => topic === "service" && look());
await look();
setInterval(look, LOOK_EVERY);
