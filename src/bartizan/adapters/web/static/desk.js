// The duty desk: brings what the server says to the parts of the page, and what people press to the server.

import { act } from "./act.js";
import { Detail, DISPOSITIONS } from "./detail.js";
import { byId } from "./dom.js";
import { Plan } from "./plan.js";
import { Queue } from "./queue.js";
import { shell } from "./shell.js";
import { Wall } from "./wall.js";
import { name, say } from "./words.js";

const ROWS = [
  [["n", "a"], "next"],
  [["j", "k"], "move"],
  [["d", "1…7"], "assess"],
  [["s", "1…9"], "send"],
  [["o", "1…9"], "on_scene"],
  [["c", "c"], "contact"],
  [["x", "x"], "close"],
  [["r", "r"], "reopen"],
  [["v", "1…9"], "camera"],
  [["w"], "note"],
];
const HINTS = [
  ["j", "k", "move"],
  ["n", "next"],
  ["a", "acknowledge"],
  ["d", "assess"],
  ["s", "send"],
  ["o", "on_scene"],
  ["c", "contact"],
  ["v", "camera"],
];
const VERBS = { assess: "d", send: "s", on_scene: "o", contact: "c", reopen: "r", close: "x", camera: "v" };

const places = await shell.places();
const { site } = places;
const { keys } = shell;
const canAct = shell.may("acknowledge");
const tell = (done, words) => shell.tell(done, words);

const state = { open: [], closed: [], more: 0, clocks: {}, chosen: null, seen: null };

keys.add({ verbs: VERBS, choices, commit, simple: simpleKeys(), hints: HINTS });
shell.help.show(ROWS);
const queue = new Queue(places, { onChoose: choose });
const plan = new Plan(site, places);
const wall = new Wall(site, places);
const detail = new Detail(places, {
  canAct,
  perform,
  begin: (verb) => keys.begin(verb),
  choose(verb, key) {
    keys.begin(verb);
    keys.answer(key);
  },
});

const everything = () => [...state.open, ...state.closed];
const chosen = () => everything().find((alarm) => alarm.id === state.chosen);
const waiting = (alarm) => alarm.handling === "raised" || alarm.handling === "reopened";

// ---- what people press

function simpleKeys() {
  return {
    j: () => move(1),
    k: () => move(-1),
    n: () => {
      // pressed again, it goes on to the one after
      const all = state.open.filter(waiting);
      const again = all.findIndex((alarm) => alarm.id === state.chosen && alarm.id === state.next);
      const next = all[again + 1] ?? all[0] ?? state.open[0];
      state.next = next?.id;
      if (next) choose(next.id);
    },
    a: () => perform("acknowledge"),
    w: () => detail.note.focus(),
  };
}

function move(step) {
  const all = everything();
  if (all.length === 0) return;
  const at = all.findIndex((alarm) => alarm.id === state.chosen);
  choose(all[at === -1 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)].id);
}

function choose(id) {
  if (id !== state.chosen) keys.cancel();
  state.chosen = id;
  const alarm = chosen();
  const [camera] = alarm ? places.watching(alarm) : [];
  if (camera) wall.showLarge(camera);
  showAlarms();
}

// What the second key of a verb may be now; null where the verb does not fit.
function choices(verb) {
  const numbered = (things) => things.slice(0, 9).map(({ id, name: words }, i) => ({ key: String(i + 1), id, words }));
  if (verb === "camera") return numbered(site.cameras);
  const alarm = chosen();
  if (!alarm || !canAct) {
    tell(false, say(canAct ? "act.choose" : "bar.viewer"));
    return null;
  }
  const again = (key) => [{ key, words: say("command.pending.again") }];
  if (verb === "reopen") return alarm.handling === "closed" ? again("r") : null;
  if (alarm.handling === "closed") return null;
  if (verb === "contact") return alarm.contact_confirmed ? null : again("c");
  if (verb === "send" || verb === "on_scene") return numbered(site.responses);
  if (waiting(alarm)) {
    tell(false, say("act.first"));
    return null;
  }
  if (verb === "close") return alarm.disposition === null ? null : again("x");
  return DISPOSITIONS.map((one, i) => ({ key: String(i + 1), id: one, words: name("disposition", one) }));
}

