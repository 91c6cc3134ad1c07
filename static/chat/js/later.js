/** @file The parts that wait until they are needed, so that nothing holds up the first word. */

/** What is here already; null before. @type {Record<string, any>} */
export const parts = { more: null, tools: null };
/** @type {Record<string, () => Promise<any>>} */
const loads = {
  more: () => import("./more.js"),
  tools: () => part("more").then(() => import("./tools.js")), /* it wears the style of `more` */
};
/** @type {Record<string, Promise<any>>} */
const coming = {};

/** Rejects where there is no network; the next call tries again. @param {"more" | "tools"} name @returns {Promise<any>} */
export function part(name) {
  coming[name] ??= loads[name]().then(
    (found) => (parts[name] = found),
    (error) => {
      delete coming[name];
      throw error;
    },
  );
  return coming[name];
}
