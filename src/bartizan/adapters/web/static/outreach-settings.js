// How people and programs outside are reached: a form whose fields are named as the desk names what is wrong with them.

import { ask } from "./act.js";
import { byId, el } from "./dom.js";
import { say } from "./words.js";

const KEPT = "kept"; // stands for a secret that the desk never shows again
const SECURITY = ["starttls", "tls", "plain"];
const LEVELS = ["clear", "green", "amber", "amber+strict"];
const KINDS = ["raised", "acknowledged", "assessed", "closed", "reopened", "response-sent", "response-on-scene"];
const NEW_HOOK = { id: "", url: "", secret: "", level: "clear", kinds: ["raised", "assessed", "closed"], private: false, authority: null };

const form = byId("form");
let changed = false;

const part = (words, ...fields) => el("fieldset", {}, el("legend", {}, say(words)), ...fields);
const row = (...fields) => el("div", { class: "fields" }, ...fields);
const check = (name, words, checked) => el("label", { class: "check" }, el("input", { type: "checkbox", name, checked }), words);

function field(name, words, value, options = {}) {
  return el("label", { class: "field" }, say(words), el("input", { name, type: "text", value: value ?? "", autocomplete: "off", spellcheck: "false", ...options }));
}

// A secret that the desk has is not shown: what is typed takes its place, and an empty field leaves it.
function secret(name, words, value, options = {}) {
  const kept = value === KEPT;
  return field(name, words, "", { type: "password", autocomplete: "new-password", "data-kept": kept ? "yes" : null, placeholder: kept ? say("outreach.kept") : null, ...options, required: options.required && !kept });
}

function choice(name, words, values, chosen, label) {
  return el("label", { class: "field" }, say(words), el("select", { name }, ...values.map((one) => el("option", { value: one, selected: one === chosen }, label(one)))));
}

function text(name, words, value) {
  const area = el("textarea", { name, rows: 6, maxlength: 20_000 });
  area.value = value ?? "";
  return el("label", { class: "field wide" }, say(words), area);
}

// ---- what there may be many of

function person([name, address] = ["", ""]) {
  return row(
    field("person", "outreach.person", name, { required: true, maxlength: 200 }),
    field("person-address", "outreach.person.address", address, { type: "email", required: true, maxlength: 200 }),
    gone("outreach.person.gone"),
  );
}

function hook(one, place) {
  const at = (key) => `hooks.${place}.${key}`;
  return el(
    "fieldset",
    { class: "hook" },
    el("legend", {}, one.id || say("outreach.hook.new")),
    row(
      field(at("id"), "outreach.hook.id", one.id, { required: true, maxlength: 60 }),
      field(at("url"), "outreach.hook.url", one.url, { type: "url", required: true, maxlength: 500, size: 40, placeholder: say("outreach.https") }),
      secret(at("secret"), "outreach.hook.secret", one.secret, { required: true, minlength: 24, maxlength: 200 }),
      choice(at("level"), "outreach.level", LEVELS, one.level, (level) => level.toUpperCase()),
      field(at("authority"), "outreach.authority", one.authority, { maxlength: 200 }),
    ),
    el("fieldset", { class: "checks" }, el("legend", {}, say("outreach.hook.kinds")), ...KINDS.map((kind) => check(at(`kinds.${kind}`), say(`outreach.kind.${kind}`), one.kinds.includes(kind)))),
    row(check(at("private"), say("outreach.hook.private"), one.private), gone("outreach.hook.gone")),
  );
}

// Takes away the nearest thing that it stands in.
function gone(words) {
  const button = el("button", { type: "button", class: "grave" }, say(words));
  button.addEventListener("click", () => {
    const thing = button.closest(".hook") ?? button.parentElement;
    const next = thing.nextElementSibling ?? thing.parentElement.nextElementSibling;
    thing.remove();
    changed = true;
    (next?.matches("button") ? next : next?.querySelector("input, button"))?.focus();
  });
  return button;
}

function many(id, things, words, make) {
  const list = el("div", { id }, ...things);
  const more = el("button", { type: "button" }, say(words));
  more.addEventListener("click", () => {
    const thing = make(list.children.length);
    list.append(thing);
    changed = true;
    thing.querySelector("input").focus();
  });
  return [list, more];
}

// ---- the whole

