// Two keys for every action: choose and act, or act and say which. One slip of a finger does nothing.

import { byId, el } from "./dom.js";
import { say } from "./words.js";

const inField = (node) => node instanceof Element && node.closest("input, textarea, select, dialog, [contenteditable]") !== null;

export class Keys {
  #pending = null;
  #enabled = true;
  #verbs = new Map(); // key -> {verb, choices, commit}
  #simple = new Map();
  hints = [["g", "go"]];

  constructor({ onChange }) {
    this.onChange = onChange;
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  // `verbs` maps a verb to the key that begins it; `choices(verb)` gives [{key, words}] for the second key, or null
  // where the verb does not fit now; `commit(verb, choice)` does it, and may ask on. `simple` maps a key to what it
  // does at once, `hints` are [key, ..., word of the catalogue under "command."] for the foot of the page.
  add({ verbs = {}, choices, commit, simple = {}, hints = [] }) {
    for (const [verb, key] of Object.entries(verbs)) this.#verbs.set(key, { verb, choices, commit });
    for (const [key, does] of Object.entries(simple)) this.#simple.set(key, does);
    this.hints = [...hints, ...this.hints];
    this.onChange();
  }

  get enabled() {
    return this.#enabled;
  }

  set enabled(value) {
    this.#enabled = value;
    this.cancel();
  }

  get pending() {
    return this.#pending;
  }

  cancel() {
    this.#pending = null;
    this.onChange();
  }

  begin(verb) {
    const found = [...this.#verbs.values()].find((one) => one.verb === verb);
    const choices = found.choices(verb);
    this.#pending = choices === null ? null : { ...found, choices };
    this.onChange();
  }

  // The second key, pressed or clicked. A key that is no answer cancels.
  answer(key) {
    const asked = this.#pending;
    const choice = asked?.choices.find((one) => one.key === key);
    this.#pending = null;
    // a commit may ask on: "duplicate" asks of which
    const more = choice ? asked.commit(asked.verb, choice) : null;
    if (more) this.#pending = { ...asked, ...more };
    this.onChange();
  }

  #press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (event.key === "Escape") {
      if (inField(event.target)) event.target.blur();
      this.cancel();
      return;
    }
    if (inField(event.target)) return;
    if (this.#pending !== null) {
      if (event.key.length > 1) return; // Shift alone, Tab: not an answer
      event.preventDefault();
      this.answer(event.key);
      return;
    }
    const arrow = { ArrowDown: "j", ArrowUp: "k" }[event.key];
    if (!arrow && !this.#enabled) return;
    const key = arrow ?? event.key;
    const verb = this.#verbs.get(key)?.verb;
    if (event.repeat && !["j", "k"].includes(key)) return;
    if (verb) {
      event.preventDefault();
      this.begin(verb);
    } else if (this.#simple.has(key)) {
      event.preventDefault();
      this.#simple.get(key)();
    }
  }
}

const key = (text) => el("kbd", {}, text);

// The line at the foot of the page: what the next key may be.
export function showCommand(pending, message, keys) {
  const line = byId("command");
  line.dataset.state = pending ? "pending" : message?.done === false ? "failed" : message ? "done" : "idle";
  if (pending) {
    const choices = pending.choices.map(({ key: one, words }) => el("button", { type: "button", onclick: () => keys.answer(one) }, key(one), words));
    line.replaceChildren(el("strong", {}, say(`command.pending.${pending.verb}`)), ...choices, el("span", { class: "hint" }, key("Esc"), say("command.cancel")));
    return;
  }
  const hints = [...(keys?.hints ?? []), ["?", "help"]];
  line.replaceChildren(
    el("strong", {}, message?.words || say("command.keys")),
    ...hints.map((hint) => el("span", { class: "hint" }, ...hint.slice(0, -1).map(key), say(`command.${hint.at(-1)}`))),
  );
}
