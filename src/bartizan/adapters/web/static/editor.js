// The site editor: a draft that the desk checks at every change. What is drawn, typed or removed is one step each.

import { ask } from "./act.js";
import { byId, el } from "./dom.js";
import { Drawing } from "./editor-plan.js";
import { shell } from "./shell.js";
import { showWaits } from "./waits.js";
import { say } from "./words.js";

const TRY_AFTER = 250; // milliseconds after the last key until it is said what this would be
const KINDS = { area: "polygon", zone: "polygon", element: "line", camera: "at", sensor: "at", target: "at" };

const places = await shell.places();
const drawing = new Drawing(places, { choose, draw: (at, shape, corners) => send("draw", { at, shape, places: corners }), finish });
let draft = { things: [], faults: [], drawing: places.site };
let chosen = null;
let asked = 0; // of tries: only the answer to the latest counts

// ---- the draft

async function load() {
  const answer = await fetch("/editor/draft");
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) take(told);
  else shell.tell(false, say("act.failed", { reason: told.error ?? say("error.other") }));
}

async function send(what, body = {}) {
  const { done, words, body: told } = await ask(`/editor/${what}`, body);
  if (done) take(told);
  else {
    shell.tell(false, words);
    drawing.show(draft.drawing, chosen); // what was dragged goes back to where it stands
  }
  return done;
}

function take(told) {
  // with faults there is no new drawing: the last good one stays
  draft = { ...told, drawing: told.drawing ?? draft.drawing };
  if (!draft.things.some(({ at }) => at === chosen)) chosen = null;
  byId("undo").disabled = !draft.undo;
  byId("redo").disabled = !draft.redo;
  byId("again").disabled = byId("save").disabled = !draft.changed;
  byId("changed").hidden = !draft.changed;
  showWaits(draft.waits);
  showFaults(draft.faults, draft.more);
  showThings();
  showForm();
  drawing.show(draft.drawing, chosen);
  if (byId("id").value === "" || draft.things.some(({ at }) => at === `${byId("kind").value}/${byId("id").value}`)) suggest();
}

const undo = () => draft.undo && send("undo");
const redo = () => draft.redo && send("redo");

// ---- the things

function showThings() {
  const wanted = byId("filter").value.trim().toLowerCase();
  const fits = ({ at, name }) => !wanted || at.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted);
  byId("things").replaceChildren(
    ...draft.things.filter(fits).map((thing, i) => {
      const wrong = draft.faults.some(({ key }) => within(key, thing.key));
      const classes = [thing.kind === "way" && "way", wrong && "wrong"].filter(Boolean).join(" ");
      return el("li", { id: `thing-${i}`, role: "option", class: classes, "data-at": thing.at, "aria-selected": String(thing.at === chosen), onclick: () => choose(thing.at) }, el("span", {}, thing.name), el("small", {}, say(`editor.kind.${thing.kind}`)));
    }),
  );
  const current = byId("things").querySelector("[aria-selected=true]");
  if (current) byId("things").setAttribute("aria-activedescendant", current.id);
  else byId("things").removeAttribute("aria-activedescendant");
  current?.scrollIntoView({ block: "nearest" });
}

const within = (key, of) => key === of || key.startsWith(`${of}.`) || key.startsWith(`${of}[`);

function choose(at) {
  chosen = at;
  showThings();
  showForm();
  drawing.show(draft.drawing, chosen);
}

function move(step) {
  const all = [...byId("things").querySelectorAll("li")].map((item) => item.dataset.at);
  if (all.length === 0) return;
  const now = all.indexOf(chosen);
  choose(all[now === -1 ? 0 : Math.min(Math.max(now + step, 0), all.length - 1)]);
}

// ---- the chosen thing

