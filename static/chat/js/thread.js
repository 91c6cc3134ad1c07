/** @file The list of messages: days, turns, bubbles. Only what changed is touched, so that
 * nothing flickers, a selection survives and the reader's place is kept. */
import { bubble } from "./bubble.js";
import { byId, dayOf, el, say } from "./kit.js";
import { dequeue, mark as remark, unsent } from "./queue.js";
import { flush } from "./session.js";
import { confirmed, finished, history, talk } from "./talk.js";

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
      same: joins(message, all[index - 1]),
      last: !next || !joins(next, message) || fate === "failed" || fateOf(next) !== fate && next.direction === "in",
    };
    const key = message.client_id || message.id;
    list.push({ key, looks: JSON.stringify([place, message.seq || 0]), make: () => bubble(message, place, rescue(key)) });
  }
  if (all.length && finished()) list.push({ key: "end", looks: "", make: () => el("p", { class: "sys" }, say("finished")) });
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
  if (first || !fresh.length) return false;
  byId("voice").textContent = fresh.map((message) => `${message.author?.name || ""}: ${message.body}`).join(" ");
  return true;
}

function drawTyping() {
  const box = byId("typing");
  const person = talk.agent;
  box.hidden = !talk.typing;
  if (person) {
    box.firstElementChild.textContent = person.initials;
    box.firstElementChild.style.setProperty("--hue", String(person.hue));
  }
  box.setAttribute("aria-label", talk.typing ? say("typing", { name: talk.typing }) : "");
}

/** A first sign of life: the text is here, and when a person will look. */
function drawKept() {
  const all = history();
  const last = all.at(-1);
  const alone = last && last.direction === "in" && !all.some((message) => message.direction === "out");
  byId("kept").hidden = !alone || finished() || unsent().length > 0;
  byId("kept").textContent = talk.online ? say("kept") : say("keptAway");
}

export function draw() {
  const stick = nearEnd();
  const list = wanted();
  const mine = list.length - history().filter((message) => message.direction === "out").length;
  reconcile(list);
  drawTyping();
  drawKept();
  byId("hello").hidden = list.length > 0;
  const spoke = announce();
  if (stick || mine > mineCount) toEnd();
  else if (spoke) newer.hidden = false;
  mineCount = mine;
}

/** Is the newest answer before the reader's eyes? */
export function atEnd() {
  return nearEnd();
}

newer.addEventListener("click", toEnd);
log.addEventListener("scroll", () => nearEnd() && (newer.hidden = true), { passive: true });
