/** Card numbers in a text, by the same rules as the server's mask (services/text.py). */

const DIGITS = /(?<![\d+\w/=-])\d(?:[ -]?\d){12,18}(?![\d\w-])/g;
const BRANDS = /^(?:4\d{12}|4\d{15}|4\d{18}|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35\d{14}|3(?:0[0-5]|[68]\d)\d{11}|62\d{14,17})$/;

/** @param {string} digits */
function luhn(digits) {
  let sum = 0;
  [...digits].reverse().forEach((digit, index) => {
    const twice = Number(digit) * (index % 2 ? 2 : 1);
    sum += twice > 9 ? twice - 9 : twice;
  });
  return sum % 10 === 0;
}

/** @param {string} text @returns {string[]} their digits */
export const cardNumbers = (text) =>
  [...text.matchAll(DIGITS)].map(([found]) => found.replace(/\D/g, "")).filter((digits) => BRANDS.test(digits) && luhn(digits));
