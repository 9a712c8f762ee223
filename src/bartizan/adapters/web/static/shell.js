// What every page has: the line to the desk, time, sound, the way to the other pages, and the call of a new alarm.
// A page's own module imports `shell` and adds to it: what it hears, its keys, its rows of help.

import { byId, el } from "./dom.js";
import { setUpHelp } from "./help.js";
import { Keys, showCommand } from "./keys.js";
import { Link } from "./link.js";
import { Places } from "./places.js";
import { play, setUpSound, toggleSound } from "./sound.js";
import { day, keepTime, learn, name, say, timeOfDay } from "./words.js";

const MESSAGE_TIME = 6000; // milliseconds that the answer to an action stands at the foot of the page
const CRY_EVERY = 10_000; // milliseconds between two cries that the desk is lost
const TOPICS = ["hello", "alarms", "clocks", "tracks", "picture", "scene", "beat", "news", "exercise-scene", "exercise-tracks", "exercise-picture"];

const meta = (what) => document.querySelector(`meta[name=${what}]`).content;
const rights = new Set(meta("may").split(" "));

await learn("/static/words.json");

class Shell {
  user = meta("user");
  role = meta("role");
  now = null; // the desk's instant, as of its latest beat
  live = false;
  #hearers = new Map();
  #latest = new Map();
  #message = null;
  #forget = null;
  #cry = null;
  #seen = null;
  #boot = null;
  #site = null;
  #zone = "UTC";

