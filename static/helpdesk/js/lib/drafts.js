/** Unsent words, kept per conversation and mode in this browser. */
import { store } from "./store.js";

/** @typedef {{reply: string, note: string, mode: "reply"|"note"}} Draft */

/** @param {number} id */
const key = (id) => `parley.draft.${store.agent.id}.${id}`;

/** @param {number} id @returns {Draft} */
export function draft(id) {
  try {
    return { reply: "", note: "", mode: "reply", ...JSON.parse(localStorage.getItem(key(id)) || "{}") };
  } catch {
    return { reply: "", note: "", mode: "reply" };
  }
}

/** @param {number} id @param {Draft} words */
export function keep(id, words) {
  try {
    if (words.reply || words.note) localStorage.setItem(key(id), JSON.stringify(words));
    else localStorage.removeItem(key(id));
  } catch {
    /* storage is full or blocked: the words live as long as the tab */
  }
}
