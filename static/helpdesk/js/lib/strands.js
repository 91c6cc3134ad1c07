/** A thread of several conversations: each that was merged keeps its own seqs, customer and way. */
import { dayKey } from "./format.js";
import { store } from "./store.js";

const PAUSE = 10 * 60_000; // a longer silence begins a new turn

/** @typedef {import("./types.js").Thread} Thread */
/** @typedef {import("./types.js").Row} Row */

/** Whether others were merged into it. @param {Thread} thread */
export const isWoven = (thread) => !!thread.strands?.length;

/** The order of what stands in a thread: by place, or by time where each has places of its own. @param {Thread} thread */
export const order = (thread) => (/** @type {{at: string, seq: number}} */ a, /** @type {{at: string, seq: number}} */ b) =>
  isWoven(thread) && a.at !== b.at ? (a.at < b.at ? -1 : 1) : a.seq - b.seq;

/** The row of the conversation a message belongs to. @param {{conversation: number}} message @param {Row} row of the thread @returns {Row} */
export function strandOf(message, row) {
  if (message.conversation === row.id) return row;
  const strand = store.threads.get(row.id)?.strands?.find((one) => one.id === message.conversation);
  return strand ? { ...strand, ...store.rows.get(strand.id) } : row;
}

/** The conversation in whose thread another is read: itself, or what it was merged into. @param {number} id */
export function readIn(id) {
  const into = store.rows.get(id)?.merged_into;
  if (into) return into;
  for (const [root, thread] of store.threads) if (thread.strands?.some((one) => one.id === id)) return root;
  return id;
}

/** Says whose a message of another strand is; "" for the thread's own. @param {Row} owner */
export function whose(owner) {
  const { row } = store;
  if (!row || owner.id === row.id) return "";
  return owner.customer.id === row.customer.id ? `#${owner.id}` : `${owner.customer.name} · #${owner.id}`;
}

/** The conversation in which the next answer is written. @param {Thread|undefined} thread @param {number} id */
export const answering = (thread, id) => (thread && isWoven(thread) ? thread.answer_in || id : id);

/** The row of who is answered. @returns {Row|undefined} */
export const answered = () => (store.row ? strandOf({ conversation: answering(store.thread, store.row.id) }, store.row) : undefined);

/** The strand in which a customer wrote last, where only others may answer. @param {Thread|undefined} thread */
export function shut(thread) {
  const last = thread?.messages.findLast((one) => one.direction === "in" && !one.internal && !one.line);
  return thread?.strands?.find((one) => one.id === last?.conversation && !one.answerable);
}

/** Answer in this strand from now on, if it may be: the way, its limits and its name follow. @param {Thread} thread @param {number} root @param {number} strand */
export function answerIn(thread, root, strand) {
  const found = thread.strands?.find((one) => one.id === strand && one.answerable);
  thread.own ??= { can: thread.can, via: thread.via };
  thread.answer_in = found ? strand : root;
  Object.assign(thread, found ? { can: found.can, via: found.via } : thread.own);
}

/** Whether `next` goes on in the same turn. @param {{message?: import("./types.js").Message}|undefined} entry @param {import("./types.js").Message|undefined} next */
export function sameTurn(entry, next) {
  const message = entry?.message;
  if (!message || !next || message.internal || next.internal) return false;
  if (message.channel === "email" || next.channel !== message.channel || next.conversation !== message.conversation) return false;
  return message.direction === next.direction && message.author?.id === next.author?.id
    && new Date(next.at).getTime() - new Date(message.at).getTime() < PAUSE && dayKey(message.at) === dayKey(next.at);
}
