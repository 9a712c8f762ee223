// Two keys for every action: choose and act, or act and say which. One slip of a finger does nothing.

import { byId, el } from "./dom.js";
import { say } from "./words.js";

// verb -> the key that begins it
export const VERBS = { assess: "d", send: "s", on_scene: "o", contact: "c", reopen: "r", close: "x", camera: "v" };

const inField = (node) => node instanceof Element && node.closest("input, textarea, select, dialog") !== null;

export class Keys {
  #pending = null;
  #enabled = true;

  // `choices(verb)` gives [{key, words}] for the second key, or null where the verb does not fit now.
  constructor({ choices, commit, simple, onChange }) {
    Object.assign(this, { choices, commit, simple, onChange });
    document.addEventListener("keydown", (event) => this.#press(event));
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
    const choices = this.choices(verb);
    this.#pending = choices === null ? null : { verb, choices };
    this.onChange();
  }

  // The second key, pressed or clicked. A key that is no answer cancels.
  answer(key) {
    const { verb, choices } = this.#pending ?? { choices: [] };
    const choice = choices.find((one) => one.key === key);
    this.#pending = null;
    // a commit may ask on: "duplicate" asks of which
    if (choice) this.#pending = this.commit(verb, choice) ?? null;
    this.onChange();
  }

  #press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
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
    const verb = Object.keys(VERBS).find((one) => VERBS[one] === key);
    if (event.repeat && !["j", "k"].includes(key)) return;
    if (verb) {
      event.preventDefault();
      this.begin(verb);
    } else if (this.simple[key]) {
      event.preventDefault();
      this.simple[key]();
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
  const hints = [
    ["j", "k", "move"],
    ["n", "next"],
    ["a", "acknowledge"],
    ["d", "assess"],
    ["s", "send"],
    ["o", "on_scene"],
    ["c", "contact"],
    ["v", "camera"],
    ["?", "help"],
  ];
  line.replaceChildren(
    el("strong", {}, message?.words || say("command.keys")),
    ...hints.map((hint) => el("span", { class: "hint" }, ...hint.slice(0, -1).map(key), say(`command.${hint.at(-1)}`))),
  );
}
