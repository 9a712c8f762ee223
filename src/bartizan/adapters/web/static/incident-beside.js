// What stands beside the steps of an incident: people, what was seen before, alarms, links, muster, manner, the end.

import { byId, el } from "./dom.js";
import { day, name, say, timeOfDay } from "./words.js";

const none = (key) => [el("p", { class: "soft" }, say(key))];

function responder(page, one, place) {
  const sent = page.incident.sendings.find((each) => each.responder === one.id && each.left_at === null);
  const can = page.open && page.may("dispatch");
  const button = (verb, words) => el("button", { type: "button", onclick: () => page.doIt(verb, { responder: one.id }) }, say(words));
  const stands = sent
    ? sent.on_scene_at
      ? say("incident.responder.on_scene", { time: timeOfDay(sent.on_scene_at) })
      : sent.answered_at
        ? say("incident.responder.answered", { time: timeOfDay(sent.answered_at) })
        : say("incident.responder.sent", { time: timeOfDay(sent.sent_at) })
    : one.on
      ? say("incident.responder.elsewhere", one.on)
      : say("incident.responder.free");
  const acts = !can
    ? []
    : !sent
      ? one.on
        ? []
        : [button("send", "incident.responder.send")]
      : [
          sent.answered_at ? null : button("answered", "incident.responder.answer"),
          sent.on_scene_at ? null : button("arrived", "incident.responder.arrive"),
          button("left", "incident.responder.leave"),
        ];
  return el(
    "li",
    {},
    el("p", {}, place < 9 ? el("kbd", {}, String(place + 1)) : null, " ", el("strong", {}, one.label), ` ${one.name ?? ""} `, el("span", { class: "soft" }, one.can.join(", "))),
    el("div", { class: "row" }, el("span", { class: sent?.on_scene_at ? "good" : "soft" }, stands), ...acts),
  );
}

function responders(page) {
  const { incident } = page;
  const list = incident.responders.length > 0 ? [el("ol", {}, ...incident.responders.map((one, place) => responder(page, one, place)))] : none("incident.responders.none");
  if (page.open && page.may("dispatch") && incident.timers.contained === null) list.push(page.ask("contain", "incident.contain", "incident.contain.do", "contain"));
  page.draw("responders", list);
}

function offer(page, one, place) {
  const incident = one.what === "incident";
  const words = incident ? say("incident.before.incident", one) : say("incident.before.alarm", { number: one.number, title: name("kind", one.title) });
  const may = page.open && page.may(incident ? "link" : "incident");
  const take = () => byId("incident").dispatchEvent(new CustomEvent("take", { detail: one }));
  return el(
    "li",
    {},
    el("p", {}, place < 9 ? el("kbd", {}, String(place + 1)) : null, " ", incident ? el("a", { href: `/incidents/${encodeURIComponent(one.id)}` }, words) : words, el("span", { class: "soft" }, ` ${day(one.at)}, ${timeOfDay(one.at)} · ${say("incident.before.alike", { percent: Math.round(one.score * 100) })}`)),
    el("ul", { class: "reasons" }, ...one.reasons.map((reason) => el("li", {}, reason))),
    may
      ? el(
          "div",
          { class: "row" },
          el("button", { type: "button", onclick: take }, incident ? `${say("incident.before.link")}: ${say(`incident.relation.${one.suggests}`)}` : say("incident.before.join")),
          el("button", { type: "button", onclick: () => page.doIt("decline", { offer: `${one.what}/${one.id}` }) }, say("incident.before.no")),
        )
      : null,
  );
}

// How much there is besides what is shown: nobody is to take ten for all, or what is read so far for the whole past.
function before(page) {
  const { offers, more, whole } = page.before;
  const { links, linked_by, alarms } = page.incident;
  const none = links.length + linked_by.length > 0 || alarms.length > 1 ? "incident.before.linked" : "incident.before.none";
  const rows = offers.length > 0 ? offers.map((one, place) => offer(page, one, place)) : [el("li", { class: "soft" }, say(none))];
  if (more > 0) rows.push(el("li", { class: "soft" }, say("incident.before.more", { n: more })));
  if (!whole) rows.push(el("li", { class: "warn" }, say("incident.before.reading")));
  page.draw("before", rows);
}

function alarm(page, one) {
  if (one.hidden) return el("li", {}, say("incident.alarm.hidden", one));
  const words = say("incident.alarm", { number: one.number, what: name("kind", one.signal.kind) });
  const out = page.ask(`out-${one.id}`, "incident.step.reason", "incident.alarm.out", "part", { field: "reason", extra: () => ({ alarm: one.id }) });
  return el(
    "li",
    {},
    el("p", {}, el("strong", {}, words), ` ${day(one.known_at)}, ${timeOfDay(one.known_at)} `, el("span", { class: "soft" }, `${name("handling", one.handling)}${one.disposition ? ` · ${name("disposition", one.disposition)}` : ""}`)),
    one.note ? el("p", { class: "soft" }, one.note) : null,
    page.open && page.may("incident") ? el("details", {}, el("summary", {}, say("incident.alarm.out")), out) : null,
  );
}

function links(page) {
  const { incident } = page;
  const there = (id, words) => el("a", { href: `/incidents/${encodeURIComponent(id)}` }, words);
  const rows = [
    ...incident.links.map((one) => el("li", {}, there(one.incident, say("incident.link", { ...one, kind: say(`incident.relation.${one.kind}`) })))),
    ...incident.linked_by.map((one) => el("li", {}, there(one.incident, say("incident.link.back", { ...one, kind: say(`incident.relation.${one.kind}`) })))),
  ];
  page.draw("links", rows.length > 0 ? rows : [el("li", { class: "soft" }, say("incident.links.none"))]);
}

