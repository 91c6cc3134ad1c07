/** Running a macro: all of it or nothing, a word about what was done, and the way back. */
import { api } from "./api.js";
import { t } from "./i18n.js";
import { place } from "./lists.js";
import { store } from "./store.js";
import { toast } from "./toast.js";

/** @typedef {{id: number, name: string, own: boolean, acts: string[]}} Macro */
/** @typedef {{path: string, body: Record<string, any>}} Call */

/** @param {number} id the conversation @param {Macro} macro */
export async function runMacro(id, macro) {
  try {
    const done = await api.post(`conversations/${id}/macros/${macro.id}/run/`);
    place(done.row);
    store.emit("thread", id);
    const changed = done.acts.filter((/** @type {{changed: boolean}} */ one) => one.changed);
    const acts = changed.map((/** @type {{text: string}} */ one) => one.text).join("; ");
    const back = done.undo.length ? { word: t("act.undo"), act: () => undo(id, done.undo) } : {};
    toast(acts ? t("macro.done", { name: macro.name, acts }) : t("macro.same", { name: macro.name }), { ...back, lasts: 9000 });
  } catch (error) {
    toast(t("macro.stopped", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
  }
}

/** @param {number} id @param {Call[]} calls */
async function undo(id, calls) {
  try {
    for (const { path, body } of calls) place(await api.post(`conversations/${id}/${path}/`, body));
    store.emit("thread", id);
  } catch (error) {
    toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
  }
}
