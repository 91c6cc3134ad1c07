/** @file Where the visitor writes: grows with the text, Enter sends, the draft survives a reload.
 * Files, emoji and the picture of a screen are a part that comes when he turns to the box. */
import { byId, config } from "./kit.js";
import { part, parts } from "./later.js";
import { enqueue } from "./queue.js";
import { flush, sayTyping } from "./session.js";
import { load, save } from "./store.js";
import { draw, toEnd } from "./thread.js";
import { trouble, unreachable } from "./views.js";

const TYPING_EACH = 3_000;
const TYPING_ENDS = 4_000;
const text = byId("text");
const chat = byId("chat");
const drop = byId("drop");
const grows = CSS.supports("field-sizing", "content");
let told = 0;
let quiet = 0;
let sending = false;

function grow() {
  if (grows) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
}

function typing() {
  const now = Date.now();
  clearTimeout(quiet);
  quiet = setTimeout(() => stopTyping("paused"), TYPING_ENDS);
  if (now - told < TYPING_EACH) return;
  told = now;
  sayTyping("composing");
}

/** @param {"paused" | "gone"} state */
function stopTyping(state) {
  clearTimeout(quiet);
  if (told) sayTyping(state);
  told = 0;
}

/** @param {(tools: any) => void} use */
const withTools = (use) => part("tools").then(use, unreachable);

/** Take files from a paste or a drop. @param {Event} event @param {DataTransfer} data */
function take(event, data) {
  const files = [...data.files];
  if (!files.length) return;
  event.preventDefault();
  withTools((tools) => tools.addFiles(files));
}

async function submit() {
  const { tools } = parts;
  if (sending || (!text.value.trim() && !tools?.hasFiles())) return;
  sending = true;
  const attachments = tools ? await tools.takeFiles() : [];
  sending = false;
  if (!attachments) return;
  enqueue(text.value.trim(), attachments);
  text.value = "";
  save("draft", "");
  trouble("");
  stopTyping("gone");
  grow();
  draw();
  toEnd();
  flush();
}

function watchFiles() {
  text.addEventListener("paste", (/** @type {ClipboardEvent & {clipboardData: DataTransfer}} */ event) => take(event, event.clipboardData));
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
    take(event, event.dataTransfer);
  });
}

export function startComposer() {
  text.maxLength = config.maxChars;
  text.value = load("draft", "");
  grow();
  watchFiles();
  text.addEventListener("input", () => {
    save("draft", text.value);
    grow();
    if (text.value.trim()) typing();
    else stopTyping("gone");
  });
  text.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  byId("composer").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    submit();
    text.focus();
  });
  byId("attach").addEventListener("click", () => withTools((tools) => tools.attach()));
  byId("emoji").addEventListener("click", () => withTools((tools) => tools.emoji()));
  chat.addEventListener("focusin", () => part("tools").catch(() => {}), { once: true });
  addEventListener("pagehide", () => stopTyping("gone"));
}
