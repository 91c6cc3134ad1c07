/**
 * Who else has a conversation before them, who writes in it, and what a colleague answered while
 * I was writing. Frames bring it; all of it may be lost and comes back within seconds.
 */
import { store } from "./store.js";

/** @typedef {import("./types.js").Agent} Agent */
/** @typedef {import("./types.js").Message} Message */

const EVERY = 3000;
const LASTS = 6000;
/** By conversation. @type {Map<number, Agent[]>} */
const here = new Map();
/** By conversation and agent. @type {Map<number, Map<number, {agent: Agent, until: number}>>} */
const writers = new Map();
/** How far I had seen each conversation when I began to write in it. @type {Map<number, number>} */
const began = new Map();
/** What I look at without being seen. @type {Set<number>} */
const silent = new Set();
let said = 0;

const changed = (/** @type {number} */ id) => store.emit("company", id);

/** Colleagues who look at it too. @param {number} id */
export const others = (id) => (here.get(id) || []).filter((agent) => agent.id !== store.agent.id);

/** Colleagues who are writing to the customer now. @param {number} id @returns {Agent[]} */
export const writing = (id) =>
  [...(writers.get(id)?.values() || [])].filter((one) => one.until > Date.now()).map((one) => one.agent);

/** @param {number} id */
export const isSilent = (id) => silent.has(id);

/** Look at the open conversation unseen, or be seen again. @param {boolean} on */
export function lookSilently(on) {
  const id = store.openId;
  if (id === null) return;
  if (on) silent.add(id);
  else silent.delete(id);
  tell();
  changed(id);
}

/** A `viewing` frame. @param {{conversation: number, here: Agent[]}} frame */
export function viewed(frame) {
  here.set(frame.conversation, frame.here);
  const there = new Set(frame.here.map((agent) => agent.id));
  for (const id of writers.get(frame.conversation)?.keys() || []) if (!there.has(id)) writers.get(frame.conversation)?.delete(id);
  changed(frame.conversation);
}

/** A colleague's `typing` frame. @param {{conversation: number, agent: Agent, on: boolean}} frame */
export function wrote({ conversation, agent, on }) {
  if (agent.id === store.agent.id) return;
  const known = writers.get(conversation) || new Map();
  writers.set(conversation, known);
  if (on) known.set(agent.id, { agent, until: Date.now() + LASTS });
  else known.delete(agent.id);
  if (on) setTimeout(() => changed(conversation), LASTS + 50);
  changed(conversation);
}

/** Answers of colleagues that came since I began to write. @param {number} id @returns {Message[]} */
export function meanwhile(id) {
  const from = began.get(id);
  if (from === undefined) return [];
  return (store.threads.get(id)?.messages || []).filter((one) =>
    one.seq > from && one.direction === "out" && !one.internal && !one.line && one.author && one.author.id !== store.agent.id);
}

/** How far I had seen it when I wrote: the server refuses what a newer answer has overtaken. @param {number} id */
export const seenSeq = (id) => began.get(id) ?? store.threads.get(id)?.seq ?? null;

/** I have read what came; or I have sent. @param {number} id */
export function caughtUp(id) {
  began.delete(id);
  if (draft()) begin(id);
  changed(id);
}

/** @param {number} id */
function begin(id) {
  const seq = store.threads.get(id)?.seq;
  if (!began.has(id) && seq !== undefined) began.set(id, seq);
}

/** The words of an answer that stand in the composer. */
function draft() {
  const box = document.querySelector("composer-box");
  const area = /** @type {HTMLTextAreaElement|null} */ (box?.querySelector("textarea.text"));
  const aside = box?.classList.contains("note") || box?.classList.contains("ask");
  return aside ? "" : area?.value.trim() || "";
}

/** @param {Event} event */
function typed(event) {
  const id = store.openId;
  if (id === null || !(/** @type {Element} */ (event.target).closest("composer-box textarea.text"))) return;
  if (!draft()) {
    began.delete(id);
    stop(id);
    changed(id);
    return;
  }
  begin(id);
  if (Date.now() - said < EVERY) return;
  said = Date.now();
  store.emit("say", { type: "writing", conversation: id, on: true });
}

/** @param {number} id */
function stop(id) {
  if (said) store.emit("say", { type: "writing", conversation: id, on: false });
  said = 0;
}

/** Which conversation this tab shows. */
function tell() {
  const id = document.hidden ? null : store.openId;
  store.emit("say", { type: "viewing", conversation: id, silent: id !== null && silent.has(id) });
}

export function startCompany() {
  if (new URLSearchParams(location.search).has("silent") && store.openId !== null) silent.add(store.openId);
  document.addEventListener("input", typed);
  document.addEventListener("visibilitychange", tell);
  store.on("open", (id) => {
    said = 0;
    if (id !== null) began.delete(id);
    tell();
  });
  store.on("thread", (id) => {
    if (id === store.openId && draft()) begin(id); // words of an earlier day: what is shown now is known
    changed(id);
  });
  store.on("outbox", (id) => {
    if (id !== store.openId || draft()) return;
    stop(id);
    began.delete(id);
    changed(id);
  });
  store.on("link", () => store.link === "up" && tell());
}
