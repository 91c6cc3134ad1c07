/** What views there are: the fixed ones, the saved ones, and the vocabulary of tags. */
import { api } from "./api.js";
import { boot } from "./boot.js";
import { store } from "./store.js";

/**
 * @typedef {{field: string, op: string, value: any}} Filter
 * @typedef {{id: number, name: string, filters: Filter[], order?: string, shared: string, team: number|null,
 *   own: boolean, owner: string, change: boolean}} View
 * @typedef {{name: string, label: string, icon: string, tab: boolean}} Fixed
 */

/** @type {Fixed[]} */
export const fixed = boot.views || [];
/** @type {{saved: View[], tags: Map<string, number>}} */
export const known = { saved: boot.saved || [], tags: vocabulary(boot.tags || []) };

/** @param {{name: string, hue: number}[]} tags */
function vocabulary(tags) {
  return new Map(tags.map((one) => [one.name, one.hue]));
}

/** A saved view's name in addresses and lists. @param {View} view */
export const nameOf = (view) => `v${view.id}`;
/** @param {string} name */
export const isSaved = (name) => /^v\d+$/.test(name);
/** @param {string} name */
export const savedView = (name) => known.saved.find((one) => nameOf(one) === name);
/** Whether only the server can tell what belongs to a view. @param {string} name */
export const isAsked = (name) => isSaved(name) || name === "mentions";
/** What people call a view. @param {string} name */
export const labelOf = (name) => savedView(name)?.name || fixed.find((one) => one.name === name)?.label || "";

/** Ask for the menu's views and how many each holds. */
export async function reloadViews() {
  const { results, counts } = await api.get("views/");
  known.saved = results;
  store.counts = { ...store.counts, ...counts };
  store.emit("counts");
  store.emit("rows");
}

/** Ask for the vocabulary of tags again. */
export async function reloadTags() {
  known.tags = vocabulary((await api.get("tags/")).results);
  store.emit("rows");
}
