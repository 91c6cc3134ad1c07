/** The face of each channel: its icon and its words. */
import { has, t } from "./i18n.js";

/** @type {Record<string, string>} */
const ICONS = { chat: "chat", email: "mail", sms: "sms", voice: "phone", whatsapp: "wa", telegram: "telegram" };
/** @type {Record<string, string>} */
const NETWORKS = { telegram: "Telegram", whatsapp: "WhatsApp", messenger: "Messenger", instagram: "Instagram", viber: "Viber", line: "LINE" };

/** @typedef {{channel: string, provider?: string}} Carrier */

/** @param {Carrier} carrier */
export const channelIcon = ({ channel, provider = "" }) => ICONS[channel] || ICONS[provider] || "social";

/** @param {string} provider */
const network = (provider) => NETWORKS[provider] || provider.charAt(0).toUpperCase() + provider.slice(1);

/** "Chat on the site", "E-mail", "Telegram". @param {Carrier} carrier */
export function channelName({ channel, provider = "" }) {
  if (channel === "social") return network(provider);
  return has(`channel.${channel}`) ? t(`channel.${channel}`) : channel;
}

/** "Replies by SMS". @param {Carrier} carrier */
export function via({ channel, provider = "" }) {
  if (channel === "social") return t("via.social", { network: network(provider) });
  return has(`via.${channel}`) ? t(`via.${channel}`) : channelName({ channel });
}

/** Kinds of addresses: an icon each. @param {string} kind */
export const identityIcon = (kind) => ({ email: "mail", phone: "sms", telegram: "telegram", whatsapp: "wa" })[kind] || "social";
