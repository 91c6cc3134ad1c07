/** Dates, times, sizes and waits in the page's language. */
import { language, locale } from "./boot.js";
import { t } from "./i18n.js";

const hm = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
/** @param {Intl.DateTimeFormatOptions} options */
const style = (options) => new Intl.DateTimeFormat(locale, options);
const clock = style(/** @type {any} */ (hm));
const weekday = style({ weekday: "short" });
const dayMonth = style({ day: "numeric", month: "short" });
const dayMonthYear = style({ day: "numeric", month: "short", year: "numeric" });
const longDay = style({ weekday: "long", day: "numeric", month: "long" });
const longDayYear = style({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const full = style(/** @type {any} */ ({ weekday: "short", day: "numeric", month: "short", year: "numeric", ...hm }));
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

/** @param {Date} date */
const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
/** Whole days from today to `date` (yesterday is -1). @param {Date} date */
const daysFromToday = (date) => Math.round((midnight(date) - midnight(new Date())) / 86400000);
/** @param {string} text */
const capital = (text) => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);

/** 14:24 @param {string} iso */
export const time = (iso) => clock.format(new Date(iso));

/** Everything about a moment, for a tooltip. @param {string} iso */
export const moment = (iso) => full.format(new Date(iso));

/** Today a time, this week a weekday, then a date. @param {string|null} iso */
export function shortWhen(iso) {
  if (!iso) return "";
  const date = new Date(iso);
  const days = daysFromToday(date);
  if (days === 0) return clock.format(date);
  if (days < 0 && days > -6) return weekday.format(date);
  return (date.getFullYear() === new Date().getFullYear() ? dayMonth : dayMonthYear).format(date);
}

/** A moment ahead: 09:00 today, else Thu 09:00, else 12 Nov 09:00. @param {string} iso */
export function ahead(iso) {
  const date = new Date(iso);
  const days = daysFromToday(date);
  if (days === 0) return clock.format(date);
  return `${(days > 0 && days < 7 ? weekday : dayMonth).format(date)} ${clock.format(date)}`;
}

/** The words of a day separator. @param {string} iso */
export function dayName(iso) {
  const date = new Date(iso);
  const days = daysFromToday(date);
  if (days === 0 || days === -1) return capital(relative.format(days, "day"));
  return capital((date.getFullYear() === new Date().getFullYear() ? longDay : longDayYear).format(date));
}

/** The calendar day, to tell one from the next. @param {string} iso */
export const dayKey = (iso) => midnight(new Date(iso));

/** 12 Nov 2025 @param {string} iso */
export const date = (iso) => dayMonthYear.format(new Date(iso));

/** The time on the wall in another zone, or "". @param {string} zone */
export function timeIn(zone) {
  try {
    return style(/** @type {any} */ ({ ...hm, timeZone: zone })).format(new Date());
  } catch {
    return "";
  }
}

/** 1 240,50 € @param {string|number} value @param {string} currency ISO 4217 */
export function money(value, currency) {
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency }).format(Number(value));
  } catch {
    return [Number(value).toLocaleString(locale), currency].filter(Boolean).join(" ");
  }
}

/** "Hebrew" for "he". @param {string} code */
export function languageName(code) {
  try {
    return capital(new Intl.DisplayNames([language], { type: "language" }).of(code) || code);
  } catch {
    return code;
  }
}

/** 1.2 MB @param {number} bytes */
export function size(bytes) {
  const steps = /** @type {const} */ (["byte", "kilobyte", "megabyte", "gigabyte"]);
  const step = Math.min(3, bytes > 0 ? Math.floor(Math.log10(bytes) / 3) : 0);
  return new Intl.NumberFormat(locale, {
    style: "unit", unit: steps[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: step > 1 ? 1 : 0,
  }).format(bytes / 1000 ** step);
}

/** The answer clock: seconds to 2 min, then m:ss, then h:mm:ss. @param {number} seconds */
export function wait(seconds) {
  if (seconds < 120) return t("clock.seconds", { n: seconds });
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A long wait in its largest unit: 5 min, 3 h, 2 days. @param {number} seconds */
export function roughly(seconds) {
  if (seconds < 3600) return t("time.minutes", { n: Math.max(1, Math.floor(seconds / 60)) });
  if (seconds < 172800) return t("time.hours", { n: Math.floor(seconds / 3600) });
  return t("time.days", { n: Math.floor(seconds / 86400) });
}
