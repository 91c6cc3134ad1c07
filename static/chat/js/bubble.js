/** @file One message on the screen: words with safe links, files, and what became of it. */
import { fileUrl } from "./api.js";
import { avatar, el, icon, say, sizeOf, timeOf } from "./kit.js";

/** @typedef {import("./kit.js").Message} Message */
/** @typedef {{cid: string, onRetry(cid: string): void, onRemove(cid: string): void}} Rescue */

const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"]+/gi;
/** @type {Map<string, Promise<string>>} */
const previews = new Map();

/** Text with http(s) addresses as links; everything else stays text. @param {string} text */
export function linked(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = match[0].replace(/[.,;:!?'")\]]+$/, "");
    const address = shown.startsWith("www.") || shown.startsWith("WWW.") ? `https://${shown}` : shown;
    if (!URL.canParse(address)) continue;
    parts.push(text.slice(from, match.index));
    parts.push(el("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" }, shown));
    from = match.index + shown.length;
  }
  return [...parts, text.slice(from)];
}

/** @param {import("./kit.js").Attachment} file */
function preview(file) {
  const box = el("span", { class: "thumb" }, icon("file"));
  if (!file.stored || !/^image\/(png|jpeg|gif|webp)$/.test(file.type) || file.size > 5e6) return box;
  const loading = previews.get(file.id) ?? fileUrl(file.id);
  previews.set(file.id, loading);
  loading.then(
    (src) => box.replaceChildren(el("img", { src, alt: "" })),
    () => previews.delete(file.id),
  );
  return box;
}

/** @param {import("./kit.js").Attachment} file */
async function download(file) {
  const href = await fileUrl(file.id);
  el("a", { href, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** @param {import("./kit.js").Attachment} file */
export function fileCard(file) {
  const words = el("span", { class: "grow" }, el("bdi", { class: "cut" }, file.name), el("span", { class: "meta" }, sizeOf(file.size)));
  if (!file.stored) return el("span", { class: "att" }, preview(file), words);
  const name = say("download", { name: file.name });
  return el("button", { class: "att", type: "button", "aria-label": name, click: () => download(file) }, preview(file), words);
}

/** @param {Message} message @param {string} fate */
function mark(message, fate) {
  const time = timeOf(message.at);
  if (message.direction === "out") return [time];
  if (fate === "failed") return [icon("alert", "i-14"), say("failed")];
  if (fate === "waiting") return [icon("clock", "i-14"), say("waiting")];
  if (fate === "pending") return [`${time} ·`, icon("clock", "i-14"), say("sending")];
  if (fate === "seen") return [`${time} ·`, el("span", { class: "seen" }, icon("check2", "i-14"), say("seen"))];
  return [`${time} ·`, icon("check", "i-14"), say("sent")];
}

/** @param {Message} message @param {{same: boolean, last: boolean, fate: string}} place @param {Rescue} rescue */
export function bubble(message, place, rescue) {
  const mine = message.direction === "in";
  const stack = el("div", { class: "stack" });
  if (message.body) stack.append(el("div", { class: "bub", dir: "auto", title: timeOf(message.at) }, ...linked(message.body)));
  stack.append(...message.attachments.map((file) => fileCard(message.pending ? { ...file, stored: false } : file)));
  if (place.last) {
    const foot = el("div", { class: "foot" }, ...mark(message, place.fate));
    if (place.fate === "failed") {
      foot.append(el("button", { type: "button", click: () => rescue.onRetry(rescue.cid) }, say("retry")));
      foot.append(el("button", { type: "button", click: () => rescue.onRemove(rescue.cid) }, say("remove")));
    }
    stack.append(foot);
  }
  const who = el("span", { class: "sr" }, mine ? say("you") : message.author?.name || "");
  stack.prepend(who);
  const look = `msg ${mine ? "out" : ""} ${place.same ? "same" : ""} ${place.fate}`;
  return mine ? el("div", { class: look }, stack) : el("div", { class: look }, avatar(message.author, "s28"), stack);
}
