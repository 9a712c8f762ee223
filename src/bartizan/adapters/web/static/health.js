// The desk's own health, asked anew every two seconds while somebody looks.

import { byId, el } from "./dom.js";
import { shell } from "./shell.js";
import { say } from "./words.js";

const EVERY = 2000; // milliseconds
const GROUPS = ["cameras", "workers", "store", "queues", "dropped", "pages", "clock"];
const WORST = ["bad", "warn"];

const groups = new Map(
  GROUPS.map((group) => {
    const list = el("ul", {});
    const node = el("section", { "aria-labelledby": `group-${group}` }, el("h2", { id: `group-${group}` }, say(`health.${group}`)), list);
    byId("groups").append(node);
    return [group, { node, list }];
  }),
);

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/health.json").catch(() => null);
  if (!answer?.ok) return;
  const { vitals } = await answer.json();
  for (const [group, { node, list }] of groups) {
    const own = vitals.filter((one) => one.group === group);
    node.hidden = own.length === 0;
    list.replaceChildren(...own.map(({ name, values, state }) => el("li", { class: state }, el("i", { "aria-hidden": "true" }), el("span", {}, state === "none" || state === "good" ? null : el("span", { class: "unseen" }, `${say(`health.state.${state}`)}: `), say(`health.${group}.${name}`, values)))));
  }
  const worst = WORST.find((state) => vitals.some((one) => one.state === state));
  const words = say(worst ? `health.verdict.${worst}` : "health.verdict.good", { n: vitals.filter(({ state }) => state === worst).length });
  // a region that speaks is only written to when it has something else to say
  if (byId("verdict").textContent !== words) byId("verdict").textContent = words;
  byId("verdict").className = `verdict ${worst ?? "good"}`;
}

setInterval(look, EVERY);
shell.on("hello", look);
