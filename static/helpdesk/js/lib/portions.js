/** A text that is too long for one message, as several: helpdesk/portions.py cuts it the same way. */
import { store } from "./store.js";

/** Messages that one text may become. */
export const MOST = 10;
const BORDERS = [
  /\n[ \t]*\n/gu,
  /[.!?\u2026\u061f]["'\u201d\u2019\u00bb)\]]*[ \t\n\u00a0]|[\u3002\uff01\uff1f]/gu,
  /\n/gu,
  /[ \t\u00a0\u3000]/gu,
];
const JOINED = /^[\u0300-\u036f\u0591-\u05c7\u200d\ufe00-\ufe0f\u{1f3fb}-\u{1f3ff}]/u;
const JOINER = "\u200d";
const length = (/** @type {string} */ text) => [...text].length;
const start = (/** @type {string} */ text) => text.replace(/^[ \t\n\u00a0\u3000]+/, "");
const end = (/** @type {string} */ text) => text.replace(/[ \t\n\u00a0\u3000]+$/, "");

/** @param {string} text @param {number} [maxChars] @param {number} [maxBytes] @returns {string[]} */
export function portions(text, maxChars = 0, maxBytes = 0) {
  const found = [];
  let rest = start(end(text));
  while (rest) {
    const signs = [...rest];
    const room = fits(signs, maxChars, maxBytes);
    if (room >= signs.length) {
      found.push(rest);
      break;
    }
    const head = signs.slice(0, border(signs, room)).join("");
    found.push(end(head));
    rest = start(rest.slice(head.length));
  }
  return found;
}

/** @param {string[]} signs @param {number} maxChars @param {number} maxBytes */
function fits(signs, maxChars, maxBytes) {
  const room = Math.min(signs.length, maxChars || signs.length);
  if (!maxBytes) return room;
  const encoder = new TextEncoder();
  let bytes = 0;
  for (let place = 0; place < room; place++) {
    bytes += encoder.encode(signs[place]).length;
    if (bytes > maxBytes) return Math.max(1, place);
  }
  return room;
}

/** @param {string[]} signs @param {number} room */
function border(signs, room) {
  const head = signs.slice(0, room + 1).join("");
  for (const mark of BORDERS) {
    const ends = [...head.matchAll(mark)].map((one) => one.index + one[0].length);
    const last = ends.findLast((one) => length(end(head.slice(0, one))) <= room);
    const cut = last ? length(head.slice(0, last)) : 0;
    if (cut && cut * 3 >= room) return cut;
  }
  let cut = room;
  while (cut > 1 && (JOINED.test(signs[cut]) || signs[cut - 1] === JOINER)) cut -= 1;
  return cut > 1 ? cut : room;
}

/** Into how many messages a text goes by the way of the open conversation. @param {string} text */
export function pieces(text) {
  const can = store.thread?.can;
  return can?.splits && text.trim() ? portions(text, can.max_chars, can.max_bytes).length : 1;
}
