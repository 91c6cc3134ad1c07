/** How work is heard: two soft tones for an offer, three for an alarm, and the title of a page nobody looks at. */

const KEY = "parley.sound";
/** Hz of each tone. */
const TUNES = { offer: [660, 880], alarm: [880, 660, 880], word: [740] };
let usual = document.title;
/** @type {AudioContext|null} */
let audio = null;

/** Browsers play nothing before a gesture; the first one makes it possible. */
function wake() {
  if (!audio && "AudioContext" in window) audio = new AudioContext();
}
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, wake, { once: true, capture: true });

/** Whether sounds are on, in this browser. */
export function soundOn() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

/** @param {boolean} on */
export function setSound(on) {
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    /* storage is blocked: it holds until the next page */
  }
  if (on) play("offer");
}

/** @param {"offer"|"alarm"|"word"} tune @param {boolean} [always] though sounds are off */
function play(tune, always = false) {
  if (!audio || !(always || soundOn())) return;
  if (audio.state === "suspended") audio.resume();
  const now = audio.currentTime;
  TUNES[tune].forEach((pitch, index) => {
    if (!audio) return;
    const at = now + index * 0.14;
    const volume = audio.createGain();
    const voice = audio.createOscillator();
    voice.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.08, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
    voice.connect(volume).connect(audio.destination);
    voice.start(at);
    voice.stop(at + 0.32);
  });
}

/** Hear it once, for who tries it out. */
export function test() {
  wake();
  play("offer", true);
}

/** Be heard, and seen on the tab while nobody looks. @param {"offer"|"alarm"|"word"} tune @param {string} words */
export function ring(tune, words) {
  play(tune);
  title(words);
}

/** Be seen on the tab while nobody looks. @param {string} words */
export function title(words) {
  if (document.hidden) document.title = `● ${words}`;
}

let waiting = 0;

/** How many customers wait for me, before the title of the page; a call stands there until it is seen. @param {number} n @param {string} words */
export function badge(n, words) {
  waiting = n;
  usual = words;
  if (!document.title.startsWith("●")) calm();
}

/** Nothing calls any more. */
export function calm() {
  document.title = waiting ? `(${waiting}) ${usual}` : usual;
}

document.addEventListener("visibilitychange", () => !document.hidden && calm());
