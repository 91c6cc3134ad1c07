/** @file One message on the screen: words with safe links, files, and what became of it. */
import { avatar, config, el, icon, say, timeOf } from "./kit.js";

/** @typedef {import("./kit.js").Message} Message */
/** @typedef {{cid: string, onRetry(cid: string): void, onRemove(cid: string): void}} Rescue */

/* An address ends at spaces, quotes and at the marks that turn the direction of writing, with
 * which "gpj.exe" would be read as something else. Bounds keep a hostile text from taking seconds. */
const LINK = /(?:https?:\/\/|mailto:|www\.)[^\s<>"\u200e\u200f\u202a-\u202e\u2066-\u2069]{1,2000}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/gi;

/** An address a visitor may follow: http, https or mailto, or "". @param {string} text */
export function safe(text) {
  const address = /^www\./i.test(text) ? `https://${text}` : /^[^:/]+@/.test(text) ? `mailto:${text}` : text;
  return URL.canParse(address) && /^(https?|mailto):$/.test(new URL(address).protocol) ? address : "";
}

/** @param {string} href @param {Record<string, any>} [attributes] @param {(Node | string | null)[]} children */
export function link(href, attributes = {}, ...children) {
  return el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", ...attributes }, ...children);
}

/** Text with its addresses as links; everything else stays text. @param {string} text */
export function linked(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = match[0].replace(/[.,;:!?'")\]]+$/, "");
    const href = safe(shown);
    if (!href) continue;
    nodes.push(text.slice(from, match.index), link(href, { dir: "ltr" }, shown));
    from = match.index + shown.length;
  }
  return [...nodes, text.slice(from)];
}

/** @param {Message} message @param {string} fate */
function mark(message, fate) {
  const time = timeOf(message.at);
  if (message.direction === "out") return [time];
  if (fate === "failed") return [icon("alert", "i-14"), config.words[`no_${message.failed}`] || say("failed")];
  if (fate === "waiting") return [icon("clock", "i-14"), say("waiting")];
  if (fate === "pending") return [`${time} ·`, icon("clock", "i-14"), say("sending")];
  if (fate === "seen") return [`${time} ·`, el("span", { class: "seen" }, icon("check2", "i-14"), say("seen"))];
  return [`${time} ·`, icon("check", "i-14"), say("sent")];
}

/** @param {Message} message @param {{same: boolean, last: boolean, asks: boolean, fate: string}} place asks: its quick replies still wait for one @param {Rescue} rescue @param {any} rich draws files, cards and quick replies; null until it is here */
export function bubble(message, place, rescue, rich) {
  const mine = message.direction === "in";
  const stack = el("div", { class: "stack" });
  if (message.body) stack.append(el("div", { class: "bub", dir: "auto", title: timeOf(message.at) }, ...linked(message.body)));
  stack.append(...message.attachments.map((file) => (rich ? rich.file(file, message) : el("bdi", { class: "bub" }, file.name))));
  if (rich && message.card) stack.append(rich.card(message));
  if (place.last) {
    const foot = el("div", { class: "foot" }, ...mark(message, place.fate));
    if (place.fate === "failed") {
      foot.append(el("button", { type: "button", click: () => rescue.onRetry(rescue.cid) }, say("retry")));
      foot.append(el("button", { type: "button", click: () => rescue.onRemove(rescue.cid) }, say("remove")));
    }
    stack.append(foot);
  }
  if (place.asks && rich) stack.append(rich.quick(message));
  const who = el("span", { class: "sr" }, mine ? say("you") : message.author?.name || "");
  stack.prepend(who);
  const look = `msg ${mine ? "out" : ""} ${place.same ? "same" : ""} ${place.fate}`;
  return mine ? el("div", { class: look }, stack) : el("div", { class: look }, avatar(message.author, "s28"), stack);
}