// The second key was pressed. Returns what to ask next, where there is more to ask.
function commit(verb, choice) {
  if (verb === "camera") wall.showLarge(choice.id);
  else if (verb === "send" || verb === "on_scene") perform(verb, { response: choice.id });
  else if (verb === "duplicate") perform("assess", { disposition: "duplicate", duplicate_of: choice.id });
  else if (verb !== "assess") perform(verb);
  else if (choice.id === "duplicate") return { verb: "duplicate", choices: others() };
  else perform("assess", { disposition: choice.id });
  return null;
}

function others() {
  const alarm = chosen();
  return everything()
    .filter((one) => one.id !== alarm.id && one.exercise === alarm.exercise)
    .slice(0, 9)
    .map((one, i) => ({ key: String(i + 1), id: one.id, words: `${say("detail.number", { number: one.number })} ${places.what(one)}` }));
}

async function perform(verb, body = {}) {
  const alarm = chosen();
  if (!alarm || !canAct) {
    tell(false, say(canAct ? "act.choose" : "bar.viewer"));
    return;
  }
  const versioned = ["acknowledge", "assess", "close", "reopen"].includes(verb) ? { version: alarm.version } : {};
  const note = ["assess", "close", "reopen"].includes(verb) ? detail.takeNote() : undefined;
  const answer = await act(`/alarms/${encodeURIComponent(alarm.id)}/${verb.replace("_", "-")}`, { ...body, ...versioned, ...(note === undefined ? {} : { note }) });
  const values = { disposition: name("disposition", body.disposition), response: places.response(body.response) };
  tell(answer.done, answer.done ? say(`act.done.${verb}`, values) : answer.words);
}

// ---- what the desk says

function showAlarms() {
  queue.show(state, state.chosen);
  plan.showAlarms(everything(), state.chosen);
  const alarm = chosen();
  wall.mark(alarm ? places.watching(alarm) : [], alarm?.signal.tracks ?? []);
  showDetail();
}

function showDetail() {
  detail.show(chosen(), state.clocks[state.chosen], shell.now);
}

// The first of what is new and waits for somebody.
function fresh(alarms) {
  const known = state.seen;
  state.seen = new Map(alarms.map((alarm) => [alarm.id, alarm.handling]));
  if (known === null) return null;
  return alarms.find((alarm) => waiting(alarm) && known.get(alarm.id) !== alarm.handling && alarm.suppression === null) ?? null;
}

const hear = {
  alarms({ open, closed, more }) {
    Object.assign(state, { open, closed, more });
    const first = fresh(open);
    // who works on nothing is shown what is new; who works on something is not taken from it
    if (first && chosen()?.handling === "closed" && keys.pending === null && !detail.writing) state.chosen = null;
    const vanished = state.chosen !== null && !chosen();
    if (state.chosen === null || vanished) state.chosen = null;
    if (state.chosen === null && open.length > 0) choose((first ?? open[0]).id);
    else showAlarms();
    shell.foot();
  },
  clocks(clocks) {
    state.clocks = clocks;
    showDetail();
  },
  tracks({ tracks }) {
    plan.news(tracks);
  },
  picture(news) {
    wall.news(news);
  },
  beat({ counts }) {
    plan.age();
    const idle = counts.received === 0 && counts.detected === 0 && counts.dropped === 0;
    byId("counts").textContent = idle ? "" : say("wall.counts", counts);
    byId("counts").title = say("wall.counts.title", counts);
  },
};

for (const [topic, hearer] of Object.entries(hear)) shell.on(topic, hearer);
