/** What the router asks of me: offers, alarms and my wrap-ups. Pushes bring them, a cut asks anew. */
import { api } from "./api.js";
import { calm, ring } from "./bell.js";
import { boot } from "./boot.js";
import { call } from "./calls.js";
import { now } from "./clock.js";
import { t } from "./i18n.js";
import { place } from "./lists.js";
import { goConversation } from "./router.js";
import { say } from "./say.js";
import { store } from "./store.js";
import { toast } from "./toast.js";

/** @typedef {import("./types.js").Row} Row */
/**
 * `over`: words of how it ended without me, shown for a moment before it goes.
 * @typedef {{item: number, conversation: number, row: Row, expires_at: string, why?: string, busy?: boolean, over?: string}} Offer
 * @typedef {{conversation: number, row: Row, kind: string}} Call
 * @typedef {{item: number, conversation: number, expires_at: string}} WrapUp
 */

const SHOWN = 8000; // ms that the end of an offer stays to be read
/** @type {Map<number, Offer>} */
export const offers = new Map();
/** Alarms and nudges, by conversation. @type {Map<number, Call>} */
export const calls = new Map();
/** By conversation. @type {Map<number, WrapUp>} */
export const wraps = new Map();

/** Seconds until `iso` on the server's clock. @param {string} iso */
export const left = (iso) => Math.max(0, Math.ceil((new Date(iso).getTime() - now()) / 1000));

const changed = () => store.emit("offers");
/** @param {Offer} offer */
const open = (offer) => !offer.over;

/** @param {Offer} offer */
export function offered(offer) {
  const known = offers.get(offer.item);
  if (known && open(known)) return;
  offers.set(offer.item, offer);
  const words = t("offer.said", { name: offer.row.customer.name, n: left(offer.expires_at) });
  call("offered", words, offer.conversation);
  say(words);
  changed();
}

/** It is no longer mine to take: say so, then let it go. @param {number} item @param {string} words */
function end(item, words) {
  const offer = offers.get(item);
  if (!offer || !open(offer)) return;
  if (![...offers.values()].some((one) => one.item !== item && open(one))) calm();
  if (!words) offers.delete(item);
  else {
    offers.set(item, { ...offer, over: words });
    say(words);
    setTimeout(() => {
      offers.delete(item);
      changed();
    }, SHOWN);
  }
  changed();
}

/** Who has it now, or else how it went. @param {Offer} offer @param {string} how */
function ending(offer, how) {
  const owner = store.rows.get(offer.conversation)?.assignee;
  if (owner && owner.id !== store.agent.id) return t("offer.taken", { name: owner.name });
  return t(how === "missed" ? "offer.missed" : "offer.withdrawn");
}

/** @param {{item: number, how: string}} frame */
export function offerEnded({ item, how }) {
  const offer = offers.get(item);
  if (!offer) return;
  if (how === "accepted" || how === "declined") return end(item, "");
  setTimeout(() => end(item, ending(offer, how)), 150); // the row that names its new owner may be a frame behind
}

/** @param {number} item @param {"accept"|"decline"} verb */
async function answer(item, verb) {
  const offer = offers.get(item);
  if (!offer || !open(offer) || offer.busy) return;
  offers.set(item, { ...offer, busy: true });
  changed();
  try {
    const row = await api.post(`offers/${item}/${verb}/`);
    end(item, "");
    if (verb === "decline") return;
    place(row);
    goConversation(offer.conversation);
  } catch (error) {
    const fault = /** @type {import("./api.js").Fault} */ (error);
    offers.set(item, { ...offer, busy: false });
    if (fault.status === 409 || fault.status === 404) end(item, ending(offer, left(offer.expires_at) ? "withdrawn" : "missed"));
    else {
      toast(t("act.failed", { why: fault.message }), { lasts: 9000 });
      changed();
    }
  }
}

/** @param {number} item */
export const accept = (item) => answer(item, "accept");
/** @param {number} item */
export const decline = (item) => answer(item, "decline");

/** The offer that ends first. */
export const first = () => [...offers.values()].filter(open).sort((a, b) => a.expires_at.localeCompare(b.expires_at))[0];

/** A nudge to answer, or a supervisor's alarm. @param {Call & {type: string}} frame */
export function called(frame) {
  const row = frame.row || store.rows.get(frame.conversation);
  if (!row) return;
  const mine = row.assignee?.id === store.agent.id;
  const kind = frame.type === "alarm" ? "alarm" : mine ? "nudge" : "nobody";
  const offer = [...offers.values()].some((one) => one.conversation === frame.conversation && open(one));
  // My own chat is red in the strip already, and an offer has its card: one loud thing is enough.
  if (kind !== "nudge" && !offer) calls.set(frame.conversation, { conversation: frame.conversation, row, kind });
  const words = t(`call.${kind}`, { name: row.customer.name });
  if (kind === "nudge") call("late", words, frame.conversation);
  else ring("alarm", words);
  say(words);
  changed();
}

/** @param {number} conversation */
export function dismiss(conversation) {
  if (calls.delete(conversation)) changed();
}

/** @param {WrapUp} wrap */
export function finish(wrap) {
  wraps.delete(wrap.conversation);
  changed();
  return api.post(`conversations/${wrap.conversation}/finish/`);
}

/** Take the state as the server tells it. @param {{offers: Offer[], wrap_up: WrapUp[]}} work */
function adopt(work) {
  const told = new Set(work.offers.map((one) => one.item));
  for (const [item, offer] of offers) if (open(offer) && !told.has(item)) end(item, ending(offer, "withdrawn"));
  work.offers.forEach(offered);
  wraps.clear();
  for (const one of work.wrap_up) wraps.set(one.conversation, one);
  changed();
}

export async function reload() {
  try {
    adopt(await api.get("offers/"));
  } catch {
    /* the next connection asks again */
  }
}

/** A customer who was answered calls no longer. */
function follow() {
  for (const id of calls.keys()) if (!store.rows.get(id)?.waiting_since) dismiss(id);
}

export function startOffers() {
  adopt(boot.work || { offers: [], wrap_up: [] });
  store.on("rows", follow);
  setInterval(() => {
    for (const offer of offers.values()) if (open(offer) && !left(offer.expires_at)) end(offer.item, t("offer.missed"));
    for (const wrap of wraps.values()) if (!left(wrap.expires_at)) wraps.delete(wrap.conversation);
    if (offers.size || wraps.size) changed();
  }, 1000);
}
