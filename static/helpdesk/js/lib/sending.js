/** Whether what was written may leave, in words; and what leaves. */
import { mixed } from "./address.js";
import { mentioned } from "./asking.js";
import { cardNumbers } from "./card-numbers.js";
import { gaps } from "./gaps.js";
import { t } from "./i18n.js";
import { MOST, pieces } from "./portions.js";
import { store } from "./store.js";
import { answering } from "./strands.js";
import { phase, writable } from "./window.js";

/** Bytes of the longest text, where that is the limit. */
const most = () => store.thread?.can.max_bytes || 0;

/**
 * @param {{text: string, files: number, busy: boolean, mode: import("./drafts.js").Mode, to: number[], max: number, anyway: boolean}} what
 * @returns {{words: string, gap: boolean, late: boolean, may?: boolean}|null} what stands in the way; may: it may go all the same
 */
export function obstacle({ text, files, busy, mode, to, max, anyway }) {
  const reply = mode === "reply";
  const open = gaps(text);
  if (open.length && reply && !anyway) return { words: t("check.gaps", { n: open.length, name: open[0].name }), gap: true, late: false, may: true };
  const splits = reply && store.thread?.can.splits;
  if (splits && pieces(text) > MOST) return { words: t("check.many", { n: pieces(text), most: MOST }), gap: false, late: true };
  if (reply && !splits && max && text.trim().length > max) return { words: t("check.long", { n: text.trim().length - max }), gap: false, late: true };
  const over = reply && !splits && most() ? new TextEncoder().encode(text.trim()).length - most() : 0;
  if (over > 0) return { words: t("check.bytes", { n: over }), gap: false, late: true };
  // Not late: the bar above says so all the time, and this again only to who tries.
  if (reply && store.openId !== null && !writable(store.openId)) return { words: t(`window.closed.${phase().after}`), gap: false, late: false };
  if (busy) return { words: t("check.uploading"), gap: false, late: false };
  if (!text.trim() && !files) return { words: t("check.empty"), gap: false, late: false };
  if (mode === "ask" && !to.length) return { words: t("check.whom"), gap: false, late: false };
  const tone = reply && !anyway ? mixed(text, store.thread?.language || store.row?.customer.language || "") : null;
  if (tone) return { words: tone.words, gap: false, late: false, may: true };
  const [card] = anyway ? [] : cardNumbers(text);
  if (card) return { words: t("check.card", { last: card.slice(-4) }), gap: false, late: false, may: true };
  return null;
}

/**
 * What leaves, and where to.
 * @param {{where: number, mode: import("./drafts.js").Mode, text: string, files: import("./types.js").File[], used: {id: number, text: string}[], to: number[]}} written
 * @param {import("./types.js").Row} row @param {string} then "", "pending" or "resolved"
 */
export function parcelOf({ where, mode, text, files, used, to }, row, then) {
  const reply = mode === "reply";
  const strand = answering(store.thread, where);
  return {
    conversation: where, body: text.trim(), internal: !reply, channel: store.thread?.via?.channel || row.channel, files, then: reply ? then : "",
    ...(reply ? { templates: used } : { mentions: mentioned(text) }),
    ...(reply && strand !== where ? { strand } : {}),
    ...(mode === "ask" ? { paper: "ask", to } : {}),
  };
}
