/** What the palette offers for what is typed: at once from memory, then from the server. */
import { api } from "./api.js";
import { channelIcon } from "./channels.js";
import { commands } from "./commands.js";
import { t } from "./i18n.js";
import { fitting } from "./matching.js";
import { goConversation } from "./router.js";
import { store } from "./store.js";

/** @typedef {{group: string, words: string, icon: string, act: () => void, key?: string, more?: string, face?: import("./types.js").Customer}} Offer */

const MOST = 6;

/** @param {import("./types.js").Row} row @returns {Offer} */
const conversation = (row) => ({
  group: "conversations", words: row.customer.name, more: row.subject || row.preview, icon: channelIcon(row), act: () => goConversation(row.id),
});

/** @param {string} typed @returns {Offer[]} */
export function atHand(typed) {
  const acts = fitting(commands(), typed, (one) => one.words, typed ? MOST : 9);
  const rows = typed ? fitting([...store.rows.values()], typed, (row) => `${row.customer.name} ${row.subject} ${row.id}`, MOST) : [];
  return [...acts.map((one) => ({ ...one, group: "commands" })), ...rows.map(conversation)];
}

/** Of a list that may be missing: one fault must not hide the other answers. @param {Promise<any>} asked */
const or = (asked) => asked.catch(() => null);

/** What the server knows; null where it gave no answer at all. @param {string} typed @returns {Promise<Offer[]|null>} */
export async function fetched(typed) {
  const q = encodeURIComponent(typed);
  const open = store.row && store.row.state !== "closed" ? store.openId : null;
  const [found, templates] = await Promise.all([or(api.get(`search/?q=${q}`)), open === null ? [] : or(api.get(`templates/?q=${q}&conversation=${open}`))]);
  if (!found && !templates) return null;
  return [
    ...(templates || []).slice(0, MOST).map((/** @type {any} */ one) => ({
      group: "templates", words: one.name, more: `/${one.shortcut}`, icon: "template", act: () => insert(one),
    })),
    ...(found?.customers || []).map((/** @type {any} */ one) => ({
      group: "customers", words: one.name, icon: "user", act: () => goConversation(one.conversation),
    })),
    ...(found?.results || []).slice(0, MOST).map((/** @type {any} */ one) => ({
      ...conversation(one), group: "texts", more: one.found.text, act: () => goConversation(one.found.thread, one.found.seq, one.found.thread === one.id ? 0 : one.id),
    })),
  ];
}

/** As if it was chosen in the composer. @param {any} template */
function insert(template) {
  const composer = /** @type {any} */ (document.querySelector("composer-box"));
  composer?.write("reply");
  composer?.picker.insert(template);
}

/** The heads of the groups, in their order. */
export const GROUPS = () => ({
  commands: t("palette.commands"), conversations: t("search.texts"), templates: t("palette.templates"),
  customers: t("search.customers"), texts: t("palette.texts"),
});
