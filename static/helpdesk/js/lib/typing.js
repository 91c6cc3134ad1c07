/** Whom the customer sees typing: said at most every 3 s, taken back after 4 s of silence. */
import { sayTyping } from "./live.js";

const EVERY = 3000;
const SILENCE = 4000;
let said = 0;
let timer = 0;
/** @type {number|null} */
let where = null;

/** The agent wrote a letter in a public answer. @param {number} id */
export function typed(id) {
  if (where !== null && where !== id) stopped();
  where = id;
  if (Date.now() - said > EVERY) {
    said = Date.now();
    sayTyping(id, true);
  }
  clearTimeout(timer);
  timer = window.setTimeout(stopped, SILENCE);
}

/** Sent, emptied or left. */
export function stopped() {
  clearTimeout(timer);
  if (where !== null && said) sayTyping(where, false);
  where = null;
  said = 0;
}