async function showForm() {
  const at = chosen;
  const form = byId("form");
  if (at === null) {
    form.replaceChildren(el("p", { class: "soft" }, say("editor.none")));
    return;
  }
  const answer = await fetch(`/editor/thing?at=${encodeURIComponent(at)}`);
  if (!answer.ok || at !== chosen) return;
  const { fields, more } = await answer.json();
  // what one types in is never taken from under the fingers
  const typed = form.dataset.at === at && form.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  form.dataset.at = at;
  const thing = draft.things.find((one) => one.at === at);
  const isTable = !at.includes("/");
  form.replaceChildren(
    el("h2", {}, thing.name, " ", el("small", { class: "soft" }, say(`editor.kind.${thing.kind}`))),
    ...fields.flatMap((field) => row(at, thing, field)),
    ...another(at, more),
    el(
      "div",
      { class: "row" },
      ["element", "target"].includes(thing.kind) ? el("button", { type: "button", onclick: () => addWay(at) }, say("editor.way.add")) : null,
      isTable ? null : el("button", { type: "button", class: "grave", onclick: () => shell.keys.begin("remove") }, el("kbd", {}, "x"), el("kbd", {}, "x"), say("editor.remove")),
    ),
  );
  if (typed) form.querySelector(`[data-key="${CSS.escape(typed)}"]`)?.focus();
  mark(draft.faults);
}

function row(at, thing, { key, shown, value, takes }) {
  const id = `key-${key}`;
  const fixed = key === "id"; // others name it: a new name is a new thing
  const input =
    shown === "flag"
      ? el("input", { id, type: "checkbox", checked: value === "true", "data-key": key, onchange: () => send("set", { at, key, value: String(input.checked) }) })
      : el("input", { id, value, class: shown, "data-key": key, title: takes || null, spellcheck: "false", readonly: fixed });
  if (shown !== "flag" && !fixed) {
    let timer = null;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => attempt(at, key, input.value, shown === "text"), TRY_AFTER);
    });
    input.addEventListener("change", () => {
      clearTimeout(timer);
      asked += 1;
      send("set", { at, key, value: input.value, plain: shown === "text" });
    });
  }
  const gone = fixed ? el("span", {}) : el("button", { type: "button", class: "gone", "aria-label": `${say("editor.remove")}: ${key}`, onclick: () => send("set", { at, key, value: null }) }, "×");
  return [el("label", { for: id }, key), input, gone];
}

function another(at, more) {
  if (more.length === 0) return [];
  const key = el("select", { "aria-label": say("editor.more") }, ...more.map((one) => el("option", { value: one.key }, one.key)));
  const value = el("input", { class: "toml", "aria-label": say("editor.value"), spellcheck: "false" });
  const takes = el("p", { class: "takes" }, more[0].takes);
  key.addEventListener("change", () => {
    takes.textContent = more.find((one) => one.key === key.value).takes;
  });
  const add = () => value.value.trim() && send("set", { at, key: key.value, value: value.value });
  value.addEventListener("keydown", (event) => {
    if (event.key === "Enter") add();
  });
  return [el("label", {}, say("editor.more"), key), value, el("button", { type: "button", class: "gone", onclick: add }, say("editor.more.add")), takes];
}

// What would it be? Asked while one types; the draft stays as it is.
async function attempt(at, key, value, plain) {
  asked += 1;
  const mine = asked;
  const answer = await fetch(`/editor/try?${new URLSearchParams({ at, key, value, plain })}`).catch(() => null);
  if (mine !== asked || !answer) return;
  const told = await answer.json();
  const faults = told.words || told.error ? [{ file: "site.toml", line: 0, key: `${draft.things.find((one) => one.at === at).key}.${key}`, message: told.words || told.error, cure: "" }] : told.faults;
  showFaults(faults, 0, true);
  mark(faults);
}

function mark(faults) {
  const thing = draft.things.find((one) => one.at === chosen);
  if (!thing) return;
  for (const input of byId("form").querySelectorAll("[data-key]")) {
    input.setAttribute("aria-invalid", String(faults.some(({ key }) => within(key, `${thing.key}.${input.dataset.key}`))));
  }
}

