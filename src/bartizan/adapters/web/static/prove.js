// What cannot be undone takes a fresh proof of who one is: the password once more, and the code where there is one.

import { el } from "./dom.js";
import { say } from "./words.js";

// True once the person has proved it, false where they leave it.
export function prove(token) {
  return new Promise((resolve) => {
    const password = el("input", { name: "password", type: "password", autocomplete: "current-password", maxlength: 256, required: true });
    const code = el("input", { name: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 64 });
    const wrong = el("p", { class: "fault", role: "alert", hidden: true });
    const form = el(
      "form",
      { class: "stack" },
      el("h2", { id: "prove-words" }, say("prove.title")),
      el("p", { class: "soft" }, say("prove.words")),
      wrong,
      el("label", { class: "field" }, say("login.password"), password),
      el("label", { class: "field" }, say("prove.code"), code),
      el("div", { class: "row" }, el("button", { type: "submit" }, say("prove.do")), el("button", { type: "button", onclick: () => dialog.close() }, say("prove.leave"))),
    );
    const dialog = el("dialog", { "aria-labelledby": "prove-words" }, form);
    let proved = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = new URLSearchParams({ password: password.value, code: code.value });
      const answer = await fetch("/own/prove", { method: "POST", body, headers: { "x-csrf-token": token, accept: "application/json" }, redirect: "manual" }).catch(() => null);
      proved = answer?.ok === true;
      if (proved) dialog.close();
      wrong.hidden = proved;
      wrong.textContent = say(answer ? "prove.wrong" : "act.offline");
      password.value = "";
      password.focus();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(proved);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
