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

export function timeOfDay(instant) {
  return instant ? instant.slice(11, 19) : "";
}
