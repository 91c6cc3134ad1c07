/** What became of a message: an icon and a word for every state, and real actions where one helps. */
import { redeliver } from "./actions.js";
import { cause } from "./causes.js";
import { icon, make } from "./dom.js";
import { time } from "./format.js";
import { countdown, held, undo } from "./held.js";
import { t } from "./i18n.js";
import { again, drop } from "./outbox.js";
import { sendAnyway } from "./returned.js";

/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Parcel} Parcel */
/** @typedef {"waiting"|"failed"|"maybe"|"fine"|"none"|"taken"} Mood */

/** @param {string} name @param {string} words @param {string} [cls] */
function mark(name, words, cls = "") {
  const pair = make("span", `pair ${cls}`.trim());
  pair.append(icon(name, 14), make("span", "", words));
  return pair;
}

/** @param {string} words @param {() => void} act */
function action(words, act) {
  const button = /** @type {HTMLButtonElement} */ (make("button", "link", words));
  button.type = "button";
  button.addEventListener("click", act);
  return button;
}

/** @param {string} words */
function why(words) {
  const box = make("span", "why");
  box.append(icon("alert", 14), make("span", "", words));
  return box;
}

/** Its words into the composer once more, to go another way. @param {Message} message */
function elsewhere(message) {
  const detail = { body: message.body, internal: false, files: [] };
  return action(t("whisper.use"), () => document.dispatchEvent(new CustomEvent("edit-parcel", { detail })));
}

/** @param {Message} message @param {import("./types.js").Row} row */
function progress(message, row) {
  const seq = message.public_seq || 0;
  if (message.delivery) return message.delivery.state;
  if (row.customer_read_seq >= seq) return "read";
  return row.customer_got_seq >= seq ? "delivered" : "sent";
}

/** How a message looks. @param {Message} message @param {import("./types.js").Row} row @returns {Mood} */
export function mood(message, row) {
  if (message.direction === "in" || message.internal) return "none";
  if (message.delivery?.taken_back) return "taken";
  const state = progress(message, row);
  if (["queued", "sending", "retry"].includes(state)) return "waiting";
  if (["failed", "expired", "cancelled", "bounced"].includes(state)) return "failed";
  return state === "uncertain" ? "maybe" : "fine";
}

/** A short text that changes when the foot must be drawn anew. @param {Message} message @param {import("./types.js").Row} row */
export const footSig = (message, row) =>
  message.direction === "in" || message.internal ? "" : `${progress(message, row)}${held(message)}${message.delivery?.next_at || ""}${message.delivery?.error || ""}`;

/** The foot of one of our messages. @param {Message} message @param {import("./types.js").Row} row @returns {Node[]} */
export function foot(message, row) {
  const state = progress(message, row);
  const retry = () => redeliver(message, "retry");
  const cancel = () => redeliver(message, "cancel");
  const error = message.delivery?.error || "";
  switch (state) {
    case "queued":
      if (held(message)) return [countdown(message), action(t("act.undo"), () => undo(message))];
      return [mark("clock", t("delivery.sending"))];
    case "sending":
      return [mark("clock", t("delivery.sending"))];
    case "retry":
      return [
        mark("clock", message.delivery?.next_at ? t("delivery.retry", { time: time(message.delivery.next_at) }) : t("delivery.waiting")),
        action(t("delivery.now"), retry), action(t("delivery.cancel"), cancel),
      ];
    case "delivered":
      return [mark("check2", t("delivery.delivered"))];
    case "read":
      return [mark("check2", t("delivery.seen"), "seen")];
    case "uncertain":
      return [mark("info", t("delivery.maybe"), "attention"), action(t("delivery.resend"), retry), action(t("delivery.leave"), cancel)];
    case "delayed":
      return [mark("clock", t("delivery.delayed"), "attention")];
    case "bounced":
      return [why(t("delivery.bounced", { why: cause(message.delivery?.code || "") })), elsewhere(message)];
    case "complained":
      return [why(t("delivery.complained"))];
    case "failed":
      if (message.delivery?.code === "suppressed") return [why(t("delivery.failed.why", { why: error })), action(t("delivery.anyway"), () => sendAnyway(message))];
      if (message.delivery?.code === "opted_out") return [why(t("delivery.failed.why", { why: error })), elsewhere(message)];
      return [why(error ? t("delivery.failed.why", { why: error }) : t("delivery.failed")), action(t("delivery.again"), retry)];
    case "expired":
      return [why(t("delivery.expired")), action(t("delivery.again"), retry)];
    case "cancelled":
      if (message.delivery?.taken_back) return [mark("retry", t("held.taken"))];
      return [why(t("delivery.cancelled"))];
    default:
      return [mark("check", t("delivery.sent"))];
  }
}

/** The foot of what the server does not have yet. @param {Parcel} parcel @param {boolean} online @param {(parcel: Parcel) => void} edit @returns {Node[]} */
export function parcelFoot(parcel, online, edit) {
  if (parcel.phase === "failed") {
    const overtaken = parcel.cause === "answered_meanwhile";
    return [
      why(overtaken ? parcel.error : t("parcel.failed", { why: parcel.error })),
      action(t(overtaken ? "parcel.anyway" : "delivery.again"), () => again(parcel.client_id)),
      action(t("parcel.edit"), () => {
        edit(parcel);
        drop(parcel.client_id);
      }),
      action(t("parcel.delete"), () => drop(parcel.client_id)),
    ];
  }
  return [mark("clock", t(online ? "delivery.sending" : "parcel.offline"))];
}
