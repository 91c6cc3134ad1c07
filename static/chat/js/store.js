/** @file What outlives a reload: the visitor's token and the texts the server has not confirmed.
 * The browser may refuse storage (private mode, third-party rules): then memory serves this tab. */
import { config } from "./kit.js";

const memory = new Map();
const prefix = `parley.${config.key}.`;

function usable() {
  try {
    localStorage.setItem(`${prefix}try`, "1");
    localStorage.removeItem(`${prefix}try`);
    return true;
  } catch {
    return false;
  }
}

/** False when the chat lives in this tab only; the page says so. */
export const lasting = usable();

/** @template T @param {string} name @param {T} otherwise @returns {T} */
export function load(name, otherwise) {
  try {
    const text = lasting ? localStorage.getItem(prefix + name) : memory.get(name);
    return text ? JSON.parse(text) : otherwise;
  } catch {
    return otherwise;
  }
}

/** @param {string} name @param {unknown} value */
export function save(name, value) {
  const text = JSON.stringify(value);
  memory.set(name, text);
  try {
    if (lasting) localStorage.setItem(prefix + name, text);
  } catch { /* full: the copy in memory still sends it */ }
}

/** Call `heard` when another tab of this browser changes the value. @param {string} name @param {() => void} heard */
export function onOtherTab(name, heard) {
  addEventListener("storage", (event) => {
    if (event.key === prefix + name) heard();
  });
}

/** RFC 9562 version 7: made in order of time, so that a queue sorts by its ids. */
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let now = Date.now();
  for (let at = 5; at >= 0; at--) {
    bytes[at] = now % 256;
    now = Math.floor(now / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
