// From an alarm of the desk to its incident: open a new one, join an open one, or go to the one that it belongs to.

import { ask } from "./act.js";
import { shell } from "./shell.js";
import { say } from "./words.js";

const at = (incident) => `/incidents/${encodeURIComponent(incident.id)}`;

export function setUpIncidents(chosen) {
  let open = [];

  async function read() {
    const answer = await fetch("/incidents.json");
    if (answer.ok) open = (await answer.json()).incidents.filter(({ state }) => ["new", "in-progress", "handed-over"].includes(state));
  }

  function choices() {
    const alarm = chosen();
    if (!alarm || !shell.may("incident")) return null;
    const own = open.find(({ members }) => members.includes(alarm.id));
    if (own) return [{ key: "i", words: `${own.number} ${own.title}`, go: own }];
    const fits = open.filter(({ exercise }) => exercise === alarm.exercise).slice(0, 8);
    return [{ key: "1", words: say("command.choice.new"), alarm }, ...fits.map((one, place) => ({ key: String(place + 2), words: `${one.number} ${one.title}`, alarm, join: one }))];
  }

  async function take({ alarm, join, go }) {
    if (go) {
      location.assign(at(go));
      return;
    }
    const { done, words, body } = await (join ? ask(`${at(join)}/join`, { alarm: alarm.id }) : ask("/incidents", { alarms: [alarm.id] }));
    if (done) location.assign(at(body));
    else shell.tell(false, words);
  }

  shell.keys.add({
    verbs: { incident: "i" },
    choices,
    commit: (_, choice) => {
      take(choice);
      return null;
    },
  });
  shell.on("news", ({ topic }) => {
    if (topic === "incident") read();
  });
  read();
}
