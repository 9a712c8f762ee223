// What a person does: one request, and what the desk answered in words.

import { prove } from "./prove.js";
import { say } from "./words.js";

const token = document.querySelector("meta[name=csrf-token]").content;

export async function act(path, body = {}) {
  const { done, words } = await ask(path, body);
  return { done, words };
}

// The same, with what the desk answered: {done, words, body}; `body` is null where it refused.
export async function ask(path, body = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": token },
      body: JSON.stringify(body),
      redirect: "manual",
    });
  } catch {
    return { done: false, words: say("act.offline"), body: null };
  }
  if (answer.ok) return { done: true, words: "", body: await answer.json().catch(() => ({})) };
  let refused = {};
  try {
    refused = await answer.json();
  } catch {
    // an answer without words: the general ones stand
  }
  // asked once more when the person has proved who they are
  if (refused.prove && (await prove(token))) return ask(path, body);
  const reason = refused.error ?? say("error.other");
  return { done: false, words: say("act.failed", { reason }), body: null };
}