  constructor() {
    this.keys = new Keys({ onChange: () => this.foot() });
    this.keys.add({
      verbs: { go: "g" },
      simple: { m: toggleSound, "?": () => this.help.open() },
      choices: () => [...document.querySelectorAll(".places a")].map((link) => ({ key: link.dataset.key, id: link.href, words: link.dataset.words })),
      commit: (_, { id }) => {
        location.assign(id);
        return null;
      },
    });
    for (const link of document.querySelectorAll(".places a")) link.dataset.words = link.childNodes[1].data;
    const behind = byId("behind");
    document.addEventListener("click", (event) => {
      if (behind?.open && !behind.contains(event.target)) behind.open = false;
    });
    behind?.addEventListener("keydown", (event) => {
      if (event.key === "Escape") behind.open = false;
    });
    this.help = setUpHelp(this.keys);
    setUpSound();
    for (const topic of Object.keys(this.#own)) this.on(topic, this.#own[topic]);
  }

  // Whether the role may do this at all; the desk decides of each thing, each time.
  may(action) {
    return rights.has(action);
  }

  // The site's drawing, names and places; asked for once.
  async places() {
    if (!this.may("view")) return null;
    this.#site ??= fetch("/site.json").then((answer) => answer.json());
    const site = await this.#site;
    this.#zone = keepTime(site.time_zone ?? "UTC");
    return new Places(site);
  }

  // Be told of a topic, at once of what was said last.
  on(topic, hearer) {
    const hearers = this.#hearers.get(topic) ?? [];
    this.#hearers.set(topic, [...hearers, hearer]);
    if (this.#latest.has(topic)) hearer(this.#latest.get(topic));
  }

  // One line at the foot of the page: what became of an action.
  tell(done, words) {
    this.#message = { done, words };
    clearTimeout(this.#forget);
    this.#forget = setTimeout(() => {
      this.#message = null;
      this.foot();
    }, MESSAGE_TIME);
    this.foot();
  }

  foot() {
    showCommand(this.keys?.pending ?? null, this.#message, this.keys);
  }

  // Alarms that nobody has taken yet and that this page has not seen so: said, and sounded.
  async #call(alarms) {
    const waiting = alarms.filter((alarm) => (alarm.handling === "raised" || alarm.handling === "reopened") && alarm.suppression === null);
    const badge = byId("waiting");
    if (badge) {
      badge.hidden = waiting.length === 0;
      badge.textContent = String(waiting.length);
    }
    const known = this.#seen;
    this.#seen = new Map(alarms.map((alarm) => [alarm.id, alarm.handling]));
    const onDesk = document.body.classList.contains("desk");
    if (waiting.length === 0) byId("call").hidden = true;
    if (known === null) return;
    const [first] = waiting.filter((alarm) => known.get(alarm.id) !== alarm.handling);
    if (!first) return;
    play(first.priority);
    const places = await this.places();
    const values = { priority: say(`priority.${first.priority}`), what: places.what(first), place: places.where(first) };
    byId("announce").textContent = [first.exercise && say("exercise.banner"), say("queue.new", values)].filter(Boolean).join(": ");
    byId("call").hidden = onDesk;
    byId("call").className = `call ${first.priority}`;
    const tag = first.exercise ? [el("span", { class: "tag" }, say("exercise.banner")), " "] : [];
    byId("call").querySelector("a").replaceChildren(...tag, say("call.new", values));
  }

  #own = {
    hello: ({ boot, slow }) => {
      // another run of the desk may bring another page
      if (this.#boot !== null && this.#boot !== boot) location.reload();
      this.#boot = boot;
      if (slow) this.tell(false, say("lost.slow"));
    },
    alarms: ({ open }) => {
      this.#call(open);
      this.#exercise();
    },
    scene: ({ title, exercise }) => {
      byId("scene").textContent = exercise ? "" : (title ?? "");
      this.#exercise();
    },
    "exercise-scene": () => this.#exercise(),
    beat: ({ now }) => {
      this.now = now;
      byId("now").textContent = timeOfDay(now);
      byId("day").textContent = `${day(now)} · ${this.#zone}`;
    },
  };

  // The banner: over a desk that an exercise has to itself, and over one on which it runs beside what is real.
  #exercise() {
    const [alone, beside] = ["scene", "exercise-scene"].map((topic) => this.#latest.get(topic));
    const scene = [alone, beside].find((one) => one?.exercise);
    byId("exercise").hidden = !scene;
    byId("exercise-scene").textContent = scene?.title ?? "";
    // a real alarm may come meanwhile: then the banner must not deny it
    const unreal = scene === alone && (this.#latest.get("alarms")?.open ?? []).every((alarm) => alarm.exercise);
    byId("exercise-words").textContent = say(unreal ? "exercise.words" : "exercise.mixed");
  }

  hear(topic, data) {
    this.#latest.set(topic, data);
    for (const hearer of this.#hearers.get(topic) ?? []) hearer(data);
  }

  onLive() {
    this.#link("live", say("bar.live"));
    byId("lost").hidden = true;
    document.body.classList.remove("not-live");
    this.live = true;
    clearInterval(this.#cry);
    this.#cry = null;
  }

  onLost(seconds) {
    this.#gone(say("lost.words", { seconds: Math.round(seconds) }));
  }

  onEnded() {
    this.#gone(say("lost.session"));
    byId("lost").querySelector("a").hidden = false;
    clearInterval(this.#cry);
  }

  #gone(words) {
    this.#link("lost", say("bar.lost"));
    byId("lost").hidden = false;
    byId("lost").querySelector("span").textContent = words;
    document.body.classList.add("not-live");
    if (this.#cry !== null) return;
    // who looks away must hear it, and again until somebody comes
    play("lost");
    this.#cry = setInterval(() => play("lost"), CRY_EVERY);
  }

  #link(to, words) {
    const link = byId("link");
    if (link.dataset.state === to) return;
    link.dataset.state = to;
    link.querySelector("span").textContent = words;
  }
}

export const shell = new Shell();
export { el, name, say };

if (shell.may("view")) {
  await shell.places(); // times are shown in the site's own zone from the first
  new Link("/events", {
    topics: TOPICS,
    always: document.body.classList.contains("desk"),
    onEvent: (topic, data) => shell.hear(topic, data),
    onLive: () => shell.onLive(),
    onLost: (seconds) => shell.onLost(seconds),
    onEnded: () => shell.onEnded(),
  });
}
shell.foot();
