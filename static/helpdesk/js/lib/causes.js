/** Why a mail came back, in words. */
import { has, t } from "./i18n.js";

/** @param {string} code */
export const cause = (code) => t(has(`bounce.${code}`) ? `bounce.${code}` : "bounce.unknown");
