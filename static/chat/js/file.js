/** @file A file of the conversation: a picture where it is one, else its name and size; a press downloads it. */
import { fileUrl } from "./api.js";
import { el, icon, say } from "./kit.js";
import { sizeOf } from "./sizes.js";

/** @typedef {import("./kit.js").Attachment} Attachment */
/** @type {Map<string, Promise<string>>} */
const previews = new Map();

/** @param {Attachment} file */
const isPicture = (file) => /^image\/(png|jpeg|gif|webp)$/.test(file.type) && file.size < 5e6;

/** Put a picture of the conversation into a box; the box has its size before. @param {HTMLElement} box @param {string} id */
export function picture(box, id) {
  const loading = previews.get(id) ?? fileUrl(id);
  previews.set(id, loading);
  loading.then(
    (src) => box.replaceChildren(el("img", { src, alt: "" })),
    () => previews.delete(id),
  );
  return box;
}

/** @param {Attachment} attachment */
async function download(attachment) {
  const href = await fileUrl(attachment.id);
  el("a", { href, download: attachment.name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** @param {Attachment} attachment @param {import("./kit.js").Message} message one on its way cannot be fetched yet */
export function file(attachment, message) {
  const { name, size, id } = attachment;
  const words = el("span", { class: "grow" }, el("bdi", { class: "cut" }, name), el("bdi", { class: "meta" }, sizeOf(size)));
  const thumb = el("span", { class: "thumb" }, icon("file"));
  if (!attachment.stored || message.pending) return el("span", { class: "att" }, thumb, words);
  const press = { type: "button", "aria-label": say("download", { name }), click: () => download(attachment) };
  if (isPicture(attachment)) return picture(el("button", { class: "pic", ...press }, icon("file"), words), id);
  return el("button", { class: "att", ...press }, thumb, words);
}
