/** @file How big a file is, in words. */
import { locale } from "./kit.js";

/** @param {number} bytes */
export function sizeOf(bytes) {
  const small = bytes < 1e6;
  const unit = small ? "kilobyte" : "megabyte";
  const format = new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: small ? 0 : 1 });
  return format.format(Math.max(bytes, 1e3) / (small ? 1e3 : 1e6));
}
