/** @file Files on their way up: each with progress, retry and remove; the ways to choose one. */
import { upload } from "./api.js";
import { byId, config, el, icon, say } from "./kit.js";
import { open, shut } from "./popup.js";
import { canCapture, capture } from "./shot.js";
import { sizeOf } from "./sizes.js";
import { trouble } from "./views.js";

const LIMIT = 10;
const list = el("ul", { class: "files", hidden: true });
const any = picker({ multiple: true });
const camera = picker({ accept: "image/jpeg,image/png,image/webp,image/heic", capture: "environment" });
const touch = matchMedia("(pointer: coarse)").matches;
byId("tray").append(list, any, camera);

/** @typedef {{file: File, row: HTMLElement, done: Promise<any>, attachment: any, failed: boolean}} Chosen */
/** @type {Chosen[]} */
let chosen = [];

/** @returns {any} @param {Record<string, any>} attributes */
function picker(attributes) {
  const input = /** @type {HTMLInputElement} */ (el("input", { type: "file", hidden: true, "aria-hidden": "true", ...attributes }));
  input.addEventListener("change", () => {
    addFiles([.../** @type {FileList} */ (input.files)]);
    input.value = "";
    byId("text").focus();
  });
  return input;
}

/** @param {Chosen} entry */
function remove(entry) {
  chosen = chosen.filter((one) => one !== entry);
  entry.row.remove();
  list.hidden = chosen.length === 0;
}

/** @param {Chosen} entry */
function start(entry) {
  const bar = /** @type {HTMLProgressElement} */ (el("progress", { max: "1", value: "0", "aria-label": entry.file.name }));
  const note = el("bdi", { class: "meta" }, sizeOf(entry.file.size));
  const name = say("removeFile", { name: entry.file.name });
  const gone = el("button", { class: "icon", type: "button", "aria-label": name, click: () => { remove(entry); byId("text").focus(); } }, icon("x"));
  const words = el("span", { class: "grow" }, el("bdi", { class: "cut" }, entry.file.name), note, bar);
  entry.row.replaceChildren(el("span", { class: "thumb" }, icon("file")), words, gone);
  entry.failed = false;
  entry.done = upload(entry.file, (part) => { bar.value = part; }).then(
    (attachment) => {
      entry.attachment = attachment;
      bar.remove();
    },
    (error) => {
      const refused = error.message === "415" || error.message === "400";
      entry.failed = true;
      bar.remove();
      note.className = "meta bad";
      note.textContent = error.message === "413" ? say("tooBig", { name: "", limit: sizeOf(config.maxBytes) }) : say(refused ? "badFile" : "uploadFailed");
      if (!refused) gone.before(el("button", { class: "icon", type: "button", "aria-label": say("retry"), click: () => start(entry) }, icon("retry")));
    },
  );
}

/** @param {File[]} files */
export function addFiles(files) {
  trouble("");
  for (const file of files) {
    if (file.size > config.maxBytes) {
      trouble(say("tooBig", { name: file.name, limit: sizeOf(config.maxBytes) }));
      continue;
    }
    if (chosen.length >= LIMIT) {
      trouble(say("tooMany", { limit: LIMIT }));
      break;
    }
    const entry = { file, row: el("li", { class: "att" }), done: Promise.resolve(), attachment: null, failed: false };
    chosen.push(entry);
    list.append(entry.row);
    start(entry);
  }
  list.hidden = chosen.length === 0;
}

export const hasFiles = () => chosen.length > 0;

/** Wait for all uploads; the finished ones leave the strip, or null when one has failed. */
export async function takeFiles() {
  await Promise.all(chosen.map((entry) => entry.done));
  if (chosen.some((entry) => entry.failed)) return null;
  const attachments = chosen.map((entry) => entry.attachment);
  for (const entry of [...chosen]) remove(entry);
  return attachments;
}

/** Straight to the files where there is no other way; else the visitor chooses: files, camera, screen. */
export function attach() {
  const shot = canCapture();
  if (!touch && !shot) return any.click();
  /** @param {string} image @param {string} word @param {() => void} press */
  const item = (image, word, press) => el("button", { type: "button", click: () => { shut(); press(); } }, icon(image), say(word));
  open(byId("attach"), el("div", { class: "menu up" }, item("file", "fromFiles", () => any.click()),
    touch ? item("photo", "photo", () => camera.click()) : null,
    shot ? item("shot", "shot", () => capture((file) => addFiles([file]))) : null));
}
