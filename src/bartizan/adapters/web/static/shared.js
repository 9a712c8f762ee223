// What was shared with one's agency.

import { byId, el } from "./dom.js";
import { save } from "./send.js";
import { shell } from "./shell.js";
import { day, learn, say, timeOfDay } from "./words.js";

await (shell.may("view") ? shell.places() : learn("/static/words.json"));

async function get(one) {
  const words = await save(`/shared/${encodeURIComponent(one.id)}/fetch`, {}, `${one.id}.zip`);
  byId("trouble").textContent = words;
  byId("trouble").hidden = words === "";
}

const answer = await fetch("/shared.json");
const { packages } = answer.ok ? await answer.json() : { packages: [] };
byId("none").hidden = packages.length > 0;
byId("packages").replaceChildren(
  ...packages.map((one) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, `${day(one.made_at)}, ${timeOfDay(one.made_at)}`),
      el("td", {}, `TLP:${one.level.toUpperCase()}${one.exercise ? ` · ${say("incident.exercise")}` : ""}`),
      el("td", {}, say("evidence.kib", { n: Math.ceil(one.size / 1024) })),
      el("td", {}, one.gone_at ? say("shared.gone") : el("button", { type: "button", onclick: () => get(one) }, say("handover.save"))),
    ),
  ),
);
