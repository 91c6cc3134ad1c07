/**
 * Unsent words, kept per conversation and mode: first in this browser, which is always there, then
 * on the server (saving.js), which other tabs and devices see.
 */
import { store } from "./store.js";

/** @typedef {"reply"|"note"|"ask"} Mode */
/** @typedef {import("./types.js").File} File */
/**
 * base: the server's version that each text was written on; dirty: what the server does not have.
 * @typedef {{reply: string, note: string, ask: string, mode: Mode, to: number[], files: Record<Mode, File[]>,
 *   base: Partial<Record<Mode, number>>, dirty: Partial<Record<Mode, boolean>>, other: Partial<Record<Mode, Remote>>}} Draft
 * other: what was written elsewhere while these words were; all tabs of this browser know it.
 * @typedef {{mode: Mode, text: string, files?: File[], to?: number[], version: number}} Remote
 */

/** @type {Mode[]} */
export const MODES = ["reply", "note", "ask"];
const START = `parley.draft.${store.agent.id}.`;
/** @param {number} id */
const key = (id) => `${START}${id}`;
/** @returns {Draft} */
const empty = () => ({
  reply: "", note: "", ask: "", mode: "reply", to: [], files: { reply: [], note: [], ask: [] }, base: {}, dirty: {}, other: {},
});
/** Where storage is full or blocked the words live as long as the tab. @type {Map<number, Draft>} */
const here = new Map();

/** @param {number} id @returns {Draft} */
export function draft(id) {
  const known = here.get(id);
  if (known) return { ...empty(), ...known };
  try {
    return { ...empty(), ...JSON.parse(localStorage.getItem(key(id)) || "{}") };
  } catch {
    return empty();
  }
}

/** Whether there are words or files that wait. @param {Draft} words */
export const begun = (words) => MODES.some((mode) => isBegun(words, mode));

/** @param {Draft} words @param {Mode} mode */
export const isBegun = (words, mode) => !!words[mode].trim() || words.files[mode].length > 0;

/** A draft in one word, to tell whether it is the same. @param {string} text @param {File[]} [files] */
export const gist = (text, files = []) => [...files.map((file) => file.id), text].join("\n");

/** @param {number} id @param {Draft} words */
export function keep(id, words) {
  const keeps = begun(words) || Object.values(words.dirty).some(Boolean);
  try {
    if (keeps || Object.keys(words.base).length) localStorage.setItem(key(id), JSON.stringify(words));
    else localStorage.removeItem(key(id));
    here.delete(id);
  } catch {
    here.set(id, words);
  }
  mark(id, begun(words));
}

/** @param {number} id @param {boolean} on whether its row says that I have a draft there */
export function mark(id, on) {
  if (store.drafts.has(id) === on) return;
  if (on) store.drafts.add(id);
  else store.drafts.delete(id);
  store.emit("rows");
}

/** What was emptied in an earlier visit tells nothing any more. */
function tidy() {
  try {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(START)) continue;
      const words = draft(Number(name.slice(START.length)));
      if (!begun(words) && !Object.values(words.dirty).some(Boolean)) localStorage.removeItem(name);
      else mark(Number(name.slice(START.length)), begun(words));
    }
  } catch {
    /* blocked: nothing is kept, nothing to tidy */
  }
}

/** Conversations whose words the server does not have. */
export function unsaved() {
  const ids = new Set(here.keys());
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(START)) ids.add(Number(name.slice(START.length)));
  } catch {
    /* blocked: there is only what this tab knows */
  }
  return [...ids].filter((id) => Object.values(draft(id).dirty).some(Boolean));
}

// Another tab of this browser wrote: its words are ours.
addEventListener("storage", (event) => {
  if (!event.key?.startsWith(START)) return;
  const id = Number(event.key.slice(START.length));
  mark(id, begun(draft(id)));
  store.emit("draft", { id });
});
tidy();
