// The camera wall: all at the same size, or one alone; those of open alarms stand out.

import { byId } from "./dom.js";
import { shell } from "./shell.js";
import { Wall } from "./wall.js";
import { say } from "./words.js";

const places = await shell.places();
const { cameras } = places.site;
const wall = new Wall(places.site, places, { onShow: one });
const frame = byId("wall");
frame.style.setProperty("--across", String(Math.ceil(Math.sqrt(cameras.length || 1))));

// One camera alone; the same again, or 0, is all of them.
function one(id) {
  const alone = frame.classList.contains("one") && wall.large === id;
  wall.showLarge(id);
  frame.classList.toggle("one", !alone);
}

const numbers = cameras.slice(0, 9).map(({ id }, i) => [String(i + 1), () => one(id)]);
shell.keys.add({ simple: { ...Object.fromEntries(numbers), 0: () => frame.classList.remove("one") }, hints: [["1…9", "wall.one"], ["0", "wall.all"]] });
shell.help.show([
  [["1…9"], "wall.one"],
  [["0"], "wall.all"],
]);
shell.on("picture", (news) => wall.news(news));
shell.on("alarms", ({ open }) => {
  const concerned = open.filter((alarm) => alarm.suppression === null);
  wall.mark(concerned.flatMap((alarm) => places.watching(alarm)), concerned.flatMap((alarm) => alarm.signal.tracks ?? []));
});
shell.on("beat", ({ counts }) => {
  byId("counts").textContent = say("wall.counts", counts);
  byId("counts").title = say("wall.counts.title", counts);
});
