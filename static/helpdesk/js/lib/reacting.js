/** Our reaction to what a customer wrote, where the channel knows reactions. */
import { api } from "./api.js";
import { make } from "./dom.js";
import { t } from "./i18n.js";
import { mayAnswer } from "./replying.js";
import { store } from "./store.js";
import { toast } from "./toast.js";

/** @typedef {import("./types.js").Message} Message */

/** The emoji that may be put on it. @param {Message} message @returns {string[]} */
export function reactionsFor(message) {
  if (message.direction !== "in" || !mayAnswer(message, "reacts")) return [];
  return store.thread?.can.reacts || [];
}

/** The row of reactions in the menu of a message. @param {Message} message */
export function reactionRow(message) {
  const possible = reactionsFor(message);
  if (!possible.length) return [];
  const row = make("div", "reactions");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", t("social.react.menu"));
  const now = message.our_reaction?.state === "failed" ? "" : message.our_reaction?.emoji || "";
  for (const emoji of possible) {
    const button = make("button", "opt", emoji);
    const on = emoji === now;
    button.setAttribute("role", "menuitemradio");
    button.setAttribute("type", "button");
    button.setAttribute("aria-checked", String(on));
    button.setAttribute("aria-label", on ? t("social.unreact") : t("social.react", { emoji }));
    button.title = button.getAttribute("aria-label") || "";
    button.addEventListener("click", () => react(message, on ? "" : emoji));
    row.append(button);
  }
  return [row];
}

/** @param {Message} message @param {string} emoji "" takes it off */
async function react(message, emoji) {
  try {
    await api.put(`messages/${message.id}/reaction/`, { emoji });
  } catch (error) {
    toast(/** @type {Error} */ (error).message);
  }
}
