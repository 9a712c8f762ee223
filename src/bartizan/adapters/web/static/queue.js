// The queue: alarms in the order of the desk, one of them chosen.

import { byId, el, priorityMark } from "./dom.js";
import { name, say, timeOfDay } from "./words.js";

export class Queue {
  constructor(places, { onChoose }) {
    Object.assign(this, { places, onChoose });
    this.open = byId("queue");
    this.closed = byId("closed");
  }

  // `rows` are what the desk drew together, so that the queue stays short; without them each alarm has its own.
  show({ open, rows, closed, more }, chosen) {
    const known = new Map(open.map((alarm) => [alarm.id, alarm]));
    const shown = (rows ?? open.map((alarm) => ({ first: alarm.id, count: 1, alarms: [alarm.id] }))).filter(({ first }) => known.has(first));
    this.#fill(this.open, shown.map((row) => this.#item(known.get(row.first), row.alarms.includes(chosen), row)));
    this.#fill(this.closed, closed.map((alarm) => this.#item(alarm, alarm.id === chosen)));
    const row = shown.find(({ alarms }) => alarms.includes(chosen));
    byId("queue-count").textContent = say("queue.open", { n: open.length + more });
    byId("queue-none").hidden = open.length > 0;
    byId("closed-title").hidden = closed.length === 0;
    byId("queue-more").hidden = rows !== undefined || more === 0;
    byId("queue-more").textContent = say("queue.more", { n: more });
    const current = document.getElementById(`alarm-${row?.first ?? chosen}`);
    for (const list of [this.open, this.closed]) {
      if (current && list.contains(current)) list.setAttribute("aria-activedescendant", current.id);
      else list.removeAttribute("aria-activedescendant");
    }
    if (chosen !== this.shown) current?.scrollIntoView({ block: "nearest" });
    this.shown = chosen;
  }

  #fill(list, items) {
    list.replaceChildren(...items);
    list.hidden = items.length === 0;
  }

  // Of a row of many only what all of them have in common.
  #what(alarm, { count, kind }) {
    return count > 1 && kind === null ? say("queue.mixed") : this.places.what(alarm);
  }

  #where(alarm, { count, zone, area, element, cameras }) {
    return count > 1 ? this.places.where({ signal: { zone, area, element, cameras } }) : this.places.where(alarm);
  }

  // An alarm keeps its element as long as it is shown, so that a press is never lost to a redrawing.
  #item(alarm, chosen, row = { count: 1 }) {
    const many = row.count > 1;
    const state = many ? say("queue.waiting", { n: row.waiting }) : alarm.suppression ? say(alarm.suppression.outage ? "queue.out" : "queue.shelved", { time: timeOfDay(alarm.suppression.until) }) : alarm.disposition ? name("disposition", alarm.disposition) : say(`handling.${alarm.handling}`);
    const classes = ["alarm", alarm.priority, alarm.handling, alarm.condition, alarm.suppression && "shelved", many && "many", chosen && "chosen"].filter(Boolean);
    const item = document.getElementById(`alarm-${alarm.id}`) ?? el("li", { id: `alarm-${alarm.id}`, role: "option", onclick: () => this.onChoose(alarm.id) });
    item.className = classes.join(" ");
    item.setAttribute("aria-selected", String(chosen));
    item.replaceChildren(
      priorityMark(alarm.priority, 20),
      el(
        "div",
        { class: "words" },
        el("p", { class: "what" }, el("span", { class: "unseen" }, say(`priority.${alarm.priority}`) + ": "), many ? el("b", {}, say("queue.many", { n: row.count })) : null, this.#what(alarm, row)),
        el("p", { class: "where" }, this.#where(alarm, row)),
        alarm.shelf_proposal ? el("p", { class: "asks" }, say("queue.proposed", { user: alarm.shelf_proposal.by })) : null,
      ),
      el(
        "div",
        { class: "side" },
        el("time", {}, timeOfDay(many ? row.latest : alarm.known_at)),
        el("p", { class: "state" }, state),
        alarm.exercise ? el("p", { class: "tag" }, say("exercise.banner")) : null,
      ),
    );
    return item;
  }
}
