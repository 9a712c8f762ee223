// Tones for new alarms. Browsers stay silent until somebody has pressed something; the switch is that press.

import { byId } from "./dom.js";
import { say } from "./words.js";

const TONES = { high: [880, 660, 880, 660], medium: [660, 660], low: [440] }; // hertz
const LENGTH = 0.16; // seconds each

let context = null;
let on = false;

export function setUpSound() {
  const button = byId("sound");
  button.addEventListener("click", toggleSound);
}

export async function toggleSound() {
  on = !on;
  if (on) {
    context ??= new AudioContext();
    await context.resume();
    play("low");
  }
  const button = byId("sound");
  button.setAttribute("aria-pressed", String(on));
  button.textContent = say(on ? "bar.sound.on" : "bar.sound.off");
}

export function play(priority) {
  if (!on || context === null) return;
  TONES[priority]?.forEach((pitch, i) => {
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
