// Every word of the page comes from one catalogue.

let catalogue = {};

export async function learn(url) {
  const answer = await fetch(url);
  catalogue = await answer.json();
}

export const knows = (key) => Object.hasOwn(catalogue, key);

export function say(key, values = {}) {
  const words = knows(key) ? catalogue[key] : key;
  return words.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

// "metal-detector" where the catalogue has no words for it: the thing's own name, readable.
export function name(group, id) {
  const key = `${group}.${id}`;
  if (knows(key)) return say(key);
  const plain = String(id ?? "").replaceAll(/[-_]+/g, " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 100) return say("time.seconds", { s: whole });
  if (whole < 3600) return say("time.minutes", { m: Math.floor(whole / 60), s: String(whole % 60).padStart(2, "0") });
  return say("time.hours", { h: Math.floor(whole / 3600), m: String(Math.floor((whole % 3600) / 60)).padStart(2, "0") });
}

// Times are kept in UTC and shown as the site's own clocks show them.
let zone = "UTC";

export function keepTime(timeZone) {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone });
    zone = timeZone;
  } catch {
    zone = "UTC"; // a zone that this browser does not know
  }
  return zone;
}

const shown = (instant, options) => (instant ? new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(new Date(instant)) : "");

export const timeOfDay = (instant) => shown(instant, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export const day = (instant) => shown(instant, { weekday: "short", day: "numeric", month: "short", year: "numeric" });

// An instant [ms] as a field for date and time has it, on the site's own clocks, and back.
export function localOf(instant) {
  const part = Object.fromEntries(new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" }).formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

export function instantOf(local) {
  const asked = Date.parse(`${local}Z`);
  // the offset of the zone at that time; near a change of clocks a second look settles it
  let found = asked;
  for (let i = 0; i < 2; i += 1) found -= Date.parse(`${localOf(found)}Z`) - asked;
  return found;
}

// "wanderer/monday-zd25xk" is #zd25xk to those who look; the whole name stands in the title.
export function shortTrack(track) {
  const number = /-([0-9a-z]+)$/i.exec(track)?.[1];
  return number ? `#${number}` : track;
}
