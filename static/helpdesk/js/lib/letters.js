/** To whom an answer by mail goes, as the server proposes it and as the agent changed it. */
import { api } from "./api.js";
import { store } from "./store.js";
import { answering } from "./strands.js";

/**
 * to, cc, bcc: as written, addresses between commas. signed: with the signature below.
 * @typedef {{to: string, cc: string, bcc: string, signed: boolean, changed: boolean,
 *   signature: string, elsewhere: string, mark: string}} Letter
 */

/** @type {Map<number, Letter>} */
const known = new Map();

/** The addresses between commas, semicolons or blanks. @param {string} text @returns {string[]} */
const addresses = (text) => text.split(/[\s,;]+/).filter(Boolean);

/** The conversation that would be answered. @param {number} id */
export const answeredIn = (id) => (id === store.openId ? answering(store.thread, id) : id);

/** Whether the answer of the open conversation leaves by mail. */
export const byLetter = () => !!store.thread?.can?.subject;

/** @param {number} id @returns {Letter|undefined} */
export const letter = (id) => known.get(answeredIn(id));

/** What of it goes with the words; nothing where the server's own proposal was never seen. @param {number} id */
export function letterOf(id) {
  const found = letter(id);
  if (!found || !byLetter()) return {};
  const { to, cc, bcc, signed } = found;
  return { letter: { to: addresses(to)[0] || "", cc: addresses(cc), bcc: addresses(bcc), signed } };
}

/** @param {number} id @param {Partial<Letter>} changes */
export function write(id, changes) {
  const found = letter(id);
  if (found) known.set(answeredIn(id), { ...found, ...changes, changed: true });
}

/** Forget what was changed: the next answer begins with a fresh proposal. @param {number} id */
export const forget = (id) => known.delete(answeredIn(id));

/** The newest letter that we would answer: another one is another proposal. */
const newest = () => store.thread?.messages.findLast((one) => one.direction === "in" && one.channel === "email")?.id || "";

/** Ask for the proposal, unless it is known for the newest letter. @param {number} id @returns {Promise<Letter|undefined>} */
export async function propose(id) {
  const strand = answeredIn(id);
  const mark = newest();
  const before = known.get(strand);
  if (before && (before.mark === mark || before.changed)) return before;
  const { to, cc, signature, reply_to_elsewhere: elsewhere } = await api.get(`conversations/${strand}/letter/`);
  const fresh = { to, cc: cc.join(", "), bcc: "", signed: true, changed: false, signature, elsewhere, mark };
  known.set(strand, fresh);
  return fresh;
}
