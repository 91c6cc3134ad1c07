/** What is searched for, and what was found: it outlives the conversation that one looks into. */
import { api } from "./api.js";
import { store } from "./store.js";

/** @typedef {import("./types.js").Row & {found: {message: string, seq: number, thread: number, internal: boolean, at: string, text: string, marks: [number, number][]}}} Found */
/** @typedef {{id: number, name: string, initials: string, hue: number, conversation: number}} Person */

/** @type {{q: string, phase: "none"|"loading"|"ready"|"error", customers: Person[], results: Found[], next: string|null, more: boolean, error: string}} */
export const search = { q: "", phase: "none", customers: [], results: [], next: null, more: false, error: "" };
let asked = 0;

/** Search for this; nothing: back to the list. @param {string} q */
export async function find(q) {
  if (q === search.q && search.phase !== "error") return;
  const first = !search.q;
  Object.assign(search, { q, error: "", more: false, next: null });
  if (!q) Object.assign(search, { phase: "none", customers: [], results: [] });
  else if (first || search.phase !== "ready") search.phase = "loading"; // else what was found stays until the new comes
  store.emit("search");
  if (q) await page("");
  else asked += 1;
}

/** Ask once more after a fault. */
export const again = () => page("");

export async function more() {
  if (search.next && !search.more) await page(search.next);
}

/** @param {string} cursor */
async function page(cursor) {
  const mine = ++asked;
  search.more = !!cursor;
  try {
    const given = await api.get(`search/?q=${encodeURIComponent(search.q)}&cursor=${encodeURIComponent(cursor)}`);
    if (mine !== asked) return;
    const known = new Set(cursor ? search.results.map((one) => one.id) : []);
    const fresh = given.results.filter((/** @type {Found} */ one) => !known.has(one.id));
    Object.assign(search, {
      phase: "ready", next: given.next, more: false,
      results: cursor ? [...search.results, ...fresh] : fresh,
      customers: cursor ? search.customers : given.customers,
    });
  } catch (error) {
    if (mine !== asked) return;
    Object.assign(search, { more: false, phase: cursor ? "ready" : "error", error: /** @type {Error} */ (error).message });
  }
  store.emit("search");
}
