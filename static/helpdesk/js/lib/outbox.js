/**
 * What the agent sent and the server has not confirmed. Kept in localStorage under the sender's
 * own id, so that a reload or a dead network loses nothing and a resend makes no second message.
 */
import { api, Fault } from "./api.js";
import { seenSeq } from "./company.js";
import { t } from "./i18n.js";
import { forget, letterOf } from "./letters.js";
import { merge } from "./threads.js";
import { store } from "./store.js";
import { answersOf } from "./replying.js";
import { choiceOf } from "./window.js";

/** @typedef {import("./types.js").Parcel} Parcel */

const KEY = `parley.outbox.${store.agent.id}`;
/** @type {Parcel[]} */
let parcels = read();
/** @type {Set<number>} */
const busy = new Set();
let tries = 0;

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY) || "[]");
  } catch {
    return [];
  }
}

/** Whether storage holds what we wrote last. */
function readable() {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

/** Every change starts from what is stored, so that two tabs do not undo each other. @param {(all: Parcel[]) => Parcel[]} change */
function write(change) {
  const before = parcels;
  parcels = change(readable() ? read() : before);
  try {
    localStorage.setItem(KEY, JSON.stringify(parcels));
  } catch {
    /* storage is full or blocked: it still lives as long as the tab */
  }
  for (const id of new Set([...before, ...parcels].map((parcel) => parcel.conversation))) store.emit("outbox", id);
}

/** What waits for a conversation, in the order of writing. @param {number} id */
export const waiting = (id) => parcels.filter((parcel) => parcel.conversation === id);
/** How many wait for the connection. */
export const waitingAll = () => parcels.filter((parcel) => parcel.phase === "waiting").length;

/** @param {Omit<Parcel, "client_id"|"at"|"phase"|"error">} parcel */
export function send(parcel) {
  const whole = /** @type {Parcel} */ ({
    ...parcel, client_id: crypto.randomUUID(), at: new Date().toISOString(), phase: "waiting", error: "",
    ...(parcel.internal ? {} : { seen_seq: seenSeq(parcel.conversation), ...letterOf(parcel.conversation), ...choiceOf(parcel.conversation), ...answersOf(parcel.conversation) }),
  });
  if (!parcel.internal) forget(parcel.conversation);
  write((all) => [...all, whole]);
  work(parcel.conversation);
}

/** @param {string} clientId @param {Partial<Parcel>} fields */
const mark = (clientId, fields) =>
  write((all) => all.map((parcel) => (parcel.client_id === clientId ? { ...parcel, ...fields } : parcel)));

/** @param {string} clientId */
export const drop = (clientId) => write((all) => all.filter((parcel) => parcel.client_id !== clientId));

/** @param {string} clientId */
export function again(clientId) {
  const overtaken = parcels.find((one) => one.client_id === clientId)?.cause === "answered_meanwhile";
  mark(clientId, { phase: "waiting", error: "", cause: "", ...(overtaken ? { force: true } : {}) });
  flush();
}

/** Send what waits, one after the other per conversation. */
export function flush() {
  for (const id of new Set(parcels.map((parcel) => parcel.conversation))) work(id);
}

/** @param {number} id */
async function work(id) {
  if (busy.has(id)) return;
  busy.add(id);
  try {
    for (let next = head(id); next; next = head(id)) if (!(await post(next))) break;
  } finally {
    busy.delete(id);
  }
}

/** @param {number} id */
const head = (id) => waiting(id).find((parcel) => parcel.phase === "waiting");

/** Which paper it is, and whom it is for. @param {Parcel} parcel */
const paperOf = ({ paper = "note", to = [], mentions = [], re = null, help = false }) => ({ paper, to, mentions, re, help });

/** A refusal tells no reason: whether it is that we are signed out. */
async function signedOut() {
  try {
    await api.get("preferences/");
    return false;
  } catch (error) {
    return [401, 403].includes(/** @type {Fault} */ (error).status);
  }
}

/** @param {Parcel} parcel @returns {Promise<boolean>} whether to go on with the next */
async function post(parcel) {
  try {
    const message = await api.post(`conversations/${parcel.strand || parcel.conversation}/messages/`, {
      client_id: parcel.client_id, body: parcel.body, internal: parcel.internal,
      attachments: parcel.files.map((file) => file.id), then: parcel.then,
      ...(parcel.letter ? { letter: parcel.letter } : {}),
      ...(parcel.approved ? { approved: parcel.approved } : {}), ...(parcel.tagged ? { tagged: true } : {}), ...(parcel.answering ? { answering: parcel.answering } : {}),
      ...(parcel.templates?.length ? { templates: parcel.templates } : {}),
      ...(parcel.internal ? paperOf(parcel) : { card: parcel.card || null, quick: parcel.quick || [], seen_seq: parcel.seen_seq ?? null, force: !!parcel.force }),
    });
    tries = 0;
    merge(parcel.conversation, [message]);
    drop(parcel.client_id);
    return true;
  } catch (error) {
    const fault = /** @type {Fault} */ (error);
    if (fault.passing || fault.signedOut) {
      tries += 1;
      setTimeout(flush, Math.min(30_000, 1000 * 2 ** tries) * (0.5 + Math.random() / 2));
      return false;
    }
    if (fault.status === 403 && (await signedOut())) return false; // it goes on when we are back
    if (fault.data.code === "answered_meanwhile") merge(parcel.conversation, fault.data.messages);
    mark(parcel.client_id, { phase: "failed", cause: fault.data.code || "", error: fault.status === 403 ? t("fault.forbidden") : fault.message });
    return true;
  }
}

// The socket may bring the message before the answer does, or to another tab.
store.on("messages", (messages) => {
  const ids = new Set(messages.map((/** @type {any} */ message) => message.client_id));
  if (parcels.some((parcel) => ids.has(parcel.client_id))) write((all) => all.filter((parcel) => !ids.has(parcel.client_id)));
});
addEventListener("storage", (event) => {
  if (event.key !== KEY) return;
  const ids = new Set([...parcels, ...read()].map((parcel) => parcel.conversation));
  parcels = read();
  for (const id of ids) store.emit("outbox", id);
});
