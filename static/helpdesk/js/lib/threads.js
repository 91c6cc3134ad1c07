/** Conversations: opening (from memory in one frame), filling gaps, taking in what arrives. */
import { api, Fault } from "./api.js";
import { afterPaint } from "./dom.js";
import { place } from "./lists.js";
import { turned } from "./opting.js";
import { store } from "./store.js";
import { answerIn, isWoven, order } from "./strands.js";

/** @typedef {import("./types.js").Thread} Thread */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Event} Event */

const KEPT = 25;
/** What changes whose messages a thread shows: it is asked for as a whole. */
const WEAVES = new Set(["merged", "unmerged", "split", "linked", "unlinked", "requester_changed"]);
/** @type {Record<string, string[]>} */
const NEXT = {
  new: ["open", "resolved", "spam"],
  open: ["pending", "on_hold", "snoozed", "resolved", "spam"],
  pending: ["open", "on_hold", "snoozed", "resolved", "spam"],
  on_hold: ["open", "resolved", "spam"],
  snoozed: ["open", "resolved", "spam"],
  resolved: ["open", "spam"],
  spam: ["open"],
  closed: [],
};

/** Whether the open conversation may go to `state` now. @param {string} state */
export function may(state) {
  const { row, thread } = store;
  if (!row) return false;
  const states = thread && thread.statesFor === row.state ? thread.states : NEXT[row.state] || [];
  return states.includes(state);
}

/** Keep a conversation as the server told it. @param {any} detail */
export function adoptThread(detail) {
  const row = detail.row;
  place(row);
  const known = store.threads.get(row.id);
  const thread = {
    ...detail, events: detail.events || known?.events || [], statesFor: row.state, seq: row.seq, windowSeq: row.seq, stale: false,
    history: known?.history, beside: { ...known?.beside, ...detail.beside }, // shown until the newer is here
  };
  // Whom one writes to does not change by itself under the words.
  if (isWoven(thread)) answerIn(thread, row.id, known?.answer_in && isWoven(known) ? known.answer_in : thread.answer_in || row.id);
  store.threads.delete(row.id); // the newest is last: the first is forgotten first
  store.threads.set(row.id, thread);
  for (const id of store.threads.keys()) if (store.threads.size > KEPT && id !== store.openId) store.threads.delete(id);
  store.emit("detail", detail);
  store.emit("messages", detail.messages);
}

/** Show a conversation: at once if it is in memory, then made true. @param {number} id */
export async function open(id) {
  store.openId = id;
  const known = store.threads.get(id);
  store.opening = { phase: known ? "ready" : "loading", words: "" };
  store.emit("open", id);
  if (known && !known.stale) return fillSoon();
  try {
    const detail = await api.get(`conversations/${id}/`);
    adoptThread(detail);
    if (store.openId === id) store.opening = { phase: "ready", words: "" };
  } catch (error) {
    const fault = /** @type {Fault} */ (error);
    if (fault.status === 404) return lose(id);
    if (store.openId !== id || known) return;
    store.opening = { phase: fault.status === 403 ? "missing" : "error", words: fault.message };
  }
  if (store.openId === id) store.emit("thread", id);
}

/** A thread as it is now, where what it consists of has changed. @param {number} id */
export async function reread(id) {
  const thread = store.threads.get(id);
  if (thread) thread.stale = true;
  if (id !== store.openId) return;
  try {
    adoptThread(await api.get(`conversations/${id}/`));
    store.emit("thread", id);
  } catch {
    /* it is asked for again when it is opened */
  }
}

/** We may not see it any more: nothing of it is kept, nor shown. @param {number} id */
function lose(id) {
  store.threads.delete(id);
  store.emit("lost", id);
  if (store.openId !== id) return;
  store.opening = { phase: "missing", words: "" };
  store.emit("thread", id);
}