const WHERE = ["safe", "hurt", "not-here", "missing"];

function mustered(page, muster) {
  const mark = (who, whereabouts) => page.doIt(`/musters/${encodeURIComponent(muster.id)}/mark`, { name: who, whereabouts });
  const people = muster.people.map((one) =>
    el(
      "li",
      {},
      el("strong", {}, one.name),
      " ",
      el("span", { class: one.whereabouts === "missing" ? "bad" : "good" }, say(`incident.whereabouts.${one.whereabouts}`)),
      muster.ended_at || !page.may("incident")
        ? null
        : el("span", { class: "row" }, ...WHERE.filter((where) => where !== one.whereabouts).map((where) => el("button", { type: "button", "aria-label": `${one.name}: ${say(`incident.whereabouts.${where}`)}`, onclick: () => mark(one.name, where) }, say(`incident.whereabouts.${where}`)))),
    ),
  );
  const missing = muster.missing.length > 0 ? el("strong", { class: "bad" }, say("incident.muster.missing", { count: muster.missing.length })) : el("strong", { class: "good" }, say("incident.muster.all"));
  const end = page.ask(`muster-${muster.id}`, "incident.muster.end.note", "incident.muster.end", `/musters/${encodeURIComponent(muster.id)}/end`, { field: "note", required: false });
  return [el("p", {}, missing, muster.ended_at ? ` · ${say("incident.muster.over")}` : ""), el("ul", {}, ...people), muster.ended_at || !page.may("incident") ? "" : end];
}

function muster(page) {
  const parts = page.incident.musters.flatMap((one) => mustered(page, one));
  if (page.open && page.may("incident") && page.incident.musters.every((one) => one.ended_at)) {
    const names = el("textarea", { id: "f-names", rows: 3, required: true });
    const form = el("form", { class: "fields", "data-keep": "names" }, el("label", { class: "field" }, say("incident.muster.names"), names), el("button", { type: "submit" }, say("incident.muster.begin")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const listed = names.value.split("\n").map((one) => one.trim()).filter((one) => one !== "");
      page.doIt("/musters", { names: listed, incident: page.incident.id }, () => {
        names.value = "";
        names.blur();
      });
    });
    parts.push(form);
  }
  page.draw("muster", parts);
}

function manner(page) {
  const { incident, lists } = page;
  const can = page.open && page.may("incident");
  const boxes = lists.manners.map((one) => el("label", { class: "check" }, el("input", { type: "checkbox", name: one, checked: incident.manner.includes(one), disabled: !can }), say(`incident.manner.${one}`)));
  const form = el("form", {}, el("p", { class: "soft" }, say("incident.manner.words")), el("div", { class: "choices" }, ...boxes), can ? el("button", { type: "submit" }, say("incident.manner.set")) : null);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    page.doIt("manner", { manner: [...new FormData(form).keys()] });
  });
  page.draw("manner", [form]);
}

function sharing(page) {
  const { incident, lists } = page;
  if (!page.may("share")) {
    page.draw("sharing", [el("p", {}, say(`incident.sharing.${incident.sharing}`)), el("p", { class: "soft" }, incident.partners.join(", "))]);
    return;
  }
  const level = el("select", { name: "sharing" }, ...lists.sharings.map((one) => el("option", { value: one, selected: one === incident.sharing }, say(`incident.sharing.${one}`))));
  const partners = el("input", { type: "text", name: "partners", autocomplete: "off", value: incident.partners.join(", ") });
  const form = el("form", { class: "fields", "data-keep": "sharing" }, el("label", { class: "field" }, say("incident.sharing.level"), level), el("label", { class: "field" }, say("incident.sharing.partners"), partners), el("button", { type: "submit" }, say("incident.sharing.set")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    partners.defaultValue = partners.value;
    partners.blur();
    const named = partners.value.split(",").map((one) => one.trim()).filter((one) => one !== "");
    page.doIt("share", { sharing: level.value, partners: named, version: incident.version });
  });
  const packed = el("p", {}, el("a", { href: `/evidence?incident=${encodeURIComponent(incident.id)}#sharing` }, say("incident.hand-over.package")));
  const over = page.open ? page.ask("over", "incident.hand-over", "incident.hand-over.do", "hand-over", { field: "partner" }) : "";
  page.draw("sharing", [form, packed, over]);
}

function end(page) {
  const { incident } = page;
  const version = () => ({ version: page.incident.version });
  const parts = [];
  if (incident.review) parts.push(el("p", {}, say("incident.reviewed", { by: incident.reviewed_by, text: incident.review })));
  if (page.may("incident") && page.open) parts.push(page.ask("resolve", "incident.resolve", "incident.resolve.do", "resolve"));
  if (page.may("force-close") && incident.state === "resolved") parts.push(el("div", { class: "row" }, el("button", { type: "button", class: "first", onclick: () => page.doIt("close", version()) }, say("incident.close.do"))));
  if (page.may("incident") && incident.state === "closed") parts.push(page.ask("review", "incident.review", "incident.review.do", "review", { area: true }));
  if (page.may("incident") && !page.open) parts.push(page.ask("reopen", "incident.reopen", "incident.reopen.do", "reopen"));
  page.draw("end", parts);
}

export function drawBeside(page) {
  responders(page);
  before(page);
  page.draw("alarms", page.incident.alarms.length > 0 ? page.incident.alarms.map((one) => alarm(page, one)) : [el("li", { class: "soft" }, say("incident.alarms.none"))]);
  links(page);
  muster(page);
  manner(page);
  sharing(page);
  end(page);
}
