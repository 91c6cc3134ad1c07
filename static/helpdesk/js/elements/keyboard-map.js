/** The map of keys, and the keys. */
import { bind } from "../lib/keys.js";
import { liveChats } from "../lib/lists.js";
import { goConversation, goList, goView } from "../lib/router.js";
import { chosen, none, toggle } from "../lib/selection.js";
import { store } from "../lib/store.js";
import { choose as chooseTalk } from "../lib/weave.js";

class KeyboardMap extends HTMLElement {
  /** @type {HTMLDialogElement} */ dialog;

  connectedCallback() {
    this.dialog = /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    /** @type {Record<string, (event: KeyboardEvent) => void>} */
    const keys = {
      "?": () => this.show(),
      j: () => step(1),
      k: () => step(-1),
      r: () => composer()?.write("reply"),
      n: () => composer()?.write("note"),
      c: () => composer()?.write("ask"),
      "/": () => composer()?.templates(),
      a: () => menu("assign"),
      s: () => menu("snooze"),
      e: () => menu("resolve"),
      t: () => menu("tags"),
      x: choose,
      w: () => weave("merge"),
      l: () => weave("link"),
      "g i": goList,
      Escape: leave,
    };
    for (const [key, view] of Object.entries(VIEWS)) keys[`g ${key}`] = () => goView(view);
    for (let n = 1; n < 10; n += 1) keys[`alt+${n}`] = () => liveChats()[n - 1] && goConversation(liveChats()[n - 1].id);
    bind(keys);
  }

  show() {
    if (!this.dialog.open) this.dialog.showModal();
  }
}

/** g and one of these: v, c and w lead to other places of the desk. */
const VIEWS = { m: "mine", a: "all", u: "unassigned", l: "late", t: "live", z: "snoozed", n: "mentions", e: "resolved" };

/** @param {"merge"|"link"} what */
function weave(what) {
  const { row, thread } = store;
  if (row && thread && (what === "link" || (row.state !== "spam" && !row.merged_into))) chooseTalk(what);
}

/** Chooses the row that has the focus, else the open one. */
function choose() {
  const box = document.activeElement?.closest(".rowbox") || document.querySelector(".rowbox:has([aria-current])");
  const id = Number(/** @type {HTMLElement|null} */ (box?.querySelector("a.row"))?.dataset.id);
  if (id) toggle(id);
}

/** @returns {any} */
const composer = () => (store.openId === null ? null : document.querySelector("composer-box"));

/** @param {string} name */
function menu(name) {
  const many = /** @type {any} */ (document.querySelector(`bulk-bar menu-button[data-menu=${name}]`));
  if (chosen.size && many) return many.show();
  const box = /** @type {any} */ (document.querySelector(`thread-view menu-button[data-menu=${name}]`));
  if (store.openId !== null && box && !box.hidden) box.show();
}

/** To the next or previous row; Enter then opens it. @param {number} by */
function step(by) {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("inbox-list a.row")]);
  const focused = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const current = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const from = focused >= 0 ? focused : current;
  const to = rows[from < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, from + by))];
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
}

/** One step out: from a drawer, from the words, on a phone from the conversation. */
function leave() {
  const app = /** @type {HTMLElement} */ (document.getElementById("app"));
  const focused = document.activeElement;
  if (chosen.size) none();
  else if (app.classList.contains("ctx-open")) app.classList.remove("ctx-open");
  else if (focused instanceof HTMLTextAreaElement) focused.blur();
  else if (matchMedia("(max-width: 760px)").matches && store.openId !== null) goList();
}

customElements.define("keyboard-map", KeyboardMap);
