// The plan on a page of its own, with the alarms beside it.

import { Plan } from "./plan.js";
import { Queue } from "./queue.js";
import { shell } from "./shell.js";

const places = await shell.places();
const plan = new Plan(places.site, places);
const queue = new Queue(places, { onChoose: choose });
let told = { open: [], closed: [], more: 0 };
let chosen = null;

function choose(id) {
  chosen = id;
  show();
}

function move(step) {
  const all = [...told.open, ...told.closed];
  if (all.length === 0) return;
  const at = all.findIndex((alarm) => alarm.id === chosen);
  choose(all[at === -1 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)].id);
}

function show() {
  queue.show(told, chosen);
  plan.showAlarms([...told.open, ...told.closed], chosen);
}

shell.keys.add({ simple: { j: () => move(1), k: () => move(-1) }, hints: [["j", "k", "move"]] });
shell.help.show([[["j", "k"], "move"]]);
shell.on("alarms", (alarms) => {
  told = alarms;
  if (![...told.open, ...told.closed].some(({ id }) => id === chosen)) chosen = told.open[0]?.id ?? null;
  show();
});
shell.on("tracks", ({ tracks }) => plan.news(tracks));
shell.on("exercise-tracks", ({ tracks }) => plan.rehearse(tracks));
shell.on("beat", () => plan.age());
