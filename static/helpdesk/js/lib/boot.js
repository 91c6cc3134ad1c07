/** What the server put into the page: data, words and addresses. Read once. */

/** @param {string} id */
const read = (id) => JSON.parse(document.getElementById(id)?.textContent || "{}");

/** @param {string} name */
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") || "";

export const boot = read("boot");
/** @type {Record<string, string | Record<string, string>>} */
export const words = read("words");
export const csrfToken = meta("csrf-token");
export const sprite = meta("icons");
export const language = document.documentElement.lang || "en";
/** English dates as the rest of Europe writes them: 12 Nov, 14:24. */
export const locale = language === "en" ? "en-GB" : language;
