/** Merging, splitting and linking conversations, each with a way back. */
import { api } from "./api.js";
import { t } from "./i18n.js";
import { goConversation } from "./router.js";
import { store } from "./store.js";
import { reread } from "./threads.js";
import { toast } from "./toast.js";

/** @typedef {{id: number, customer: {id: number, name: string}, channel: string, provider: string, title: string,
 *   state: string, at: string|null, how?: string[]}} Talk */

const LASTS = 12_000; // long enough to read and to undo

/** @param {unknown} error */
const failed = (error) => toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });

/** What could be merged or linked. @param {number} id @param {string} q @returns {Promise<Talk[]>} */
export const near = async (id, q) => (await api.get(`conversations/${id}/near/?q=${encodeURIComponent(q)}`)).results;

/** @param {number} source @param {number} target */
export async function merge(source, target) {
  try {
    await api.post(`conversations/${source}/merge/`, { into: target });
  } catch (error) {
    return failed(error);
  }
  const known = store.threads.get(target);
  if (known) known.stale = true;
  goConversation(target);
  toast(t("weave.merged", { n: target }), { word: t("weave.undo"), act: () => unmerge(source), lasts: LASTS });
}

/** @param {number} source */
export async function unmerge(source) {
  try {
    await api.post(`conversations/${source}/unmerge/`, {});
  } catch (error) {
    return failed(error);
  }
  const known = store.threads.get(source);
  if (known) known.stale = true;
  goConversation(source);
  toast(t("weave.unmerged"));
}

/** @param {import("./types.js").Message} message @param {boolean} following */
export async function split(message, following) {
  const origin = message.conversation;
  let made = 0;
  try {
    made = (await api.post(`conversations/${origin}/split/`, { message: message.id, following })).conversation;
  } catch (error) {
    return failed(error);
  }
  reread(origin);
  goConversation(made);
  toast(t("weave.split", { n: made }), { word: t("weave.back"), act: () => goConversation(origin), lasts: LASTS });
}

/** Whom a letter was forwarded from becomes the customer, or is it no longer. @param {import("./types.js").Message} message @param {boolean} on */
export async function handOver(message, on) {
  const { conversation, id } = message;
  try {
    const call = on ? api.post : api.delete;
    await call(`conversations/${conversation}/requester/`, { message: id });
  } catch (error) {
    return failed(error);
  }
  reread(conversation);
  toast(t(on ? "weave.handed" : "weave.handed.back"), on ? { word: t("weave.undo"), act: () => handOver(message, false), lasts: LASTS } : {});
}

/** @param {number} one @param {number} other @param {boolean} on */
export async function link(one, other, on) {
  try {
    const { related } = on ? await api.post(`conversations/${one}/links/`, { other }) : await api.delete(`conversations/${one}/links/${other}/`);
    const thread = store.threads.get(one);
    if (thread) thread.related = related;
    store.emit("thread", one);
    toast(t(on ? "weave.linked" : "weave.unlinked", { n: other }), { word: t("weave.undo"), act: () => link(one, other, !on), lasts: LASTS });
  } catch (error) {
    failed(error);
  }
}

/** Choose another conversation. @param {"merge"|"link"} what */
export const choose = (what) => queueMicrotask(() => /** @type {any} */ (document.querySelector("weave-dialog")).open(what));