/** Nothing is open any more. */
export function close() {
  store.openId = null;
  store.opening = { phase: "none", words: "" };
  store.emit("open", null);
}

const fillSoon = afterPaint(() => store.openId !== null && fill(store.openId));

/** Ask for what we missed. @param {number} id */
export async function fill(id) {
  const thread = store.threads.get(id);
  if (!thread) return;
  try {
    const news = await api.get(`conversations/${id}/events/?after=${thread.seq}`);
    // Where nothing happened nothing is told: every listener would look at all it shows.
    if (JSON.stringify(news.row) !== JSON.stringify(store.rows.get(id))) place(news.row);
    if (news.events.length || news.messages.length) merge(id, news.messages, news.events, news.last_seq);
    if (news.events.some((/** @type {Event} */ event) => WEAVES.has(event.kind))) reread(id);
  } catch (error) {
    thread.stale = true;
    if (/** @type {Fault} */ (error).status === 404) lose(id);
  }
}

/** Earlier messages; with `to`, as far as that seq (of that strand), if it is not too far. @param {number} id @param {number} [to] @param {number} [strand] */
export async function older(id, to = 0, strand = 0) {
  const thread = store.threads.get(id);
  if (!thread?.more || !thread.messages.length) return;
  const [first] = thread.messages;
  const from = isWoven(thread) ? `past=${first.id}` : `before=${first.seq}`;
  const page = await api.get(`conversations/${id}/messages/?${from}${to ? `&to=${to}` : ""}${strand ? `&of=${strand}` : ""}`);
  thread.more = page.more;
  merge(id, page.messages, page.events || [], thread.seq);
}

/** Take new or changed messages into a conversation. @param {number} id @param {Message[]} messages @param {Event[]} [events] @param {number} [seq] */
export function merge(id, messages, events = [], seq = 0) {
  const thread = store.threads.get(id);
  if (!thread) return;
  const byId = new Map(thread.messages.map((message) => [message.id, message]));
  for (const message of messages) byId.set(message.id, message);
  thread.messages = [...byId.values()].sort(order(thread));
  const bySeq = new Map(thread.events.map((event) => [event.seq, event]));
  for (const event of events) bySeq.set(event.seq, event);
  thread.events = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  thread.seq = Math.max(thread.seq, seq);
  store.emit("messages", messages);
  store.emit("thread", id);
}

/** A conversation frame of the socket. @param {any} frame */
export function arrive(frame) {
  const thread = store.threads.get(frame.id);
  const known = store.rows.get(frame.id)?.seq ?? -1;
  const begins = frame.events.some((/** @type {Event} */ event) => event.kind === "conversation_started");
  if (frame.seq >= known) place(frame.row, begins);
  if (frame.messages.some((/** @type {Message} */ message) => message.direction === "in")) store.typing.delete(frame.id);
  if (!thread || frame.seq <= thread.seq) return;
  if (frame.seq > thread.seq + frame.events.length) {
    if (frame.id === store.openId) fill(frame.id);
    else thread.stale = true;
    return;
  }
  merge(frame.id, frame.messages, frame.events, frame.seq);
  if (turned(frame.messages) || frame.events.some((/** @type {Event} */ event) => WEAVES.has(event.kind))) reread(frame.id);
}

/** How far each conversation was said to be read. @type {Map<number, number>} */
const read = new Map();

/** The agent sees the open conversation: say so, once per seq; a refusal waits for the next event. @param {number} id */
export async function markRead(id) {
  const row = store.rows.get(id);
  if (!row?.unread || (read.get(id) ?? -1) >= row.seq) return;
  read.set(id, row.seq);
  store.rows.set(id, { ...row, unread: 0 });
  store.emit("rows");
  try {
    await api.post(`conversations/${id}/read/`, { seq: row.seq });
  } catch {
    const after = store.rows.get(id) || row;
    store.rows.set(id, { ...after, unread: Math.max(after.unread, row.unread) });
  }
}
