/** One act on many conversations: in portions, each answering for itself, with a way back. */
import { api } from "./api.js";
import { t } from "./i18n.js";
import { place } from "./lists.js";
import { chosen, none } from "./selection.js";
import { store } from "./store.js";
import { toast } from "./toast.js";

const PORTION = 20;
/** How far the act is. @type {{all: number, n: number}|null} */
export let working = null;

/**
 * @param {number[]} ids @param {string} action @param {Record<string, any>} facts
 * @returns {Promise<{done: number[], refused: string[]}>}
 */
async function send(ids, action, facts) {
  /** @type {number[]} */
  const done = [];
  /** @type {string[]} */
  const refused = [];
  for (let at = 0; at < ids.length; at += PORTION) {
    working = { all: ids.length, n: at };
    store.emit("chosen");
    const portion = ids.slice(at, at + PORTION);
    try {
      const answer = await api.post("conversations/bulk/", { ids: portion, action, facts });
      for (const row of answer.rows) place(row);
      for (const one of answer.results) {
        if (one.done) done.push(one.id);
        else refused.push(one.why);
      }
    } catch (error) {
      refused.push(...ids.slice(at).map(() => /** @type {Error} */ (error).message));
      break;
    }
  }
  working = null;
  store.emit("chosen");
  for (const id of done) store.emit("thread", id);
  return { done, refused };
}

/**
 * Do it to what is chosen. undo: what takes it back from those to which it was done.
 * @param {string} action @param {Record<string, any>} facts
 * @param {((done: number[]) => [number[], string, Record<string, any>][])} [undo]
 */
export async function act(action, facts, undo) {
  if (working || !chosen.size) return;
  const { done, refused } = await send([...chosen], action, facts);
  if (!refused.length) none();
  else for (const id of done) chosen.delete(id);
  store.emit("chosen");
  const words = [];
  if (done.length) words.push(t("many.done", { n: done.length }));
  if (refused.length) words.push(t("many.refused", { n: refused.length, why: refused[0] }));
  const back = undo && done.length ? { word: t("act.undo"), act: () => takeBack(undo(done)) } : {};
  toast(words.join(". "), { ...back, lasts: 12_000 });
}

/** @param {[number[], string, Record<string, any>][]} parts */
async function takeBack(parts) {
  for (const [ids, action, facts] of parts) {
    const { refused } = await send(ids, action, facts);
    if (refused.length) toast(t("many.refused", { n: refused.length, why: refused[0] }), { lasts: 12_000 });
  }
}

/** Each back to whom it belonged. @param {Map<number, number|null>} before @param {number[]} done @returns {[number[], string, Record<string, any>][]} */
export function backToOwners(before, done) {
  /** @type {Map<number|null, number[]>} */
  const byOwner = new Map();
  for (const id of done) {
    const owner = before.get(id) ?? null;
    byOwner.set(owner, [...(byOwner.get(owner) || []), id]);
  }
  return [...byOwner].map(([agent, ids]) => [ids, "assign", { agent }]);
}
