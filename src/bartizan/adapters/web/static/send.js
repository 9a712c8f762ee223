// Files to the desk and from it: a request that carries the page's token and, where the desk asks, a fresh proof.

import { prove } from "./prove.js";
import { say } from "./words.js";

const token = document.querySelector("meta[name=csrf-token]").content;

// {done, words, blob, body}: `blob` where the desk sent a file, `body` where it sent words.
export async function send(path, content, type) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", headers: { "content-type": type, "x-csrf-token": token }, body: content, redirect: "manual" });
  } catch {
    return { done: false, words: say("act.offline"), blob: null, body: null };
  }
  if (answer.ok) {
    const words = (answer.headers.get("content-type") ?? "").startsWith("application/json");
    return { done: true, words: "", blob: words ? null : await answer.blob(), body: words ? await answer.json() : null };
  }
  const refused = await answer.json().catch(() => ({}));
  if (refused.prove && (await prove(token))) return send(path, content, type);
  return { done: false, words: say("act.failed", { reason: refused.error ?? say("error.other") }), blob: null, body: null };
}

// A file of the desk, saved under a name.
export async function save(path, body, filename) {
  const { done, words, blob } = await send(path, JSON.stringify(body), "application/json");
  if (!done) return words;
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = filename;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return "";
}
