/** Customers who want no more texts: what stands below such a message, and when to look again. */
import { has, t } from "./i18n.js";

/** @typedef {import("./types.js").Message} Message */

/** What a message is besides its words: a wish about being written to, or a machine's. @param {Message} message */
export function aside(message) {
  if (message.opt && has(`opt.${message.opt}`)) return t(`opt.${message.opt}`);
  const ours = message.direction === "out" && !message.author;
  return message.automated || ours ? t("thread.automatic") : "";
}

/** What a provider answers may be that they want nothing more, or that there is nobody. */
const REFUSED = new Set(["failed", "bounced", "complained"]);

/** Whether these may change what may be sent: the composer has to know. @param {Message[]} messages */
export const turned = (messages) => messages.some(({ opt, delivery }) => opt === "out" || opt === "in" || REFUSED.has(delivery?.state || ""));
