/** How long the provider lets us write freely, and what an agent chose to do after that. */
import { now } from "./clock.js";
import { store } from "./store.js";

const SOON = 2 * 3600_000; // a day's window warns at 22 hours

/** @typedef {{phase: "none"|"open"|"soon"|"tag"|"closed", after: string, left: number}} Phase left: ms to the end of the phase */

/** Conversations in which the agent writes after the window by choice. @type {Set<number>} */
const chosen = new Set();

/** The end of a span that the customer's newest message began. @param {string|null} told @param {number} seconds */
function end(told, seconds) {
  const { thread } = store;
  const way = thread?.via;
  const last = thread?.messages.findLast((one) => one.direction === "in" && one.provider === way?.provider && one.channel === way?.channel);
  const mine = last && seconds ? new Date(last.at).getTime() + seconds * 1000 : 0;
  const theirs = told ? new Date(told).getTime() : 0;
  // What came after the page was made moves the end on; the server knows older ones better.
  const fresh = last && thread && last.seq > (thread.windowSeq ?? 0);
  return fresh ? Math.max(mine, theirs) : theirs;
}

/** Where the open conversation stands. @returns {Phase} */
export function phase() {
  const facts = store.thread?.window;
  if (!facts) return { phase: "none", after: "", left: 0 };
  const left = end(facts.until, facts.seconds) - now();
  if (left > 0) return { phase: left < SOON ? "soon" : "open", after: facts.after, left };
  const tag = facts.after === "tag" ? end(facts.tag_until, facts.tag_seconds) - now() : 0;
  return { phase: tag > 0 ? "tag" : "closed", after: facts.after, left: Math.max(tag, 0) };
}

/** Whether own words may leave now. @param {number} id */
export function writable(id) {
  const found = phase().phase;
  return found !== "closed" && (found !== "tag" || chosen.has(id));
}

/** The agent writes after the window, or not. @param {number} id @param {boolean} on */
export function choose(id, on) {
  if (on) chosen.add(id);
  else chosen.delete(id);
  store.emit("thread", id);
}

/** What goes with a message because of it. @param {number} id */
export const choiceOf = (id) => (chosen.has(id) && phase().phase === "tag" ? { tagged: true } : {});
