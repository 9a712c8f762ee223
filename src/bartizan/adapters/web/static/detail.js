// The chosen alarm: what it is, its interruption clock, and what can be done about it.

import { clockPanel } from "./clock.js";
import { byId, el, priorityMark } from "./dom.js";
import { knows, name, say, span, timeOfDay } from "./words.js";

export const DISPOSITIONS = ["real", "nuisance", "false", "test", "exercise", "duplicate", "unresolved"];
const MANY = 6; // figures of "because" that fit in a line or two

export class Detail {
  constructor(places, { canAct, keys }) {
    Object.assign(this, { places, canAct, keys });
    this.panel = byId("detail");
    this.note = el("input", { id: "note", maxlength: 1000, autocomplete: "off", placeholder: say("detail.note.hint"), "aria-label": say("detail.note") });
    this.note.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.note.blur();
    });
  }

  takeNote() {
    const note = this.note.value.trim();
    this.note.value = "";
    return note || null;
  }

  show(alarm, reckoned, now) {
    if (alarm?.id !== this.shown) this.note.value = "";
    this.shown = alarm?.id;
    if (!alarm) {
      this.panel.replaceChildren(el("div", { class: "empty" }, el("p", {}, say("detail.none")), el("p", { class: "quiet" }, say("detail.none.hint"))));
      return;
    }
    const writing = document.activeElement === this.note;
    const focus = this.panel.contains(document.activeElement) && !writing ? document.activeElement.dataset.focus : null;
    this.panel.replaceChildren(
      this.#head(alarm, now),
      this.#clock(alarm, reckoned),
      this.#actions(alarm),
      this.#history(alarm),
    );
    // the panel is drawn anew every second; who was in it stays where they were
    if (writing) this.note.focus();
    else if (focus) this.panel.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
  }

  #head(alarm, now) {
    const state = [say(`condition.${alarm.condition}`), say(`handling.${alarm.handling}`)];
    if (alarm.disposition) state.push(name("disposition", alarm.disposition));
    const age = now && alarm.known_at ? (Date.parse(now) - Date.parse(alarm.known_at)) / 1000 : null;
    return el(
      "header",
      { class: `title ${alarm.priority}` },
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
        el("p", { class: "number" }, say("detail.number", { number: alarm.number })),
        el("p", {}, timeOfDay(alarm.known_at)),
        age === null ? null : el("p", { class: "age" }, say("detail.age", { age: span(age) })),
      ),
      el("ul", { class: "chips" }, ...state.map((words) => el("li", {}, words)), ...this.#because(alarm)),
    );
  }

  #because(alarm) {
    return Object.entries(alarm.signal.because)
      .filter(([, value]) => ["number", "string"].includes(typeof value))
      .slice(0, MANY)
      .map(([key, value]) => {
        const shown = typeof value === "number" ? String(Math.round(value * 10) / 10) : value;
        const words = knows(`because.${key}`) ? say(`because.${key}`, { value: shown }) : `${key.replaceAll("_", " ")} ${shown}`;
        return el("li", { class: "figure" }, words);
      });
  }

  #clock(alarm, reckoned) {
    return el(
      "section",
      { "aria-label": say("clock.title") },
      el("h3", {}, say("clock.title")),
      clockPanel(alarm, reckoned, this.places, {
        canAct: this.canAct && alarm.handling !== "closed",
        onSend: (response) => this.keys.perform("send", { response }),
        onScene: (response) => this.keys.perform("on_scene", { response }),
      }),
    );
  }

  #actions(alarm) {
    if (!this.canAct) return el("p", { class: "quiet" }, say("bar.viewer"));
    if (alarm.handling === "closed") {
      return el("div", { class: "actions" }, this.#button("r", "r", "act.reopen", () => this.keys.perform("reopen"), true));
    }
    const waits = alarm.handling === "raised" || alarm.handling === "reopened";
    const first = el(
      "div",
      { class: "row" },
      this.#button("a", null, "act.acknowledge", () => this.keys.perform("acknowledge"), waits, "first"),
      this.#button("c", "c", "act.contact", () => this.keys.perform("contact"), !alarm.contact_confirmed),
      this.#button("x", "x", "act.close", () => this.keys.perform("close"), !waits && alarm.disposition !== null),
    );
    const choices = DISPOSITIONS.map((one, i) =>
      el(
        "button",
        {
          type: "button",
          disabled: waits,
          class: alarm.disposition === one ? "held" : "",
          title: say(`disposition.${one}.means`),
          "data-focus": `assess-${one}`,
          onclick: () => this.keys.choose("assess", String(i + 1)),
        },
        el("kbd", {}, String(i + 1)),
        name("disposition", one),
      ),
    );
    return el(
      "section",
      { class: "actions", "aria-label": say("act.assess") },
      first,
      el("h3", {}, el("kbd", {}, "d"), say("act.assess"), waits ? el("small", {}, say("act.first")) : null),
      el("div", { class: "choices" }, ...choices),
      this.note,
    );
  }

  #button(first, second, words, onclick, enabled, classes = "") {
    return el(
      "button",
      { type: "button", disabled: !enabled, class: classes, "data-focus": words, onclick },
      el("kbd", {}, first),
      second ? el("kbd", {}, second) : null,
      say(words),
    );
  }

  #history(alarm) {
    const lines = [];
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
    lines.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return el(
      "section",
      { class: "history" },
      el("h3", {}, say("detail.history")),
      el("ol", {}, el("li", {}, el("time", {}, timeOfDay(alarm.raised_at)), say("detail.raised")), ...lines.map(([at, words]) => el("li", {}, el("time", {}, timeOfDay(at)), words))),
    );
  }
}
