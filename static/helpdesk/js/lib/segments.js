/** How many segments a text costs, as channels_sms/segments.py counts it: the same vectors test both. */
const GSM = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const ESCAPED = new Set("\f^{}\\[~]|€");

/**
 * units: septets or UTF-16 units; count: what is paid for; room: units that still cost nothing more.
 * @param {string} text @returns {{encoding: "gsm7"|"ucs2", units: number, count: number, room: number}}
 */
export function segments(text) {
  const signs = [...text];
  const plain = signs.every((sign) => GSM.has(sign) || ESCAPED.has(sign));
  const costs = signs.map((sign) => (plain ? (ESCAPED.has(sign) ? 2 : 1) : sign.length));
  const units = costs.reduce((sum, cost) => sum + cost, 0);
  const [alone, joined] = plain ? [160, 153] : [70, 67];
  const encoding = plain ? "gsm7" : "ucs2";
  if (units <= alone) return { encoding, units, count: 1, room: alone - units };
  let [count, used] = [1, 0];
  for (const cost of costs) {
    if (used + cost > joined) [count, used] = [count + 1, 0];
    used += cost;
  }
  return { encoding, units, count, room: joined - used };
}
