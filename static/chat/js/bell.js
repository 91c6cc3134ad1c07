/** @file How an answer is heard: two soft tones, and the title of the page that nobody looks at. */
import { embedded, tellHost } from "./host.js";
import { load } from "./store.js";
import { screen } from "./views.js";

/** @type {AudioContext | null} */
let audio = null;
const title = document.title;

/** Browsers play nothing before a gesture; the first one makes it possible. */
function wake() {
  if (!audio && "AudioContext" in window) audio = new AudioContext();
}

function tone() {
  if (!audio || !load("sound", true)) return;
  if (audio.state === "suspended") audio.resume();
  const now = audio.currentTime;
  for (const [at, pitch] of [[0, 660], [0.12, 880]]) {
    const volume = audio.createGain();
    const voice = audio.createOscillator();
    voice.frequency.value = pitch;
    volume.gain.setValueAtTime(0, now + at);
    volume.gain.linearRampToValueAtTime(0.08, now + at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, now + at + 0.3);
    voice.connect(volume).connect(audio.destination);
    voice.start(now + at);
    voice.stop(now + at + 0.32);
  }
}

/** @param {import("./kit.js").Message[]} fresh answers that have just come */
export function ring(fresh) {
  const last = fresh.at(-1);
  const seen = screen.open && !document.hidden && document.hasFocus();
  if (!last || seen) return;
  tone();
  const text = `● ${last.author?.name || title}`;
  if (embedded) tellHost("alert", { text });
  else if (document.hidden) document.title = text;
}

export function startBell() {
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, wake, { once: true, capture: true });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) document.title = title; });
}
