/** What shows beside the words while they are written: the mirror, the counter, the quiet bar. */
import { withGaps } from "./gaps.js";
import { t } from "./i18n.js";
import { MOST, pieces } from "./portions.js";
import { segments } from "./segments.js";
import { store } from "./store.js";

/** @typedef {NonNullable<ReturnType<typeof import("./sending.js").obstacle>>} Problem */

/** The mirror gives the field its height and shows open gaps. @param {Record<string, any>} place @param {string} text */
export function mirror(place, text) {
  if (place.mirror.textContent !== `${text}\u200b`) place.mirror.replaceChildren(...withGaps(text, "mark", ""), "\u200b");
}

/** How much of what the channel carries is written. @param {Record<string, any>} place @param {string} text @param {boolean} internal */
export function counter(place, text, internal) {
  const n = internal ? 1 : pieces(text);
  if (n > 1) return inMessages(place, text.trim(), n);
  place.count.title = "";
  if (!internal && store.thread?.can.segments) return inSegments(place, text.trim(), store.thread.can.max_chars || 0);
  const bytes = store.thread?.can.max_bytes || 0;
  const max = bytes || store.thread?.can.max_chars || 0;
  const size = bytes ? new TextEncoder().encode(text.trim()).length : text.trim().length;
  place.count.hidden = internal || !max || !size || (max > 2000 && size < max * 0.8);
  place.count.textContent = max ? `${size} / ${max}` : "";
  place.count.classList.toggle("late", size > max);
}

/** How many messages a long text becomes. @param {Record<string, any>} place @param {string} text @param {number} n */
function inMessages(place, text, n) {
  const parts = [t("count.messages", { n })];
  if (store.thread?.can.segments) parts.push(t("count.segments", { n: segments(text).count, units: segments(text).units, room: 0 }));
  place.count.hidden = false;
  place.count.textContent = parts.join(" · ");
  place.count.title = t("count.cut");
  place.count.classList.toggle("late", n > MOST);
}

/** What the text costs, where it is paid for by segments. @param {Record<string, any>} place @param {string} text @param {number} max */
function inSegments(place, text, max) {
  const { encoding, units, count, room } = segments(text);
  place.count.hidden = !text;
  place.count.textContent = text.length > max ? `${text.length} / ${max}` : t("count.segments", { n: count, units, room });
  place.count.title = encoding === "ucs2" ? t("count.wide") : "";
  place.count.classList.toggle("late", text.length > max);
}

/** The quiet bar. @param {Record<string, any>} place @param {Problem|null} problem @param {boolean} tried to send */
export function warn(place, problem, tried) {
  place.check.hidden = !problem;
  place.check.classList.toggle("late", !!problem?.late);
  place.checkwords.textContent = problem?.words || "";
  place.fill.hidden = !problem?.gap;
  place.anyway.hidden = !problem?.may || !tried;
}
