/** What can be done by name now: the keys of the map, places, views, presence, look. */
import { setState } from "./actions.js";
import { t } from "./i18n.js";
import { press } from "./keys.js";
import { goView } from "./router.js";
import { store } from "./store.js";
import { may } from "./threads.js";
import { fixed, known, nameOf } from "./views.js";

/** @typedef {{words: string, icon: string, act: () => void, key?: string}} Command */

/** A key of the map. @param {string} key @param {string} words @param {string} name of the icon @returns {Command} */
const keyed = (key, words, name) => ({ words, icon: name, key, act: () => press(key) });

/** What is a button already is pressed. @param {string} selector @returns {HTMLElement[]} */
const buttons = (selector) => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)]);

/** @param {HTMLElement} button */
const said = (button) => (button.getAttribute("aria-label") || button.textContent || "").replace(/\s+\d+\+?\s*$/, "").trim();

const composer = () => /** @type {any} */ (document.querySelector("composer-box"));

/** Whether an answer stands in the composer. */
const written = () => composer()?.mode === "reply" && !!composer().text.value.trim();

/** @returns {Command[]} what the open conversation allows */
function here() {
  if (!store.row || store.opening.phase !== "ready" || store.row.state === "closed") return [];
  const { state } = store.row;
  return [
    keyed("r", t("command.reply"), "chat"),
    keyed("n", t("command.note"), "lock"),
    keyed("/", t("command.templates"), "template"),
    ...(written() ? [{ words: t("command.propose"), icon: "star", act: () => composer()?.propose() }] : []),
    keyed("a", t("menu.assign"), "userplus"),
    ...(may("snoozed") ? [keyed("s", t("menu.snooze"), "snooze")] : []),
    ...(may("resolved") ? [keyed("e", t("menu.resolve"), "done")] : []),
    ...(state !== "new" && may("open") ? [{ words: t("menu.reopen"), icon: "retry", act: () => setState("open") }] : []),
    ...(state === "spam" ? [] : [keyed("w", t("weave.merge"), "merge")]),
    keyed("l", t("weave.link"), "pin"),
    keyed("t", t("tag.menu"), "tag"),
    ...(may("pending") ? [{ words: t("menu.pending"), icon: "clock", act: () => setState("pending") }] : []),
  ];
}

/** @returns {Command[]} */
export function commands() {
  const places = buttons(".rail nav a[href]:not(.narrow)").filter((link) => link.dataset.go !== "inbox");
  return [
    ...here(),
    keyed("m", t("macro.menu"), "bolt"),
    ...[...fixed.map(({ name, label }) => ({ name, label })), ...known.saved.map((one) => ({ name: nameOf(one), label: one.name }))].map(({ name, label }) => ({
      words: t("command.view", { name: label }), icon: "inbox", act: () => goView(name),
    })),
    keyed("g i", t("command.inbox"), "inbox"),
    ...places.map((link) => ({ words: t("command.go", { name: said(link) }), icon: "next", act: () => link.click() })),
    ...buttons("agent-presence [data-presence-value]").map((one) => ({
      words: t("command.presence", { name: said(one) }), icon: "user", act: () => one.click(),
    })),
    ...buttons("agent-presence [data-theme-value]").map((one) => ({
      words: t("command.theme", { name: said(one) }), icon: "sun", act: () => one.click(),
    })),
    keyed("f", t("command.search"), "search"),
    keyed("?", t("command.keys"), "keyboard"),
  ];
}
