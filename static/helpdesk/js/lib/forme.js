/** What waits for my eye: mentions and asks unread, tasks that are due, conversations I watch. */
import { api } from "./api.js";
import { ring } from "./bell.js";
import { call } from "./calls.js";
import { isSilent } from "./company.js";
import { t } from "./i18n.js";
import { load, place, recount } from "./lists.js";
import { goConversation } from "./router.js";
import { say } from "./say.js";
import { store } from "./store.js";
import { toast } from "./toast.js";

/** @typedef {{conversation: number, customer: {name: string}, by: import("./types.js").Agent|null, paper: string, answer: boolean, preview: string}} Mention */
/** @typedef {{id: number, conversation: number, text: string, due_at: string, customer: {name: string}}} Due */

/** @type {{mentions: Mention[], tasks: Due[], watching: import("./types.js").Row[], proposals: number}} */
export const forMe = { mentions: [], tasks: [], watching: [], proposals: 0 };
/** How often it changed: an answer that was asked for before the last change is older than it. */
let told = 0;
const changed = () => {
  told += 1;
  store.emit("forme");
};

/** How many conversations call me. */
export const calling = () => new Set([...forMe.mentions, ...forMe.tasks].map((one) => one.conversation)).size;

/** @param {number} id */
export const watching = (id) => forMe.watching.some((row) => row.id === id);

/** In words, who wants what. @param {Mention} one */
export function words(one) {
  const key = one.paper === "note" ? "mention.note" : one.paper === "whisper" ? "mention.whisper" : one.answer ? "mention.answer" : "mention.ask";
  return t(key, { name: one.by?.name.split(" ")[0] || "" });
}

/** A `mention` frame. @param {any} frame */
export function mentioned(frame) {
  forMe.mentions = [{ ...frame, customer: frame.row.customer }, ...forMe.mentions];
  changed();
  relist();
  if (look(true)) return;
  const said = words(forMe.mentions[0]);
  call("mentioned", said, frame.conversation);
  say(said);
  toast(`${said}: ${frame.preview}`, { word: t("mention.open"), act: () => goConversation(frame.conversation), lasts: 12_000 });
}

/** In another tab, or here. @param {{conversation: number}} frame */
export function mentionsRead({ conversation }) {
  forMe.mentions = forMe.mentions.filter((one) => one.conversation !== conversation);
  changed();
  relist();
}

/** The view of mentions, and how many it holds. */
function relist() {
  recount();
  if (store.view === "mentions") load("mentions");
}

/** A `task` frame: something is due. @param {any} frame */
export function due(frame) {
  const said = t("task.due", { text: frame.text });
  ring("alarm", said);
  say(said);
  toast(said, { word: t("mention.open"), act: () => goConversation(frame.conversation), lasts: 15_000 });
  recall();
}

/** @param {number} id @param {boolean} on */
export async function watch(id, on) {
  try {
    const row = await api.post(`conversations/${id}/watch/`, { on });
    forMe.watching = [...(on ? [row] : []), ...forMe.watching.filter((one) => one.id !== id)];
    changed();
    toast(t(on ? "watch.on" : "watch.off"));
  } catch (error) {
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
  }
}

export async function recall() {
  const before = told;
  try {
    const found = await api.get("for-me/");
    if (told !== before) return void recall();
    for (const row of found.watching) place(row);
    Object.assign(forMe, found);
    changed();
  } catch {
    /* the next connection asks again */
  }
}

/** What calls me in the open conversation is read. @param {boolean} [now] @returns {boolean} whether it is before me */
function look(now = false) {
  const id = store.openId;
  const row = store.row;
  if (id === null || !row || document.hidden || store.opening.phase !== "ready") return false;
  if (!forMe.mentions.some((one) => one.conversation === id)) return false;
  if (now && forMe.mentions[0].conversation !== id) return false;
  mentionsRead({ conversation: id });
  if (!isSilent(id)) api.post(`conversations/${id}/read/`, { seq: row.seq }).catch(recall);
  return true;
}

/** A conversation that I watch and do not have before me: new words of the customer are told. @param {any} frame */
export function watched(frame) {
  const index = forMe.watching.findIndex((row) => row.id === frame.id);
  if (index < 0) return;
  forMe.watching = forMe.watching.with(index, frame.row);
  changed();
  if (frame.id === store.openId && !document.hidden) return;
  const fresh = frame.messages.find((/** @type {any} */ one) => one.direction === "in");
  const known = store.threads.get(frame.id)?.messages.some((one) => one.id === fresh?.id);
  if (!fresh || known) return;
  const said = t("watch.news", { name: frame.row.customer.name });
  say(said);
  toast(said, { word: t("mention.open"), act: () => goConversation(frame.id) });
}

export function startForMe() {
  store.on(["open", "thread"], () => look());
  document.addEventListener("visibilitychange", () => look());
  look();
}
