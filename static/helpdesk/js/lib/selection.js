/** Which rows are chosen, for what is done to many at once. */
import { sorted } from "./lists.js";
import { store } from "./store.js";

/** @type {Set<number>} */
export const chosen = new Set();
/** @type {number|null} */
let anchor = null;

/** The rows of the list in the order of the screen. */
export function shown() {
  const { waiting, rest } = sorted(store.view);
  return [...waiting, ...rest].map((row) => row.id);
}

/** @param {number} id */
export function toggle(id) {
  if (!chosen.delete(id)) chosen.add(id);
  anchor = id;
  store.emit("chosen");
}

/** From the last one that was chosen to this one. @param {number} id */
export function reach(id) {
  const ids = shown();
  const [from, to] = [ids.indexOf(anchor ?? id), ids.indexOf(id)].sort((a, b) => a - b);
  for (const one of ids.slice(Math.max(0, from), to + 1)) chosen.add(one);
  anchor = id;
  store.emit("chosen");
}

/** Those that are in the list; at most as many as the server takes at once. */
export function all() {
  for (const id of shown()) chosen.add(id);
  store.emit("chosen");
}

export function none() {
  if (!chosen.size) return;
  chosen.clear();
  anchor = null;
  store.emit("chosen");
}

/** What has left the list is no longer chosen: nobody changes what they do not see. */
export function prune() {
  const ids = new Set(shown());
  const gone = [...chosen].filter((id) => !ids.has(id));
  for (const id of gone) chosen.delete(id);
  if (gone.length) queueMicrotask(() => store.emit("chosen"));
}
