/** Customers who want no more texts: what stands below such a message, and when to look again. */
import { has, t } from "./i18n.js";

/** @typedef {import("./types.js").Message} Message */

/** What a message is besides its words: a wish about being written to, or a machine's. @param {Message} message */
export function aside(message) {
  if (message.opt && has(`opt.${message.opt}`)) return t(`opt.${message.opt}`);
  const ours = message.direction === "out" && !message.author;
  return message.automated || ours ? t("thread.automatic") : "";
}

/** Whether these change what may be sent: the composer has to know. @param {Message[]} messages */
export const turned = (messages) => messages.some(({ opt }) => opt === "out" || opt === "in");