function showFaults(faults, more, tried = false) {
  byId("tried").hidden = !tried;
  const items = faults.map(({ file, line, key, value, message, cure }) => {
    const thing = draft.things.filter((one) => within(key, one.key)).at(-1);
    const place = [line ? `${file}:${line}` : file, key].filter(Boolean).join("  ");
    return el("li", {}, el("button", { type: "button", onclick: () => thing && choose(thing.at) }, place), value ? `${value}: ` : "", `${message}. ${cure}`);
  });
  if (more) items.push(el("li", {}, say("editor.faults.more", { n: more })));
  byId("faults").replaceChildren(...(items.length ? items : [el("li", { class: "fine" }, say("editor.faults.none"))]));
}

// ---- new things

byId("kind").append(...Object.keys(KINDS).map((kind) => el("option", { value: kind }, say(`editor.kind.${kind}`))));
byId("kind").addEventListener("change", suggest);
byId("draw").addEventListener("click", () => {
  if (!byId("adding").reportValidity()) return;
  const shape = KINDS[byId("kind").value];
  byId("hint").textContent = say(shape === "at" ? "editor.drawing.at" : "editor.drawing");
  drawing.begin(shape);
});
byId("adding").addEventListener("submit", (event) => {
  event.preventDefault();
  add({});
});

function suggest() {
  const kind = byId("kind").value;
  let number = 1;
  while (draft.things.some(({ at }) => at === `${kind}/${kind}-${number}`)) number += 1;
  byId("id").value = `${kind}-${number}`;
}

// The drawing of a new thing has ended, with its corners or with nothing.
function finish(shape, corners) {
  byId("hint").textContent = say("editor.ground");
  if (corners) add({ shape, places: corners });
}

async function add(more) {
  const [kind, id] = [byId("kind").value, byId("id").value];
  if (await send("add", { kind, id, ...more })) choose(`${kind}/${id}`);
}

async function addWay(of) {
  const ways = draft.things.filter(({ at }) => at.startsWith(`${of}/way/`)).map(({ at }) => at);
  let number = ways.length + 1;
  while (ways.includes(`${of}/way/way-${number}`)) number += 1;
  if (await send("add", { kind: "way", id: `way-${number}`, of })) choose(`${of}/way/way-${number}`);
}

// ---- saving

async function offer() {
  if (!draft.changed) return;
  const answer = await fetch("/editor/lines");
  const { lines = [] } = await answer.json();
  byId("lines").replaceChildren(...(lines.length ? lines.slice(2).map((line) => el("span", { class: line.startsWith("+") ? "added" : line.startsWith("-") ? "gone" : "" }, `${line}\n`)) : [say("editor.lines.none")]));
  byId("saving").showModal();
}

byId("save-do").addEventListener("click", async () => {
  byId("saving").close();
  if (await send("save")) shell.tell(true, say("editor.saved"));
});
byId("save").addEventListener("click", offer);
byId("undo").addEventListener("click", undo);
byId("redo").addEventListener("click", redo);
byId("again").addEventListener("click", () => send("again"));
byId("filter").addEventListener("input", showThings);
byId("form").addEventListener("submit", (event) => event.preventDefault());
byId("larger").addEventListener("click", () => drawing.zoom(0.7));
byId("smaller").addEventListener("click", () => drawing.zoom(1 / 0.7));
byId("all").addEventListener("click", () => drawing.whole());

shell.keys.add({
  verbs: { remove: "x" },
  choices: () => (chosen?.includes("/") ? [{ key: "x", words: say("command.pending.again") }] : null),
  commit() {
    send("remove", { at: chosen });
    return null;
  },
  simple: { j: () => move(1), k: () => move(-1), u: undo, y: redo, s: offer },
  hints: [["j", "k", "move"], ["u", "edit.undo"], ["y", "edit.redo"], ["s", "editor.save"]],
});
shell.help.show([
  [["j", "k"], "editor.choose"],
  [["u"], "edit.undo"],
  [["y"], "edit.redo"],
  [["x", "x"], "editor.remove"],
  [["s"], "editor.save"],
  [["←", "→", "↑", "↓"], "editor.arrows"],
  [["Del"], "editor.delete"],
]);
await load();
