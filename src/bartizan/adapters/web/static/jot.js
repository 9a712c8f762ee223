// On every page: one key for a line of the log-book, with the moment of the key as its time; the sign of life; and the
// sound of what nobody answers.
// The sign of life is any digit. That one digit means more is known to the desk alone: nothing here differs for it.

import { ask } from "./act.js";
import { el } from "./dom.js";
import { shell } from "./shell.js";
import { play } from "./sound.js";
import { say, timeOfDay } from "./words.js";

const LOOK_EVERY = 15_000; // milliseconds between two looks whether a sign of life is asked for
const DIGITS = "0123456789".split("");

function dialog(name, title, ...children) {
  const box = el("dialog", { class: "jot", id: name, "aria-labelledby": `${name}-title` }, el("h2", { id: `${name}-title` }, title), ...children);
  document.body.append(box);
  box.addEventListener("close", () => box.remove());
  box.showModal();
  return box;
}

// ---- the log-book

function jot() {
  if (document.getElementById("jot")) return;
  const began = performance.now();
  const text = el("input", { type: "text", name: "text", maxlength: 4000, autocomplete: "off", "aria-label": say("jot.words") });
  const trouble = el("p", { class: "fault", role: "alert" });
  const cancel = el("button", { type: "button", onclick: () => box.close() }, say("jot.cancel"));
  const form = el("form", { novalidate: true }, text, trouble, el("p", { class: "row" }, el("button", { type: "submit" }, say("jot.send")), cancel));
  const box = dialog("jot", say("jot.title", { time: shell.now ? timeOfDay(shell.now) : "" }), form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (text.value.trim() === "") {
      box.close();
      return;
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    const { done, words, body } = await ask("/logbook", { text: text.value, seconds_ago: seconds });
    trouble.textContent = words;
    if (!done) return;
    box.close();
    shell.tell(true, say("jot.done", { number: body.number }));
  });
  text.focus();
}

// ---- the sign of life

async function answer(digit) {
  const { done, words } = await ask("/duty/answer", { digit: Number(digit) });
  shell.tell(done, done ? say("duty.answered") : words);
  return done;
}

function prompt(until) {
  if (document.getElementById("alive")) return;
  const choose = async (digit) => {
    if (await answer(digit)) box.close();
  };
  const digits = DIGITS.map((digit) => el("button", { type: "button", onclick: () => choose(digit) }, digit));
  const box = dialog("alive", say("duty.asked"), el("p", {}, say("duty.asked.words", { time: timeOfDay(until) })), el("div", { class: "digits" }, ...digits));
  box.addEventListener("keydown", (event) => {
    if (DIGITS.includes(event.key)) choose(event.key);
  });
}

// ---- what nobody answers is sounded again, step after step, until somebody does

let told = null;

function cry(escalations) {
  const before = told;
  told = new Map(escalations.map((one) => [one.alarm, `${one.round}.${one.step}`]));
  if (before === null) return;
  const on = escalations.filter((one) => one.step > 0 && before.get(one.alarm) !== told.get(one.alarm)).map((one) => one.priority);
  const worst = ["high", "medium", "low"].find((one) => on.includes(one));
  if (worst) play(worst);
}

async function look() {
  const found = await fetch("/duty.json").catch(() => null);
  if (!found?.ok) return;
  const { asked, escalations } = await found.json();
  cry(escalations);
  if (!shell.may("duty")) return;
  const mine = asked.find((one) => one.person === shell.user);
  if (mine) prompt(mine.until);
  else document.getElementById("alive")?.close();
}

if (shell.may("log")) shell.keys.add({ simple: { l: jot }, hints: [["l", "jot"]] });
if (shell.may("duty")) {
  shell.keys.add({
    verbs: { alive: "z" },
    choices: () => DIGITS.map((digit) => ({ key: digit, words: "" })),
    commit: (_, { key }) => {
      answer(key);
      return null;
    },
  });
}
if (shell.may("view")) {
  shell.on("news", ({ topic }) => ["duty", "escalation"].includes(topic) && look());
  setInterval(look, LOOK_EVERY);
  look();
}
