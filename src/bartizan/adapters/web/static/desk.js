// The duty desk: brings what the server says to the parts of the page, and what people press to the server.

import { ask } from "./act.js";
import { setUpIncidents } from "./desk-incident.js";
import { Detail, DISPOSITIONS } from "./detail.js";
import { byId } from "./dom.js";
import { Plan } from "./plan.js";
import { Queue } from "./queue.js";
import { shell } from "./shell.js";
import { Wall } from "./wall.js";
import { name, say, span, timeOfDay } from "./words.js";

const ROWS = [
  [["n", "a"], "next"],
  [["j", "k"], "move"],
  [["d", "1…7"], "assess"],
  [["s", "1…9"], "send"],
  [["o", "1…9"], "on_scene"],
  [["c", "c"], "contact"],
  [["x", "x"], "close"],
  [["r", "r"], "reopen"],
  [["h", "1…5"], "shelve"],
  [["v", "1…9"], "camera"],
  [["i", "1…9"], "desk.incident"],
  [["w"], "note"],
];
const HINTS = [
  ["j", "k", "move"],
  ["n", "next"],
  ["a", "acknowledge"],
  ["d", "assess"],
  ["s", "send"],
  ["o", "on_scene"],
  ["h", "shelve"],
  ["v", "camera"],
];
const VERBS = { assess: "d", send: "s", on_scene: "o", contact: "c", reopen: "r", close: "x", shelve: "h", camera: "v" };
const SHELVES = [10, 30, 60, 240, 480]; // minutes; eight hours is the longest that the desk allows

const places = await shell.places();
const { site } = places;
const { keys } = shell;
const canAct = shell.may("acknowledge");
const tell = (done, words) => shell.tell(done, words);

const state = { open: [], rows: [], closed: [], more: 0, clocks: {}, chosen: null, seen: null };

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
  shelve(what) {
    if (what === undefined) keys.begin("shelve");
    else shelve(what);
  },
});

const everything = () => [...state.open, ...state.closed];
// what the queue shows: of a row of many the alarm to deal with first
const inSight = () => {
  const firsts = new Set(state.rows.map(({ first }) => first));
  return [...state.open.filter(({ id }) => firsts.has(id)), ...state.closed];
};
const chosen = () => everything().find((alarm) => alarm.id === state.chosen);
setUpIncidents(chosen);
const waiting = (alarm) => alarm.handling === "raised" || alarm.handling === "reopened";

// ---- what people press

function simpleKeys() {
  return {
    j: () => move(1),
    k: () => move(-1),
    n: () => {
      // pressed again, it goes on to the one after
      const all = inSight().filter(waiting);
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
  const all = inSight();
  if (all.length === 0) return;
  const at = all.findIndex((alarm) => alarm.id === state.chosen || state.rows.find(({ first }) => first === alarm.id)?.alarms.includes(state.chosen));
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
  if (verb === "reopen") return alarm.handling === "closed" ? again("r") : null;
  if (alarm.handling === "closed") return null;
  if (verb === "contact") return alarm.contact_confirmed ? null : again("c");
  if (verb === "send" || verb === "on_scene") return numbered(site.responses);
  if (verb === "shelve") return shelves(alarm);
  if (verb === "close") return alarm.disposition === null ? null : again("x");
  return DISPOSITIONS.map((one, i) => ({ key: String(i + 1), id: one, words: name("disposition", one) }));
}

// How long it may be quiet; where another has proposed it, whether one agrees; where it is quiet, whether it is to end.
function shelves(alarm) {
  if (alarm.suppression) return again("h").map((one) => ({ ...one, id: "unshelve" }));
  const proposal = alarm.shelf_proposal;
  if (proposal && proposal.by === shell.user) return [{ key: "1", id: "decline", words: say("shelve.back") }];
  if (proposal) {
    return [
      { key: "1", id: "agree", words: say("shelve.agree", { user: proposal.by, time: timeOfDay(proposal.until) }) },
      { key: "2", id: "decline", words: say("shelve.decline") },
    ];
  }
  if (!detail.hasNote) {
    tell(false, say("shelve.why"));
    detail.note.focus();
    return null;
  }
  return SHELVES.map((minutes, i) => ({ key: String(i + 1), id: minutes, words: span(minutes * 60) }));
}

const again = (key) => [{ key, words: say("command.pending.again") }];

// The second key was pressed. Returns what to ask next, where there is more to ask.
function commit(verb, choice) {
  if (verb === "camera") wall.showLarge(choice.id);
  else if (verb === "send" || verb === "on_scene") perform(verb, { response: choice.id });
  else if (verb === "duplicate") perform("assess", { disposition: "duplicate", duplicate_of: choice.id });
  else if (verb === "shelve") shelve(choice.id);
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

function shelve(what) {
  if (what === "agree" || what === "decline") perform(`shelve/${what}`);
  else if (what === "unshelve") perform("unshelve");
  else perform("shelve", { minutes: what, reason: detail.takeNote() });
}

const VERSIONED = ["acknowledge", "assess", "dispose", "close", "reopen", "shelve", "shelve/agree", "shelve/decline", "unshelve"];
const NOTED = ["assess", "dispose", "close", "reopen", "shelve/decline"];

async function perform(asked, body = {}) {
  const alarm = chosen();
  // who says what an alarm was has taken it too: two keys, whether somebody took it before or not
  const verb = asked === "assess" && alarm && waiting(alarm) ? "dispose" : asked;
  if (!alarm || !canAct) {
    tell(false, say(canAct ? "act.choose" : "bar.viewer"));
    return;
  }
  const versioned = VERSIONED.includes(verb) ? { version: alarm.version } : {};
  const note = NOTED.includes(verb) ? detail.takeNote() : undefined;
  const answer = await ask(`/alarms/${encodeURIComponent(alarm.id)}/${verb.replace("_", "-")}`, { ...body, ...versioned, ...(note === undefined ? {} : { note }) });
  const values = { disposition: name("disposition", body.disposition), response: places.response(body.response) };
  const proposed = verb === "shelve" && answer.body?.shelf_proposal;
  tell(answer.done, answer.done ? say(proposed ? "act.done.proposed" : `act.done.${verb.replace("/", ".")}`, values) : answer.words);
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
  alarms({ open, rows, closed, more }) {
    Object.assign(state, { open, rows, closed, more });
    const first = fresh(open);
    // who works on nothing is shown what is new; who works on something is not taken from it
    if (first && chosen()?.handling === "closed" && keys.pending === null && !detail.writing) state.chosen = null;
    const vanished = state.chosen !== null && !chosen();
    if (state.chosen === null || vanished) state.chosen = null;
    if (state.chosen === null && open.length > 0) choose((first ?? inSight()[0]).id);
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
  "exercise-tracks"({ tracks }) {
    plan.rehearse(tracks);
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
