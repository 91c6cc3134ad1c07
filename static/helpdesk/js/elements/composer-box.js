/** Where the agent writes: reply, note or question to a colleague, and the ways to send. */
import { boot } from "../lib/boot.js";
import { afterPaint, onDo, parts } from "../lib/dom.js";
import { DraftField } from "../lib/draft-field.js";
import { draft } from "../lib/drafts.js";
import { address, dress, dressFoot, enterSends, look } from "../lib/dress.js";
import { schedule } from "../lib/later.js";
import { send } from "../lib/outbox.js";
import { changed, decide, other, save } from "../lib/saving.js";
import { obstacle, parcelOf } from "../lib/sending.js";
import { store } from "../lib/store.js";
import { answering } from "../lib/strands.js";
import { stopped, typed } from "../lib/typing.js";
import { putSlash, putTemplate, selectGap, slashed, takeSlash, withoutSlash } from "../lib/writing.js";
import { counter, mirror, warn } from "../lib/written.js";
import { FileTray } from "./file-tray.js";

/** @typedef {import("../lib/drafts.js").Mode} Mode */

class ComposerBox extends DraftField {
  /** @type {{id: number, text: string}[]} */ used = [];
  anyway = false;
  dressSoon = afterPaint(() => this.dress());

  connectedCallback() {
    this.place = parts(this);
    this.text = /** @type {HTMLTextAreaElement} */ (this.place.text);
    this.picker = /** @type {any} */ (this.place.picker);
    this.words = /** @type {any} */ (this.place.wordpicker);
    this.tray = new FileTray(this.place.tray, (id, mode) => this.filed(id, mode));
    onDo(this, {
      templates: () => this.templates(),
      attach: () => this.place.file.click(),
      send: () => this.send(""),
      "fill-gap": () => selectGap(this.text),
      "send-anyway": () => this.send("", null, true),
      "use-theirs": () => this.where !== null && decide(this.where, this.draft.mode, true),
      "keep-mine": () => this.where !== null && decide(this.where, this.draft.mode, false),
    });
    this.addEventListener("click", (event) => {
      const target = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-then], [data-mode]"));
      if (target?.dataset.mode) this.write(/** @type {Mode} */ (target.dataset.mode));
      else if (target) this.send(target.dataset.then || "");
    });
    this.addEventListener("later", (event) => this.send("", /** @type {CustomEvent} */ (event).detail));
    this.addEventListener("asked", (event) => this.ask(/** @type {CustomEvent} */ (event).detail));
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("blur", () => setTimeout(() => this.contains(document.activeElement) || this.closePickers(), 100));
    this.picker.addEventListener("chosen", (/** @type {CustomEvent} */ event) => {
      putTemplate(this.text, event.detail.text);
      this.used.push({ id: event.detail.id, text: event.detail.text });
      if (event.detail.files.shown.length) this.tray.expect(event.detail.files);
      this.picker.close();
    });
    this.picker.addEventListener("propose", () => this.propose());
    this.picker.addEventListener("pointed", (/** @type {CustomEvent} */ event) => this.pointed(event.detail || ""));
    this.tray.listen(this, this.text, this.place.file, /** @type {HTMLElement} */ (this.closest("thread-view")));
    store.on("open", () => this.show());
    store.on("thread", (id) => id === store.openId && this.show());
    store.on("saved", (id) => id === this.where && dressFoot(this.place, this.draft, id));
    store.on("draft", ({ id }) => id === this.where && this.reread());
    store.on("preferences", () => this.dress());
    document.addEventListener("edit-parcel", (event) => this.takeBack(/** @type {CustomEvent} */ (event).detail));
  }

  closePickers() {
    this.picker.close();
    this.words.close();
  }

  /** Another conversation, or new facts about this one. */
  show() {
    if (store.openId === this.where) return this.dress();
    stopped();
    this.closePickers();
    this.where = store.openId;
    this.anyway = false;
    this.used = [];
    this.take();
    this.aim();
    this.dressSoon();
  }

  /** Whose words, files and look these are: true in the key's own task, before anything can be sent. */
  aim() {
    const { row, thread } = store;
    if (!row || this.where === null) return;
    this.tray.show(row.id, this.mode, this.mode !== "reply" || !thread ? boot.max_file_bytes : thread.can.files_max_bytes);
    this.tray.keep(this.draft.files[this.mode]);
    look(this, this.mode);
    address(this.place.text, row, this.mode);
    mirror(this.place, this.text.value);
  }

  dress() {
    const { row } = store;
    if (!row || this.where === null) return;
    this.aim();
    dress(this, row, this.draft);
    this.place.attach.hidden = !this.tray.limit;
    this.place.theirs.hidden = !other(this.where, this.mode);
    this.check();
  }

  typed() {
    if (this.where === null) return;
    this.anyway = false;
    this.remember();
    this.check();
    if (this.mode === "reply" && this.text.value.trim() && (store.thread?.can.live || store.thread?.can.typing)) typed(answering(store.thread, this.where));
    else if (!this.text.value) stopped();
    const word = this.mode === "reply" ? slashed(this.text) : null;
    if (word !== null) this.picker.search(word, !!withoutSlash(this.text));
    else if (!this.picker.hidden) this.picker.close();
    this.words.look(this.text, this.mode !== "reply");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing || this.picker.key(event) || this.words.key(event)) return;
    const strong = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && (strong || (enterSends() && !matchMedia("(pointer: coarse)").matches))) {
      event.preventDefault();
      this.send("");
    } else if (event.key === "Tab" && !event.shiftKey && !strong && selectGap(this.text)) event.preventDefault();
  }

  /** Open the templates, as a slash would. */
  templates() {
    this.write("reply");
    if (this.picker.hidden) putSlash(this.text);
    else this.picker.close();
  }

  /** What is written becomes a proposal; the slash that opened the templates is taken back. */
  propose() {
    const text = withoutSlash(this.text);
    this.picker.close();
    takeSlash(this.text);
    document.dispatchEvent(new CustomEvent("propose-template", { detail: text }));
  }

  /** Which option of the picker is pointed at; "" when it is closed. @param {string} option */
  pointed(option) {
    if (option) this.text.setAttribute("aria-activedescendant", option);
    else this.text.removeAttribute("aria-activedescendant");
    this.querySelector("[data-do=templates]")?.classList.toggle("on", !this.picker.hidden);
  }

  /** Draw the mirror, the counter and the quiet bar. */
  check() {
    mirror(this.place, this.text.value);
    counter(this.place, this.text.value, this.mode !== "reply");
    const problem = this.problem();
    warn(this.place, problem && (problem.gap || problem.late || problem.may) ? problem : null, false);
  }

  problem() {
    const { text, tray, mode, draft: { to }, anyway } = this;
    return obstacle({ text: text.value, files: tray.files.length, busy: tray.busy, mode, to, max: store.thread?.can.max_chars || 0, anyway });
  }

  /** @param {string} then "", "pending" or "resolved" @param {{due_at: string, cancel_if_customer_writes: boolean}|null} [later] @param {boolean} [anyway] */
  async send(then, later = null, anyway = false) {
    const { row } = store;
    if (!row || this.where === null) return;
    this.anyway = anyway;
    const problem = this.problem();
    if (problem) {
      warn(this.place, problem, true);
      return this.text.focus();
    }
    const { mode, where } = this;
    const parcel = parcelOf({ where, mode, text: this.text.value, files: this.tray.files, used: this.used, to: this.draft.to }, row, then);
    if (later && !(await schedule(parcel, later))) return;
    if (!later) send(parcel);
    this.sent(where, mode);
  }

  /** It is on its way: empty for the next one. @param {number} where @param {Mode} mode */
  sent(where, mode) {
    stopped();
    this.used = [];
    this.anyway = false;
    const before = draft(where);
    const left = { ...before, [mode]: "", mode: /** @type {Mode} */ ("reply"), to: [], files: { ...before.files, [mode]: [] }, other: { ...before.other, [mode]: undefined } };
    this.tray.clear(where, mode);
    changed(where, mode, left);
    save(where, mode);
    if (where !== this.where) return;
    this.draft = left;
    this.text.value = left.reply;
    this.dress();
    this.text.focus();
    /** @type {any} */ (document.querySelector("message-log")).toNewest();
  }
}

customElements.define("composer-box", ComposerBox);
