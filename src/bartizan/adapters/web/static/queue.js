// The queue: alarms in the order of the desk, one of them chosen.

import { byId, el, priorityMark } from "./dom.js";
import { name, say, timeOfDay } from "./words.js";

export class Queue {
  constructor(places, { onChoose }) {
    Object.assign(this, { places, onChoose });
    this.open = byId("queue");
    this.closed = byId("closed");
  }

  show({ open, closed, more }, chosen) {
    this.#fill(this.open, open, chosen);
    this.#fill(this.closed, closed, chosen);
    byId("queue-count").textContent = say("queue.open", { n: open.length + more });
    byId("queue-none").hidden = open.length > 0;
    byId("closed-title").hidden = closed.length === 0;
    byId("queue-more").hidden = more === 0;
    byId("queue-more").textContent = say("queue.more", { n: more });
    const current = document.getElementById(`alarm-${chosen}`);
    for (const list of [this.open, this.closed]) {
      if (current && list.contains(current)) list.setAttribute("aria-activedescendant", current.id);
      else list.removeAttribute("aria-activedescendant");
    }
    if (chosen !== this.shown) current?.scrollIntoView({ block: "nearest" });
    this.shown = chosen;
  }

  #fill(list, alarms, chosen) {
    const items = alarms.map((alarm) => this.#item(alarm, alarm.id === chosen));
    list.replaceChildren(...items);
    list.hidden = alarms.length === 0;
  }

  // An alarm keeps its element as long as it is shown, so that a press is never lost to a redrawing.
  #item(alarm, chosen) {
    const state = alarm.disposition ? name("disposition", alarm.disposition) : say(`handling.${alarm.handling}`);
    const classes = ["alarm", alarm.priority, alarm.handling, alarm.condition, chosen && "chosen"].filter(Boolean);
    const item = document.getElementById(`alarm-${alarm.id}`) ?? el("li", { id: `alarm-${alarm.id}`, role: "option", onclick: () => this.onChoose(alarm.id) });
    item.className = classes.join(" ");
    item.setAttribute("aria-selected", String(chosen));
    item.replaceChildren(
      priorityMark(alarm.priority, 20),
      el(
        "div",
        { class: "words" },
        el("p", { class: "what" }, el("span", { class: "unseen" }, say(`priority.${alarm.priority}`) + ": "), this.places.what(alarm)),
        el("p", { class: "where" }, this.places.where(alarm)),
      ),
      el(
        "div",
        { class: "side" },
        el("time", {}, timeOfDay(alarm.known_at)),
        el("p", { class: "state" }, state),
        alarm.exercise ? el("p", { class: "tag" }, say("exercise.banner")) : null,
      ),
    );
    return item;
  }
}
