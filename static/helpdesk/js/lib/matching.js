/** How well typed words fit a name: each must begin one of its words; case and marks do not count. */

/** @param {string} text */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ł/gi, "l").toLowerCase();

/** @param {string} text */
const split = (text) => plain(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

/**
 * @param {string} name @param {string} typed
 * @returns {number} 0: it does not fit; more is better: in the order of the name, from its beginning
 */
export function fit(name, typed) {
  const words = split(name);
  const wanted = split(typed);
  if (!wanted.length) return 1;
  let score = 4;
  let after = -1;
  for (const one of wanted) {
    const at = words.findIndex((word, index) => index > after && word.startsWith(one));
    const anywhere = at >= 0 ? at : words.findIndex((word) => word.startsWith(one));
    if (anywhere < 0) return 0;
    if (at < 0) score -= 1;
    after = anywhere;
  }
  if (plain(name).startsWith(plain(typed))) score += 4;
  return Math.max(1, score);
}

/** What fits, the best first, equals in their own order. @template T @param {T[]} all @param {string} typed @param {(one: T) => string} name @param {number} most @returns {T[]} */
export function fitting(all, typed, name, most) {
  return all
    .map((one, index) => ({ one, index, score: fit(name(one), typed) }))
    .filter(({ score }) => score)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, most)
    .map(({ one }) => one);
}
