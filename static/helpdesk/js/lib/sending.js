/** Whether what was written may leave, in words. */
import { gaps } from "./gaps.js";
import { t } from "./i18n.js";

/**
 * @param {{text: string, files: number, busy: boolean, note: boolean, max: number, anyway: boolean}} what
 * @returns {{words: string, gap: boolean, late: boolean}|null} what stands in the way
 */
export function obstacle({ text, files, busy, note, max, anyway }) {
  const open = gaps(text);
  if (open.length && !note && !anyway) return { words: t("check.gaps", { n: open.length, name: open[0].name }), gap: true, late: false };
  if (!note && max && text.trim().length > max) return { words: t("check.long", { n: text.trim().length - max }), gap: false, late: true };
  if (busy) return { words: t("check.uploading"), gap: false, late: false };
  if (!text.trim() && !files) return { words: t("check.empty"), gap: false, late: false };
  return null;
}
