/** What stands beside a conversation, kept true: frames bring where he is, events make us ask anew. */
import { api } from "./api.js";
import { store } from "./store.js";

const TELLING = new Set(["lead_captured", "lead_changed", "order_recorded", "customer_answered", "rated"]);
/** The newest event that each conversation's panel knows. @type {Map<number, number>} */
const known = new Map();

/** A `context` frame: what the customer does now. @param {any} frame */
export function follow(frame) {
  const id = frame.conversation;
  const thread = store.threads.get(id);
  if (!thread) return;
  thread.beside = { ...thread.beside, context: frame.context || {} };
  store.emit("beside", id);
}

/** Ask for leads, orders, answers and the rating anew. @param {number} id */
export async function refresh(id) {
  try {
    const beside = await api.get(`conversations/${id}/beside/`);
    const thread = store.threads.get(id);
    if (thread) thread.beside = beside;
    store.emit("beside", id);
  } catch {
    /* what was shown stays; the next event or opening asks again */
  }
}

/** The seq of the newest event that changes what stands beside. @param {import("./types.js").Thread} thread */
const newest = (thread) => Math.max(0, ...thread.events.filter((event) => TELLING.has(event.kind)).map((event) => event.seq));

store.on(["open", "thread"], (id) => {
  const thread = id === store.openId ? store.thread : undefined;
  if (!thread) return;
  const seq = newest(thread);
  if (known.has(id) && seq > (known.get(id) ?? 0)) refresh(id);
  known.set(id, seq);
});

// Frames were lost while the line was cut.
store.on("link", () => store.link === "up" && store.openId !== null && refresh(store.openId));
