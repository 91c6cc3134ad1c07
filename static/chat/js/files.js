/** @file Files on their way up: by button, paste or drop, each with progress, retry and remove. */
import { upload } from "./api.js";
import { byId, config, el, icon, say, sizeOf } from "./kit.js";

const list = byId("files");
/** @typedef {{file: File, row: HTMLElement, done: Promise<any>, attachment: any, failed: boolean}} Chosen */
/** @type {Chosen[]} */
let chosen = [];

/** @param {Chosen} entry */
function remove(entry) {
  chosen = chosen.filter((one) => one !== entry);
  entry.row.remove();
  list.hidden = chosen.length === 0;
}

/** @param {Chosen} entry */
function start(entry) {
  const bar = /** @type {HTMLProgressElement} */ (el("progress", { max: "1", value: "0", "aria-label": entry.file.name }));
  const note = el("span", { class: "meta" }, sizeOf(entry.file.size));
  const name = say("removeFile", { name: entry.file.name });
  const gone = el("button", { class: "icon", type: "button", "aria-label": name, click: () => remove(entry) }, icon("x"));
  const words = el("span", { class: "grow" }, el("bdi", { class: "cut" }, entry.file.name), note, bar);
  entry.row.replaceChildren(el("span", { class: "thumb" }, icon("file")), words, gone);
  entry.failed = false;
  entry.done = upload(entry.file, (part) => { bar.value = part; }).then(
    (attachment) => {
      entry.attachment = attachment;
      bar.remove();
    },
    () => {
      entry.failed = true;
      bar.remove();
      note.className = "meta bad";
      note.textContent = say("uploadFailed");
      gone.before(el("button", { class: "icon", type: "button", "aria-label": say("retry"), click: () => start(entry) }, icon("retry")));
    },
  );
}

/** @param {Iterable<File>} files */
export function addFiles(files) {
  const error = byId("error");
  error.hidden = true;
  for (const file of files) {
    if (file.size > config.maxBytes) {
      error.textContent = say("tooBig", { name: file.name, limit: sizeOf(config.maxBytes) });
      error.hidden = false;
      continue;
    }
    const row = el("li", { class: "att" });
    const entry = { file, row, done: Promise.resolve(), attachment: null, failed: false };
    chosen.push(entry);
    list.append(row);
    start(entry);
  }
  list.hidden = chosen.length === 0;
}

export function hasFiles() {
  return chosen.length > 0;
}

/** Wait for all uploads; the finished ones leave the strip, or null when one has failed. */
export async function takeFiles() {
  await Promise.all(chosen.map((entry) => entry.done));
  if (chosen.some((entry) => entry.failed)) return null;
  const attachments = chosen.map((entry) => entry.attachment);
  for (const entry of [...chosen]) remove(entry);
  return attachments;
}

export function watchFiles() {
  const input = byId("file");
  const chat = byId("chat");
  const drop = byId("drop");
  byId("attach").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    addFiles(input.files);
    input.value = "";
    byId("text").focus();
  });
  byId("text").addEventListener("paste", (/** @type {ClipboardEvent & {clipboardData: DataTransfer}} */ event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    addFiles(event.clipboardData.files);
  });
  chat.addEventListener("dragover", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    drop.hidden = false;
  });
  chat.addEventListener("dragleave", (/** @type {DragEvent} */ event) => {
    if (!chat.contains(event.relatedTarget)) drop.hidden = true;
  });
  chat.addEventListener("drop", (/** @type {DragEvent & {dataTransfer: DataTransfer}} */ event) => {
    event.preventDefault();
    drop.hidden = true;
    addFiles(event.dataTransfer.files);
  });
}