function draw(settings) {
  const mail = settings.mail ?? { host: "", port: 587, security: "starttls", user: "", password: null, sender: "", authority: "" };
  form.replaceChildren(
    part("outreach.part.address", field("address", "outreach.address", settings.address, { type: "url", maxlength: 300, size: 40, placeholder: say("outreach.https") })),
    part(
      "outreach.part.mail",
      el("p", { class: "soft" }, say("outreach.mail.words")),
      row(
        field("mail.host", "outreach.mail.host", mail.host, { maxlength: 200 }),
        field("mail.port", "outreach.mail.port", mail.port, { type: "number", min: 1, max: 65_535, required: true }),
        choice("mail.security", "outreach.mail.security", SECURITY, mail.security, (one) => say(`outreach.security.${one}`)),
        field("mail.user", "outreach.mail.user", mail.user, { maxlength: 200 }),
        secret("mail.password", "outreach.mail.password", mail.password, { maxlength: 200 }),
        field("mail.sender", "outreach.mail.sender", mail.sender, { type: "email", maxlength: 200 }),
        field("mail.authority", "outreach.authority", mail.authority, { maxlength: 200 }),
      ),
    ),
    part("outreach.part.people", el("p", { class: "soft" }, say("outreach.people.words")), ...many("paged", Object.entries(settings.people).map(person), "outreach.person.more", () => person())),
    part("outreach.part.hooks", el("p", { class: "soft" }, say("outreach.hooks.words")), ...many("hooks", settings.hooks.map(hook), "outreach.hook.more", (place) => hook(NEW_HOOK, place))),
    ...["terms", "privacy"].map((name) => part(`outreach.part.${name}`, field(`${name}.version`, "outreach.version", settings[name]?.version, { maxlength: 40 }), text(`${name}.text`, "outreach.text", settings[name]?.text))),
    el("div", { class: "row" }, el("button", { type: "submit" }, say("outreach.settings.save")), el("button", { type: "button", id: "leave" }, say("outreach.settings.leave"))),
  );
}

const valueOf = (name) => form.elements.namedItem(name).value.trim();
const orNone = (words) => (words === "" ? null : words);
const kept = (name) => orNone(valueOf(name)) ?? (form.elements.namedItem(name).dataset.kept ? KEPT : null);

// As the desk takes them. A mail server without a name, and a text without words, is none.
function read() {
  // the places of programs count from nought again after one was taken away
  const hooks = [...byId("hooks").children].map((box) => {
    const [, place] = box.querySelector("input").name.split(".");
    const at = (key) => `hooks.${place}.${key}`;
    return {
      id: valueOf(at("id")),
      url: valueOf(at("url")),
      secret: kept(at("secret")) ?? "",
      level: valueOf(at("level")),
      kinds: KINDS.filter((kind) => form.elements.namedItem(at(`kinds.${kind}`)).checked),
      private: form.elements.namedItem(at("private")).checked,
      authority: orNone(valueOf(at("authority"))),
    };
  });
  const people = [...byId("paged").children].map((line) => [...line.querySelectorAll("input")].map((one) => one.value.trim()));
  const user = orNone(valueOf("mail.user"));
  const words = (name) => (valueOf(`${name}.version`) || valueOf(`${name}.text`) ? { version: valueOf(`${name}.version`), text: valueOf(`${name}.text`) } : null);
  return {
    address: orNone(valueOf("address")),
    mail: valueOf("mail.host")
      ? {
          host: valueOf("mail.host"),
          port: Number(valueOf("mail.port")),
          security: valueOf("mail.security"),
          user,
          password: user ? kept("mail.password") : null,
          sender: valueOf("mail.sender"),
          authority: orNone(valueOf("mail.authority")),
        }
      : null,
    people: Object.fromEntries(people),
    hooks,
    terms: words("terms"),
    privacy: words("privacy"),
  };
}

// The field that the desk's words begin with, where there is one.
function mark(words) {
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  const wrong = [...form.elements].find(({ name }) => name && words.includes(`${name}:`));
  wrong?.setAttribute("aria-invalid", "true");
  wrong?.focus();
}

function renumber() {
  [...byId("hooks").children].forEach((box, place) => {
    for (const one of box.querySelectorAll("[name]")) one.name = one.name.replace(/^hooks\.\d+/, `hooks.${place}`);
  });
}

// `trouble` shows words of the desk, `done` hears that the settings were taken.
export function setUpSettings({ trouble, done }) {
  let latest = null;
  form.addEventListener("input", () => {
    changed = true;
  });
  form.addEventListener("click", (event) => {
    if (event.target.id !== "leave") return;
    changed = false;
    draw(latest);
    trouble("");
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    renumber();
    const { done: taken, words } = await ask("/outreach/settings", read());
    trouble(taken ? "" : words);
    mark(taken ? "" : words);
    if (!taken) return;
    changed = false;
    await done();
  });
  return (settings) => {
    latest = settings;
    // what somebody is writing stays
    if (!changed) draw(settings);
  };
}
