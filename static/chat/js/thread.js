/** @file The list of messages: days, turns, bubbles. Only what changed is touched, so that
 * nothing flickers, a selection survives and the reader's place is kept. */
import { bubble } from "./bubble.js";
import { byId, dayOf, el, face, say } from "./kit.js";
import { part, parts } from "./later.js";
import { dequeue, mark as remark, unsent } from "./queue.js";
import { flush } from "./session.js";
import { confirmed, finished, history, talk } from "./talk.js";
import { murmur } from "./views.js";

/** @typedef {import("./kit.js").Message} Message */
/** @typedef {{key: string, looks: string, make: () => HTMLElement}} Wanted */

const TURN = 5 * 60_000;
const log = byId("log");
const rows = byId("rows");
const newer = byId("newer");
let spoken = 0;
let mineCount = 0;

/** @param {import("./queue.js").Unsent} item @returns {Message} */
function unconfirmed(item) {
  return { ...item, id: "", seq: 0, client_id: item.cid, direction: "in", author: null, pending: true };
}

/** @returns {Message[]} */
function messages() {
  const waiting = unsent().filter((item) => !confirmed(item.cid));
  return [
    ...history(),
    ...waiting.map((item) => unconfirmed(item)),
  ];
}

/** @param {Message} message */
function fateOf(message) {
  if (message.failed) return "failed";
  if (message.pending) return talk.line === "down" ? "waiting" : "pending";
  if (message.direction === "out") return "";
  return message.seq <= talk.seenSeq ? "seen" : "sent";
}

/** @param {Message} message @param {Message | undefined} before */
function joins(message, before) {
  return before !== undefined && before.direction === message.direction && before.author?.name === message.author?.name
    && dayOf(before.at) === dayOf(message.at) && Date.parse(message.at) - Date.parse(before.at) < TURN;
}

/** @param {string} cid */
const rescue = (cid) => ({
  cid,
  onRetry() { remark(cid, ""); flush(); draw(); },
  onRemove() { dequeue(cid); draw(); },
});

/** What should stand in the list: a key, a signature of its looks, and how to make it. */
function wanted() {
  const all = messages();
  /** @type {Wanted[]} */
  const list = [];
  let day = "";
  for (const [index, message] of all.entries()) {
    const today = dayOf(message.at);
    if (today !== day) {
      list.push({ key: `day ${today}`, looks: "", make: () => el("p", { class: "sys day" }, today) });
      day = today;
    }
    const next = all[index + 1];
    const fate = fateOf(message);
    const place = {
      fate,
      asks: !next && Boolean(message.quick?.length),
      same: joins(message, all[index - 1]),
      last: !next || !joins(next, message) || fate === "failed" || fateOf(next) !== fate && next.direction === "in",
    };
    const key = message.client_id || message.id;
    const rich = message.card || message.attachments.length > 0 || place.asks;
    if (rich && !parts.more) part("more").then(draw, () => {});
    const looks = JSON.stringify([place, message.seq || 0, Boolean(rich && parts.more), message.failed]);
    list.push({ key, looks, make: () => bubble(message, place, rescue(key), rich && parts.more) });
  }
  return list;
}

/** @param {Wanted[]} list */
function reconcile(list) {
  const there = new Map([...rows.children].map((node) => [node.dataset.key, node]));
  let at = rows.firstElementChild;
  for (const { key, looks, make } of list) {
    let node = there.get(key);
    there.delete(key);
    if (node && node.dataset.looks !== looks) {
      const fresh = make();
      if (at === node) at = fresh;
      node.replaceWith(fresh);
      node = fresh;
    }
    node ??= make();
    Object.assign(node.dataset, { key, looks });
    if (node === at) at = at.nextElementSibling;
    else rows.insertBefore(node, at);
  }
  for (const node of there.values()) node.remove();
}

function nearEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 60;
}

export function toEnd() {
  log.scrollTop = log.scrollHeight;
  newer.hidden = true;
}

/** Screen readers hear new answers once, sender first; the list itself stays silent. */
function announce() {
  const fresh = history().filter((message) => message.direction === "out" && message.seq > spoken);
  const first = spoken === 0;
  spoken = Math.max(spoken, talk.lastSeq, ...fresh.map((message) => message.seq));
  if (first || !fresh.length) return [];
  byId("voice").textContent = fresh.map((message) => `${message.author?.name || ""}: ${message.body}`).join(" ");
  return fresh;
}

function drawTyping() {
  const box = byId("typing");
  const person = talk.agent;
  if (talk.typing && box.hidden) murmur(say("typing", { name: talk.typing }));
  box.hidden = !talk.typing;
  if (person) {
    face(box.firstElementChild, person);
  }
}

/** A first sign of life: the text is here, and who will look. In line, the place says it. */
function drawKept() {
  const all = history();
  const alone = all.length && all.every((message) => message.direction === "in");
  byId("kept").hidden = !alone || finished() || unsent().length > 0 || talk.service?.queue;
  byId("kept").textContent = talk.agent ? say("reads", { name: talk.agent.name }) : say(talk.online ? "kept" : "keptAway");
}

/** @returns {Message[]} the answers that are new since the last time */
export function draw() {
  const stick = nearEnd();
  const list = wanted();
  const mine = list.length - history().filter((message) => message.direction === "out").length;
  reconcile(list);
  drawTyping();
  drawKept();
  byId("hello").hidden = list.length > 0;
  const fresh = announce();
  if (stick || mine > mineCount) toEnd();
  else if (fresh.length) newer.hidden = false;
  mineCount = mine;
  return fresh;
}

/** Is the newest answer before the reader's eyes? */
export function atEnd() {
  return nearEnd();
}

newer.addEventListener("click", toEnd);
let stuck = true;
log.addEventListener("scroll", () => {
  stuck = nearEnd();
  if (stuck) newer.hidden = true;
}, { passive: true });
/* a bar over the log, a phone's keyboard, a card that came: who was at the end stays there */
const watch = new ResizeObserver(() => stuck && toEnd());
for (const node of [log, rows, byId("after")]) watch.observe(node);
