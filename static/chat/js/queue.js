/** @file Texts that the server has not confirmed, oldest first. Storage is the truth, because
 * several tabs share it; a text leaves only when its ack has come (or the visitor removes it). */
import { load, onOtherTab, save, uuid7 } from "./store.js";

/** @typedef {{cid: string, body: string, attachments: import("./kit.js").Attachment[], at: string, failed?: string}} Unsent */

/** @returns {Unsent[]} */
export function unsent() {
  return load("queue", /** @type {Unsent[]} */ ([]));
}

/** @returns {Unsent} @param {string} body @param {import("./kit.js").Attachment[]} attachments */
export function enqueue(body, attachments) {
  const item = { cid: uuid7(), body, attachments, at: new Date().toISOString() };
  save("queue", [...unsent(), item]);
  return item;
}

/** @param {string} cid */
export function dequeue(cid) {
  const before = unsent();
  const left = before.filter((item) => item.cid !== cid);
  if (left.length !== before.length) save("queue", left);
}

/** Mark as refused (with the server's code) or, with "", as to be sent again. @param {string} cid @param {string} failed */
export function mark(cid, failed) {
  save("queue", unsent().map((item) => (item.cid === cid ? { ...item, failed } : item)));
}

/** The next one to send. A refused text does not hold up those after it. */
export function nextUnsent() {
  return unsent().find((item) => !item.failed);
}

/** @param {() => void} heard */
export function onQueueChange(heard) {
  onOtherTab("queue", heard);
}
