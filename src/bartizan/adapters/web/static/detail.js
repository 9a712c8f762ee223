// The chosen alarm: what it is, its interruption clock, and what can be done about it.

import { Clock } from "./clock.js";
import { byId, el, priorityMark } from "./dom.js";
import { knows, name, say, span, timeOfDay } from "./words.js";

export const DISPOSITIONS = ["real", "nuisance", "false", "test", "exercise", "duplicate", "unresolved"];
const MANY = 4; // figures of "because" that fit in a line

export class Detail {
  constructor(places, { canAct, perform, choose, begin, shelve }) {
    Object.assign(this, { places, canAct });
    this.mayReplay = document.querySelector("meta[name=may]").content.split(" ").includes("evidence");
    this.user = document.querySelector("meta[name=user]").content;
    this.empty = el("div", { class: "empty" }, el("p", {}, say("detail.none")), el("p", { class: "quiet" }, say("detail.none.hint")));
    this.head = el("header", { class: "title" });
    this.clock = new Clock(places, { canAct, onSend: (response) => perform("send", { response }), onScene: (response) => perform("on_scene", { response }) });
    this.history = el("ol", {});
    this.note = el("input", { maxlength: 1000, autocomplete: "off", placeholder: say("detail.note.hint"), "aria-label": say("detail.note") });
    this.note.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.note.blur();
    });
    const button = (keys, words, onclick, classes = "") => el("button", { type: "button", class: classes, onclick }, ...keys.map((key) => el("kbd", {}, key)), say(words));
    this.buttons = {
      acknowledge: button(["a"], "act.acknowledge", () => perform("acknowledge"), "first"),
      contact: button(["c", "c"], "act.contact", () => begin("contact")),
      close: button(["x", "x"], "act.close", () => begin("close")),
      reopen: button(["r", "r"], "act.reopen", () => begin("reopen")),
    };
    this.choices = DISPOSITIONS.map((one, i) =>
      el(
        "button",
        { type: "button", title: say(`disposition.${one}.means`), onclick: () => choose("assess", String(i + 1)) },
        el("kbd", {}, String(i + 1)),
        name("disposition", one),
      ),
    );
    this.quiet = button(["h"], "act.shelve", () => shelve());
    this.assess = el("div", {}, el("h3", {}, el("kbd", {}, "d"), say("act.assess")), el("div", { class: "choices" }, ...this.choices, this.quiet));
    const agree = button(["h", "1"], "shelve.agree.short", () => shelve("agree"), "first");
    const decline = button(["h", "2"], "shelve.decline", () => shelve("decline"));
    const back = button(["h", "1"], "shelve.back", () => shelve("decline"));
    this.proposed = { words: el("p", {}), agree, decline, back };
    this.proposal = el("div", { class: "proposal", role: "status" }, this.proposed.words, el("div", { class: "row" }, agree, decline, back));
    this.actions = el("section", { class: "actions", "aria-label": say("act.assess") }, this.proposal, el("div", { class: "row" }, ...Object.values(this.buttons)), this.note, this.assess);
    this.body = el(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": say("clock.title") },
      this.clock.node,
      el("section", { class: "history" }, el("h3", {}, say("detail.history")), this.history),
    );
    byId("detail").append(this.empty, this.head, this.body, this.actions);
  }

  get writing() {
    return document.activeElement === this.note || this.note.value !== "";
  }

  get hasNote() {
    return this.note.value.trim() !== "";
  }

  takeNote() {
    const note = this.note.value.trim();
    this.note.value = "";
    return note || null;
  }

  show(alarm, reckoned, now) {
    if (alarm?.id !== this.shown) {
      this.note.value = "";
      this.body.scrollTop = 0;
    }
    this.shown = alarm?.id;
    this.empty.hidden = Boolean(alarm);
    for (const part of [this.head, this.body]) part.hidden = !alarm;
    this.actions.hidden = !alarm || !this.canAct;
    if (!alarm) return;
    this.#head(alarm, now);
    this.clock.show(alarm, reckoned);
    this.#history(alarm);
    this.#actions(alarm);
  }

  #head(alarm, now) {
    const state = [say(`condition.${alarm.condition}`), say(`handling.${alarm.handling}`)];
    if (alarm.disposition) state.push(name("disposition", alarm.disposition));
    if (alarm.suppression) state.push(say(alarm.suppression.outage ? "detail.out" : "detail.shelved", { time: timeOfDay(alarm.suppression.until), reason: alarm.suppression.reason }));
    const age = now && alarm.known_at ? (Date.parse(now) - Date.parse(alarm.known_at)) / 1000 : null;
    this.head.className = `title ${alarm.priority}`;
    this.head.replaceChildren(
      priorityMark(alarm.priority, 30),
      el(
        "div",
        {},
        el("h2", {}, this.places.what(alarm), alarm.exercise ? el("span", { class: "tag" }, say("exercise.banner")) : null),
        el("p", { class: "where" }, this.places.where(alarm)),
      ),
      el(
        "div",
        { class: "side" },
        el("p", {}, say("detail.number", { number: alarm.number })),
        el("p", {}, timeOfDay(alarm.known_at)),
        age === null ? null : el("p", { class: "age" }, say("detail.age", { age: span(age) })),
        this.mayReplay ? el("a", { href: `/replay?${new URLSearchParams({ about: alarm.id, at: alarm.known_at })}` }, say("detail.replay")) : null,
      ),
      el("ul", { class: "chips" }, ...state.map((words) => el("li", {}, words)), ...because(alarm)),
    );
  }

  #actions(alarm) {
    const closed = alarm.handling === "closed";
    const waits = alarm.handling === "raised" || alarm.handling === "reopened";
    const { acknowledge, contact, close, reopen } = this.buttons;
    for (const button of [acknowledge, contact, close]) button.hidden = closed;
    this.quiet.lastChild.textContent = say(alarm.suppression ? "act.unshelve" : "act.shelve");
    this.#proposal(alarm.shelf_proposal);
    reopen.hidden = !closed;
    acknowledge.disabled = !waits;
    contact.disabled = alarm.contact_confirmed;
    close.disabled = waits || alarm.disposition === null;
    this.assess.hidden = closed;
    this.choices.forEach((choice, i) => {
      choice.classList.toggle("held", alarm.disposition === DISPOSITIONS[i]);
      choice.setAttribute("aria-pressed", String(alarm.disposition === DISPOSITIONS[i]));
    });
  }

  // Who wants it quiet asks a second person, under a log-in of their own.
  #proposal(proposal) {
    const { words, agree, decline, back } = this.proposed;
    this.proposal.hidden = !proposal;
    if (!proposal) return;
    const mine = proposal.by === this.user;
    words.textContent = say(mine ? "shelve.asked" : "shelve.asks", { user: proposal.by, time: timeOfDay(proposal.until), reason: proposal.reason });
    agree.hidden = decline.hidden = mine;
    back.hidden = !mine;
  }

  #history(alarm) {
    const lines = [[alarm.raised_at, say("detail.raised")]];
    const add = (at, words) => at && lines.push([at, words]);
    add(alarm.acknowledged_at, say("detail.acknowledged", { user: alarm.acknowledged_by }));
    for (const one of alarm.dispatches) {
      const response = this.places.response(one.response);
      add(one.sent_at, say("detail.sent", { response, user: one.sent_by }));
      add(one.on_scene_at, say("detail.on_scene", { response, user: one.on_scene_by }));
    }
    add(alarm.contact_confirmed_at, say("detail.contact", { user: alarm.contact_confirmed_by }));
    add(alarm.cleared_at, say("detail.cleared"));
    if (alarm.disposition) {
      const words = say("detail.assessed", { disposition: name("disposition", alarm.disposition), user: alarm.assessed_by });
      add(alarm.assessed_at, alarm.note ? `${words}: ${alarm.note}` : words);
    }
    add(alarm.closed_at, say("detail.closed", { user: alarm.closed_by }));
    // the latest first: it is what the next person wants to know
    lines.sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0));
    this.history.replaceChildren(...lines.map(([at, words]) => el("li", {}, el("time", {}, timeOfDay(at)), words)));
  }
}

// Why the alarm was raised: the sentence that came with it, or else its figures.
function because(alarm) {
  const { text, ...figures } = alarm.signal.because;
  return Object.entries(typeof text === "string" && text ? { text } : figures)
    .filter(([key, value]) => ["number", "string"].includes(typeof value) && !key.endsWith("kind"))
    .slice(0, MANY)
    .map(([key, value]) => {
      const shown = typeof value === "number" ? String(Math.round(value * 10) / 10) : value;
      const words = knows(`because.${key}`) ? say(`because.${key}`, { value: shown }) : `${key.replaceAll("_", " ")} ${shown}`;
      return el("li", { class: "figure" }, words);
    });
}
