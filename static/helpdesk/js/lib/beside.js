/** What stands beside a conversation, kept true: frames bring where he is, events make us ask anew. */
import { api } from "./api.js";
import { store } from "./store.js";

const PERSONAL = new Set(["customer_changed", "customer_merged", "customer_unmerged", "customer_recognised"]);
const TELLING = new Set(["lead_captured", "lead_changed", "order_recorded", "customer_answered", "rated", "note_added", "task_changed", ...PERSONAL]);
const SHORT = 8;
/** The newest question about each conversation that has no answer yet. @type {Map<number, symbol>} */
const asked = new Map();
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

/** Who the customer is now. @param {number} id */
export async function know(id) {
  try {
    const customer = await api.get(`customers/${store.rows.get(id)?.customer.id}/`);
    adoptCustomer(id, customer);
  } catch {
    /* the next event or opening asks again */
  }
}

/** @param {number} id @param {any} customer as the API gives it */
export function adoptCustomer(id, customer) {
  const thread = store.threads.get(id);
  if (thread) thread.customer = { ...customer, identities: customer.identities.filter((/** @type {any} */ one) => one.kind !== "visitor") };
  store.emit("thread", id);
}

/** Ask anew for promises, leads, orders, the rating and the first lines of the one timeline. @param {number} id */
export async function refresh(id) {
  const who = store.rows.get(id)?.customer.id;
  const mine = Symbol("question");
  asked.set(id, mine);
  try {
    const [beside, { results }] = await Promise.all([
      api.get(`conversations/${id}/beside/`), api.get(`customers/${who}/timeline/?size=${SHORT}`),
    ]);
    const thread = store.threads.get(id);
    if (thread && asked.get(id) === mine) Object.assign(thread, { beside, history: results });
  } catch {
    const thread = store.threads.get(id);
    if (thread) thread.history ??= null; // what was shown stays; that nothing is shown is said
  }
  if (asked.get(id) === mine) asked.delete(id);
  store.emit("beside", id);
}

/** The seq of the newest event that changes what stands beside. @param {import("./types.js").Thread} thread */
const newest = (thread) => Math.max(0, ...thread.events.filter((event) => TELLING.has(event.kind)).map((event) => event.seq));

/** Ask anew where something happened that it tells of. @param {number} id */
function look(id) {
  const thread = id === store.openId ? store.thread : undefined;
  if (!thread) return;
  const seq = newest(thread);
  const before = known.get(id);
  known.set(id, seq);
  if (before !== undefined && seq <= before && (thread.history || asked.has(id))) return;
  refresh(id);
  if (before === undefined) return;
  if (thread.events.some((event) => event.seq > before && PERSONAL.has(event.kind))) know(id);
}

store.on("thread", look);
store.later("open", () => store.openId !== null && look(store.openId));

// Frames were lost while the line was cut.
store.on("link", () => store.link === "up" && store.openId !== null && refresh(store.openId));
