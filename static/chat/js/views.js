/** @file Which view stands: home, the chat, or a sheet in the chat's place (a form, the end). */
import { embedded } from "./host.js";
import { byId, say } from "./kit.js";

export const screen = {
  view: "",
  /** is the panel before the visitor's eyes, as far as the page around has said */ open: !embedded,
  /** has he chosen where to be */ touched: false,
  /** set by main */ changed() {},
};

/** @param {"home" | "chat" | "sheet"} view */
export function show(view) {
  screen.view = view;
  byId("home").hidden = view !== "home";
  byId("chat").hidden = view === "home";
  byId("talk").hidden = view !== "chat";
  byId("sheet").hidden = view !== "sheet";
  trouble("");
  screen.changed();
}

/** Focus goes where the visitor acts next, is never taken from the page around, and on a phone
 * no keyboard jumps up by itself. */
export function focus() {
  if (!document.hasFocus()) return;
  const chat = matchMedia("(pointer: coarse)").matches ? byId("log") : byId("text");
  const place = screen.view === "home" ? byId("greeting") : screen.view === "chat" ? chat : byId("sheet").querySelector("h2");
  if (place) place.focus({ preventScroll: true });
}

/** @param {"home" | "chat" | "sheet"} view */
export function go(view) {
  screen.touched = true;
  show(view);
  focus();
}

/** A form or a question in the place of the chat; its heading gets the focus. @param {Node[]} content */
export function sheet(...content) {
  byId("sheet").replaceChildren(...content);
  byId("sheet").scrollTop = 0;
  go("sheet");
}

/** What did not work, in the visitor's words, over the text box; "" takes it away. @param {string} text */
export function trouble(text) {
  byId("error").hidden = !text;
  byId("error").textContent = text;
}

/** A part did not come. */
export function unreachable() {
  trouble(say("offline"));
}

let saidAt = 0;
let due = 0;

/** For screen readers: what changes by itself (typing, the line), at most each 10 s, newest wins. @param {string} text */
export function murmur(text) {
  clearTimeout(due);
  due = setTimeout(() => {
    saidAt = Date.now();
    byId("status").textContent = text;
  }, Math.max(0, saidAt + 10_000 - Date.now()));
}
