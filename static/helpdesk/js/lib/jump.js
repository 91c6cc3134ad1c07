/** The message that one wants to see: it is fetched if need be, brought into view and marked. */
import { t } from "./i18n.js";
import { store } from "./store.js";
import { isWoven } from "./strands.js";
import { older } from "./threads.js";
import { toast } from "./toast.js";

const LASTS = 4000; // ms that the mark stays
/** strand: the merged conversation whose seq it is; 0: the thread's own. @typedef {{id: number, seq: number, strand: number}} Goal */
/** @type {Goal|null} */
let goal = null;
let fetching = false;

/** The end of an address that names a message. @param {number} seq @param {number} [strand] */
export const mark = (seq, strand = 0) => `#m${seq}${strand ? `.${strand}` : ""}`;

/** @param {number} id of the conversation @param {number} seq of the message @param {number} [strand] */
export const aim = (id, seq, strand = 0) => {
  goal = { id, seq, strand };
};

/** The message that the page's address names. @param {number} id of the open conversation */
export function aimed(id) {
  const found = /^#m(\d{1,15})(?:\.(\d{1,15}))?$/.exec(location.hash);
  if (!found) return;
  aim(id, Number(found[1]), Number(found[2] || 0));
  store.emit("thread", id);
}

/** Show it in the log that was just drawn; false while there is nothing to show. @param {HTMLElement} log */
export function reach(log) {
  const { thread, openId } = store;
  if (!goal || !thread || goal.id !== openId) return false;
  const item = /** @type {HTMLElement|null} */ (log.querySelector(`[data-place="${mark(goal.seq, goal.strand)}"]`));
  if (!item) {
    if (thread.more && (isWoven(thread) || (thread.messages[0]?.seq ?? 0) > goal.seq)) fetch(goal);
    else goal = null; // it is gone
    return false;
  }
  goal = null;
  item.classList.add("found");
  item.tabIndex = -1;
  item.scrollIntoView({ block: "center" });
  item.focus({ preventScroll: true });
  // Once more when the newest have their heights, else they would push it out of view.
  requestAnimationFrame(() => item.scrollIntoView({ block: "center" }));
  setTimeout(() => item.classList.remove("found"), LASTS);
  return true;
}

/** @param {Goal} wanted */
async function fetch(wanted) {
  if (fetching) return;
  fetching = true;
  try {
    await older(wanted.id, wanted.seq, wanted.strand);
  } catch (error) {
    goal = null;
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
  } finally {
    fetching = false;
  }
  if (goal) store.emit("thread", wanted.id);
}
