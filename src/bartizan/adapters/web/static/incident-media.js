// The pictures and documents of an incident: small ones of what is evidence, and what the cameras kept and nobody took.
// Opening one goes to its own page, where the reason is asked for and the look is on the record.

import { byId, el } from "./dom.js";
import { day, name, say, timeOfDay } from "./words.js";

let drawn = "";

const when = (instant) => `${day(instant)}, ${timeOfDay(instant)}`;
const there = (id) => `/evidence/${encodeURIComponent(id)}`;

// A picture that cannot be shown small is still there: its words take its place.
function small(source, words) {
  return el("img", { src: source, alt: words, loading: "lazy", width: 160, height: 120, onerror: (event) => event.target.replaceWith(el("span", { class: "no-picture" }, say("incident.media.unseen"))) });
}

function item(one, page) {
  const alarm = page.incident.alarms.find(({ id }) => one.about === `alarm/${id}` && id);
  const words = say(one.picture ? "incident.media.picture" : "incident.media.document", { when: when(one.received_at) });
  return el(
    "li",
    {},
    el("a", { href: there(one.id) }, one.picture ? small(`${there(one.id)}/thumbnail`, words) : el("span", { class: "no-picture" }, one.media_type), el("span", {}, words)),
    el("small", { class: "soft" }, [alarm && !alarm.hidden ? say("incident.alarm", { number: alarm.number, what: name("kind", alarm.signal.kind) }) : "", one.note ?? ""].filter(Boolean).join(" · ")),
  );
}

function kept(one, page) {
  const words = say("incident.media.kept", { camera: page.places.camera(one.camera), when: when(one.taken) });
  return el(
    "li",
    {},
    small(`/replay/pictures/${encodeURIComponent(one.id)}`, words),
    el("span", {}, words),
    page.may("evidence") ? el("button", { type: "button", "aria-label": `${say("incident.media.take")}: ${words}`, onclick: () => page.doIt("media", { picture: one.id }) }, say("incident.media.take")) : null,
  );
}

// `found` is what the desk told of the media; null where this person may see none of them.
export function drawMedia(page, found) {
  if (found === null) {
    page.draw("media", [el("p", { class: "soft" }, say(page.incident.media.length > 0 ? "incident.media.closed" : "incident.media.none"))]);
    return;
  }
  const text = JSON.stringify(found);
  if (text === drawn) return; // a picture is fetched once, not at every piece of news
  drawn = text;
  const waiting = found.pictures.filter((one) => one.item === null);
  page.draw("media", [
    found.items.length > 0 ? el("ul", { class: "media" }, ...found.items.map((one) => item(one, page))) : el("p", { class: "soft" }, say("incident.media.none")),
    ...(waiting.length > 0 ? [el("h3", {}, say("incident.media.waiting")), el("p", { class: "soft" }, say("incident.media.waiting.words")), el("ul", { class: "media" }, ...waiting.map((one) => kept(one, page)))] : []),
  ]);
}
