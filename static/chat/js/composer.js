/** @file Where the visitor writes: grows with the text, Enter sends, the draft survives a reload. */
import { hasFiles, takeFiles, watchFiles } from "./files.js";
import { byId, config } from "./kit.js";
import { enqueue } from "./queue.js";
import { flush, sayTyping } from "./session.js";
import { load, save } from "./store.js";
import { draw, toEnd } from "./thread.js";

const TYPING_EACH = 3_000;
const TYPING_ENDS = 4_000;
const text = byId("text");
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
  quiet = setTimeout(stopTyping, TYPING_ENDS);
  if (now - told < TYPING_EACH) return;
  told = now;
  sayTyping("composing");
}

function stopTyping() {
  clearTimeout(quiet);
  if (told) sayTyping("gone");
  told = 0;
}

async function submit() {
  if (sending || (!text.value.trim() && !hasFiles())) return;
  sending = true;
  const attachments = await takeFiles();
  sending = false;
  if (!attachments) return;
  enqueue(text.value.trim(), attachments);
  text.value = "";
  save("draft", "");
  stopTyping();
  grow();
  draw();
  toEnd();
  flush();
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
    else stopTyping();
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
}
