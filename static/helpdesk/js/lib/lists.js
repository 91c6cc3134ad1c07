/** The lists of the inbox: loading by pages, and keeping them true while rows change. */
import { api } from "./api.js";
import { debounce } from "./dom.js";
import { late } from "./due.js";
import { store } from "./store.js";
import { isAsked, savedView } from "./views.js";

/** @typedef {import("./types.js").Row} Row */

const ACTIVE = new Set(["new", "open", "pending", "on_hold", "snoozed"]);

/** @param {Row} row */
export const active = (row) => ACTIVE.has(row.state);
/** A live chat in which the customer waits for us. @param {Row} row */
export const waitsLive = (row) => row.channel === "chat" && !!row.waiting_since && active(row);
/** @param {Row} row */
export const mine = (row) => row.assignee?.id === store.agent.id;

/** @type {Record<string, (row: Row) => boolean>} */
const BELONGS = {
  mine: (row) => active(row) && mine(row),
  unassigned: (row) => active(row) && !row.assignee,
  late: (row) => active(row) && late(row),
  snoozed: (row) => row.state === "snoozed",
  live: (row) => active(row) && row.channel === "chat",
  all: active,
  resolved: (row) => row.state === "resolved" || row.state === "closed",
};

/** Newest first. @param {Row} a @param {Row} b */
const newest = (a, b) => (b.last_message_at || "").localeCompare(a.last_message_at || "") || b.id - a.id;

/** @param {(row: Row) => string|null|undefined} at */
const soonest = (at) => (/** @type {Row} */ a, /** @type {Row} */ b) => (at(a) || "~").localeCompare(at(b) || "~") || a.id - b.id;

/** The orders of saved views. @type {Record<string, (a: Row, b: Row) => number>} */
const ORDERS = {
  waiting: soonest((row) => row.waiting_since),
  due: soonest((row) => row.promised_at),
  created: (a, b) => (b.created_at || "").localeCompare(a.created_at || "") || b.id - a.id,
};

/** A view's rows in order: who waits live longest, then the rest. @param {string} view */
export function sorted(view) {
  const rows = store.list(view).ids.map((id) => store.rows.get(id)).filter((row) => row !== undefined);
  const waiting = rows.filter(waitsLive);
  return {
    waiting: waiting.sort((a, b) => String(a.waiting_since).localeCompare(String(b.waiting_since))),
    rest: rows.filter((row) => !waitsLive(row)).sort(ORDERS[savedView(view)?.order || ""] || newest),
  };
}

/** My live chats, oldest first, so that Alt+1 stays where it was. */
export function liveChats() {
  return [...store.rows.values()].filter((row) => BELONGS.live(row) && mine(row)).sort((a, b) => a.id - b.id);
}

/** How many customers wait for me now, over all channels. */
export const waitingForMe = () => [...store.rows.values()].filter((row) => BELONGS.mine(row) && row.waiting_since).length;

/**
 * Load a view's first page, or its next one.
 * @param {string} view @param {{more?: boolean}} [options]
 */
export async function load(view, { more = false } = {}) {
  const list = store.list(view);
  if (more && (!list.next || list.more)) return;
  if (more) list.more = true;
  else if (list.phase !== "ready") list.phase = "loading";
  list.error = "";
  store.emit("rows");
  try {
    const page = await api.get(`conversations/?view=${view}${more ? `&cursor=${encodeURIComponent(list.next || "")}` : ""}`);
    adopt(view, page.results, page.next, more);
  } catch (error) {
    list.more = false;
    if (list.phase !== "ready") list.phase = "error";
    list.error = /** @type {Error} */ (error).message;
  }
  store.emit("rows");
}

/** Take a page of rows as the server gave it. @param {string} view @param {Row[]} rows @param {string|null} next @param {boolean} [more] */
export function adopt(view, rows, next, more = false) {
  const list = store.list(view);
  for (const row of rows) if ((store.rows.get(row.id)?.seq ?? -1) <= row.seq) store.rows.set(row.id, row);
  const ids = rows.map((row) => row.id);
  list.ids = more ? [...new Set([...list.ids, ...ids])] : ids;
  list.next = next;
  list.phase = "ready";
  list.more = false;
  for (const row of rows) if (late(row)) overdue.add(row.id);
}

/** Rows of which we know that they are late: time alone makes others so. @type {Set<number>} */
const overdue = new Set();

setInterval(() => {
  const fresh = [...store.rows.values()].filter((row) => BELONGS.late(row) && !overdue.has(row.id));
  for (const row of fresh) overdue.add(row.id);
  if (!fresh.length) return;
  const list = store.list("late");
  if (list.phase === "ready") list.ids.push(...fresh.map((row) => row.id).filter((id) => !list.ids.includes(id)));
  store.emit("rows");
  recount();
}, 5000);

/** Only the server can tell whether a row belongs to a saved view: it is asked at most once a second. */
let asked = 0;
let planned = false;
function askSoon() {
  if (planned || !isAsked(store.view)) return;
  planned = true;
  setTimeout(() => {
    planned = false;
    asked = Date.now();
    if (isAsked(store.view)) load(store.view);
  }, Math.max(0, asked + 1000 - Date.now()));
}

/** A row came or changed: put it where it belongs, out of where it does not, and keep the counts. @param {Row} row @param {boolean} isNew */
export function place(row, isNew = false) {
  const before = store.rows.get(row.id);
  if (before && before.seq > row.seq) return;
  store.rows.set(row.id, row);
  for (const [view, belongs] of Object.entries(BELONGS)) {
    const list = store.lists.get(view);
    const fits = belongs(row);
    if (list?.phase === "ready") {
      const at = list.ids.indexOf(row.id);
      if (fits && at < 0) list.ids.push(row.id);
      if (!fits && at >= 0) list.ids.splice(at, 1);
    }
    const was = before ? belongs(before) : isNew ? false : null;
    if (was === null) recount();
    else if (was !== fits) count(view, fits ? 1 : -1);
  }
  askSoon();
  store.emit("rows");
}

/** @param {string} view @param {number} step */
function count(view, step) {
  const n = store.counts[view];
  if (typeof n !== "number") return;
  store.counts[view] = Math.max(0, n + step);
  store.emit("counts");
}

/** Ask for the counts anew; only when a change cannot be told from what we know. */
export const recount = debounce(async () => {
  try {
    store.counts = { ...store.counts, ...(await api.get("conversations/counts/")) };
    store.emit("counts");
  } catch {
    /* the next change asks again */
  }
}, 1500 + Math.random() * 1500);

/** Show another view. @param {string} view */
export function show(view) {
  store.view = view;
  store.emit("rows");
  load(view);
}
