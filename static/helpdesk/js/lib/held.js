/** Answers that wait a few seconds before they leave, so that they can be taken back. */
import { api } from "./api.js";
import { now } from "./clock.js";
import { icon, make } from "./dom.js";
import { t } from "./i18n.js";
import { store } from "./store.js";
import { answerIn, readIn } from "./strands.js";
import { merge } from "./threads.js";
import { toast } from "./toast.js";

/** @typedef {import("./types.js").Message} Message */

/** Milliseconds until it leaves; 0 when it is on its way. @param {Message} message */
const left = ({ delivery }) =>
  delivery?.state === "queued" && delivery.held_until ? Math.max(0, new Date(delivery.held_until).getTime() - now()) : 0;

/** Whether its author may still take it back. @param {Message} message */
export const held = (message) => left(message) > 0 && message.author?.id === store.agent.id;

/** "Sending in 4 s", told second by second. @param {Message} message */
export function countdown(message) {
  const box = make("span", "pair");
  const words = make("span", "num");
  const tell = () => {
    const ms = left(message);
    words.textContent = ms ? t("held.in", { n: Math.ceil(ms / 1000) }) : t("delivery.sending");
    if (ms) setTimeout(() => (box.isConnected ? tell() : null), Math.min(ms, 250));
    else if (box.isConnected) store.emit("thread", readIn(message.conversation));
  };
  box.append(icon("clock", 14), words);
  words.textContent = t("held.in", { n: Math.ceil(left(message) / 1000) });
  setTimeout(tell, 50);
  return box;
}

/** Take it back, and put its words where they can be changed. @param {Message} message */
export async function undo(message) {
  try {
    merge(message.conversation, [await api.post(`messages/${message.id}/cancel/`)]);
  } catch (error) {
    toast(t("held.late", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
    return;
  }
  const root = readIn(message.conversation);
  if (store.openId !== root) return;
  if (store.thread) answerIn(store.thread, root, message.conversation); // the words are for whom they were
  store.emit("thread", root);
  const detail = { body: message.body, internal: false, files: message.attachments };
  document.dispatchEvent(new CustomEvent("edit-parcel", { detail }));
}
