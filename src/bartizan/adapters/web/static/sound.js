// Tones for new alarms and for a desk that is lost. Browsers stay silent until somebody has pressed something; the
// switch is that press, and who has pressed it once hears it on the next page too, where the browser lets us.

import { byId } from "./dom.js";
import { say } from "./words.js";

const TONES = { high: [880, 660, 880, 660], medium: [660, 660], low: [440], lost: [330, 220, 330, 220, 165] }; // hertz
const LENGTH = 0.16; // seconds each
const KEPT = "bartizan-sound";

let context = null;
let on = false;

export async function setUpSound() {
  byId("sound").addEventListener("click", toggleSound);
  if (sessionStorage.getItem(KEPT) !== "on") return;
  context = new AudioContext();
  // a page on which nothing was pressed yet may have to wait for the first press
  context.addEventListener("statechange", show);
  addEventListener("keydown", wake, { capture: true });
  addEventListener("pointerdown", wake, { capture: true });
  on = true;
  show();
}

function wake() {
  if (on && context.state === "suspended") context.resume();
}

export async function toggleSound() {
  on = !on;
  sessionStorage.setItem(KEPT, on ? "on" : "off");
  if (on) {
    context ??= new AudioContext();
    await context.resume();
    play("low");
  }
  show();
}

// What the switch says is what would be heard.
function show() {
  const heard = on && context.state === "running";
  const button = byId("sound");
  button.setAttribute("aria-pressed", String(heard));
  button.textContent = say(heard ? "bar.sound.on" : on ? "bar.sound.wait" : "bar.sound.off");
}

export function play(what) {
  if (!on || context === null) return;
  TONES[what]?.forEach((pitch, i) => {
    const start = context.currentTime + i * (LENGTH + 0.05);
    const tone = context.createOscillator();
    const loud = context.createGain();
    tone.type = "triangle";
    tone.frequency.value = pitch;
    // a soft edge: a hard one clicks
    loud.gain.setValueAtTime(0, start);
    loud.gain.linearRampToValueAtTime(0.22, start + 0.015);
    loud.gain.linearRampToValueAtTime(0, start + LENGTH);
    tone.connect(loud).connect(context.destination);
    tone.start(start);
    tone.stop(start + LENGTH + 0.02);
  });
}
