/** Clocks that tick in the browser from a server moment, true without a refetch. */
import { clone, icon, parts } from "./dom.js";
import { moment, roughly, wait } from "./format.js";
import { t } from "./i18n.js";

const AMBER = 10;
const RED = 20;
let offset = 0;

/** Learn the server's time, so that a wrong clock here tells no lies. @param {string|undefined} iso */
export function setServerTime(iso) {
  if (iso) offset = new Date(iso).getTime() - Date.now();
}

/** Now, on the server's clock, in ms. */
export const now = () => Date.now() + offset;

/** @param {string} iso */
const since = (iso) => Math.max(0, Math.floor((now() - new Date(iso).getTime()) / 1000));

/** green, amber, red @param {number} seconds */
const levelOf = (seconds) => (seconds < AMBER ? "good" : seconds < RED ? "attention" : "late");

/** An answer clock that waits since `iso`. @param {string} iso */
export function answerClock(iso) {
  const clock = clone("clock");
  clock.dataset.since = iso;
  paint(clock);
  return clock;
}

/** The level a wait has now. @param {string} iso */
export const level = (iso) => levelOf(since(iso));

/** "Waiting 3 h", kept true. @param {string} iso */
export function longWait(iso) {
  const text = document.createElement("span");
  text.dataset.waitSince = iso;
  paintWait(text);
  return text;
}

/** @param {HTMLElement} text */
function paintWait(text) {
  const words = t("row.waiting", { time: roughly(since(text.dataset.waitSince || "")) });
  if (text.textContent !== words) text.textContent = words;
}

/** @param {HTMLElement} clock */
function paint(clock) {
  const iso = clock.dataset.since || "";
  const seconds = since(iso);
  const meaning = levelOf(seconds);
  const { icon: place, text } = parts(clock);
  text.textContent = wait(seconds);
  if (clock.dataset.level !== meaning || !place.firstChild) {
    clock.dataset.level = meaning;
    place.replaceChildren(icon(meaning === "late" ? "alert" : "clock", 12));
    clock.title = t(`clock.${meaning}`, { time: moment(iso) });
  }
  const owner = /** @type {HTMLElement|null} */ (clock.closest(".row, .live"));
  if (owner && owner.dataset.level !== meaning) owner.dataset.level = meaning;
}

function tick() {
  document.querySelectorAll("[data-since]").forEach((clock) => paint(/** @type {HTMLElement} */ (clock)));
  document.querySelectorAll("[data-wait-since]").forEach((text) => paintWait(/** @type {HTMLElement} */ (text)));
}

setInterval(tick, 1000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
