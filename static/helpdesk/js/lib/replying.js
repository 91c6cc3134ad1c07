/** Which message of the open conversation the next answer names, where the channel can say so. */
import { store } from "./store.js";
import { answering } from "./strands.js";

/** @typedef {import("./types.js").Message} Message */

/** By conversation. @type {Map<number, string>} */
const chosen = new Map();

/** Whether an answer may name this message. @param {Message} message @param {"answers"|"reacts"} what */
export function mayAnswer(message, what = "answers") {
  const { row, thread } = store;
  if (!row || !thread?.can[what] || message.internal || message.deleted_at || !message.external_id) return false;
  const way = thread.via;
  return message.conversation === answering(thread, row.id) && message.provider === way?.provider && message.channel === way?.channel;
}

/** The message that the next answer names. @returns {Message|undefined} */
export function answersNow() {
  const id = store.openId === null ? undefined : chosen.get(store.openId);
  const found = id ? store.thread?.messages.find((one) => one.id === id) : undefined;
  return found && mayAnswer(found) ? found : undefined;
}

/** @param {string|null} id null: none */
export function answerThis(id) {
  if (store.openId === null) return;
  if (id) chosen.set(store.openId, id);
  else chosen.delete(store.openId);
  store.emit("thread", store.openId);
}

/** What goes with a message because of it. @param {number} conversation */
export function answersOf(conversation) {
  const message = conversation === store.openId ? answersNow() : undefined;
  chosen.delete(conversation);
  return message ? { answering: message.id } : {};
}
