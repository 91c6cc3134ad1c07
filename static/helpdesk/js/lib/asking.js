/** Colleagues: whom a question goes to, and who is named in a text by "@Name". */
import { t } from "./i18n.js";
import { store } from "./store.js";

/** @typedef {import("./types.js").Agent} Agent */

/** Who may be asked here: all who answer in this inbox, but me. @returns {Agent[]} */
export const colleagues = () => (store.thread?.agents || []).filter((one) => one.id !== store.agent.id);

/** @returns {number[]} */
export const supervisors = () => colleagues().filter((one) => one.role === "supervisor").map((one) => one.id);

/** Whether all supervisors and nobody else are asked. @param {number[]} to */
export const asksSupervisor = (to) => {
  const above = supervisors();
  return above.length > 0 && above.length === to.length && above.every((id) => to.includes(id));
};

/** First names are enough where they tell people apart. @param {Agent} one */
function short(one) {
  const first = one.name.split(" ")[0];
  return colleagues().filter((other) => other.name.split(" ")[0] === first).length > 1 ? one.name : first;
}

/** Words for whom a question goes to. @param {number[]} to @returns {{sees: string, button: string}} */
export function addressed(to) {
  const names = colleagues().filter((one) => to.includes(one.id)).map(short);
  if (!names.length) return { sees: t("ask.whom"), button: t("send.ask") };
  if (asksSupervisor(to)) return { sees: t("ask.supervisor.sees"), button: t("ask.supervisor.button") };
  const list = new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" }).format(names.slice(0, 3));
  return {
    sees: names.length > 3 ? t("ask.many.sees", { n: names.length }) : t(names.length > 1 ? "ask.more.sees" : "ask.one.sees", { names: list }),
    button: names.length > 1 ? t("ask.many.button", { n: names.length }) : t("ask.one.button", { name: names[0] }),
  };
}

/** The agents whom a text names. @param {string} text @returns {number[]} */
export const mentioned = (text) => colleagues().filter((one) => text.includes(`@${one.name}`)).map((one) => one.id);

/** Those whose name begins like this, any of its words. @param {string} start */
export function named(start) {
  const like = start.toLocaleLowerCase();
  return colleagues().filter((one) => one.name.toLocaleLowerCase().startsWith(like)
    || one.name.toLocaleLowerCase().split(" ").some((word) => word.startsWith(like)));
}
