/** Where the agent writes: reply or note, drafts, templates, files, and the ways to send. */
import { boot } from "../lib/boot.js";
import { onDo, parts } from "../lib/dom.js";
import { draft, keep } from "../lib/drafts.js";
import { dress, enterSends } from "../lib/dress.js";
import { send } from "../lib/outbox.js";
import { obstacle } from "../lib/sending.js";
import { store } from "../lib/store.js";
import { stopped, typed } from "../lib/typing.js";
import { putSlash, putTemplate, selectGap, slashed } from "../lib/writing.js";
import { counter, mirror, warn } from "../lib/written.js";
import { FileTray } from "./file-tray.js";

class ComposerBox extends HTMLElement {
  /** @type {HTMLTextAreaElement} */ text;
  /** @type {Record<string, any>} */ place;
  /** @type {FileTray} */ tray;
  /** @type {import("../lib/drafts.js").Draft} */ draft;
  /** @type {number|null} */ where = null;
  anyway = false;

  connectedCallback() {
    this.place = parts(this);
    this.text = /** @type {HTMLTextAreaElement} */ (this.place.text);
    this.picker = /** @type {any} */ (this.place.picker);
    this.tray = new FileTray(this.place.tray, () => this.check());
    this.draft = draft(0);
    onDo(this, {
      templates: () => this.templates(),
      attach: () => this.place.file.click(),
      send: () => this.send(""),
      "fill-gap": () => selectGap(this.text),
      "send-anyway": () => {
        this.anyway = true;
        this.send("");
      },
    });
    this.addEventListener("click", (event) => {
      const target = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-then], [data-mode]"));
      if (target?.dataset.mode) this.write(target.dataset.mode === "note" ? "note" : "reply");
      else if (target) this.send(target.dataset.then || "");
    });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("blur", () => setTimeout(() => this.contains(document.activeElement) || this.picker.close(), 100));
    this.picker.addEventListener("chosen", (/** @type {CustomEvent} */ event) => {
      putTemplate(this.text, event.detail.text);
      this.picker.close();
    });
    this.picker.addEventListener("pointed", (/** @type {CustomEvent} */ event) => this.pointed(event.detail || ""));
    this.tray.listen(this, this.text, this.place.file, /** @type {HTMLElement} */ (this.closest("thread-view")));
    store.on("open", () => this.show());
    store.on("thread", (id) => id === store.openId && this.show());
    document.addEventListener("edit-parcel", (event) => this.takeBack(/** @type {CustomEvent} */ (event).detail));
  }

  get note() {
    return this.draft.mode === "note";
  }

  /** Another conversation, or new facts about this one. */
  show() {
    const { openId, row } = store;
    if (openId !== this.where) {
      stopped();
      this.picker.close();
      this.where = openId;
      this.anyway = false;
      if (openId === null) return;
      this.draft = draft(openId);
      this.text.value = this.draft[this.draft.mode];
      this.check();
    }
    if (row) this.dress();
  }

  dress() {
    const { row, thread } = store;
    if (!row) return;
    dress(this, row, this.note);
    this.tray.show(row.id, this.note || !thread ? boot.max_file_bytes : thread.can.files_max_bytes);
    this.place.attach.hidden = !this.tray.limit;
    this.check();
  }

  /** Begin to write. @param {"reply"|"note"} mode */
  write(mode) {
    if (this.hidden || this.where === null) return;
    if (mode !== this.draft.mode) {
      this.draft = { ...this.draft, [this.draft.mode]: this.text.value, mode };
      this.text.value = this.draft[mode];
      stopped();
      this.picker.close();
      this.dress();
      keep(this.where, this.draft);
    }
    this.text.focus();
  }

  typed() {
    if (this.where === null) return;
    this.anyway = false;
    this.draft[this.draft.mode] = this.text.value;
    keep(this.where, this.draft);
    this.check();
    if (!this.note && this.text.value.trim() && store.thread?.can.live) typed(this.where);
    else if (!this.text.value) stopped();
    const word = this.note ? null : slashed(this.text);
    if (word !== null) this.picker.search(word);
    else if (!this.picker.hidden) this.picker.close();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing || this.picker.key(event)) return;
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

  /** Which option of the picker is pointed at; "" when it is closed. @param {string} option */
  pointed(option) {
    const open = !this.picker.hidden;
    if (option) this.text.setAttribute("aria-activedescendant", option);
    else this.text.removeAttribute("aria-activedescendant");
    this.querySelector("[data-do=templates]")?.classList.toggle("on", open);
  }

  /** Unsent words, back to where they can be changed. @param {import("../lib/types.js").Parcel} parcel */
  takeBack(parcel) {
    this.write(parcel.internal ? "note" : "reply");
    this.text.value = [this.text.value, parcel.body].filter(Boolean).join("\n");
    this.typed();
  }

  /** Draw the mirror, the counter and the quiet bar. */
  check() {
    const { place, text } = this;
    mirror(place, text.value);
    counter(place, text.value, this.note);
    const problem = this.problem();
    warn(place, problem && (problem.gap || problem.late) ? problem : null, false);
  }

  problem() {
    return obstacle({
      text: this.text.value, files: this.tray.files.length, busy: this.tray.busy, note: this.note,
      max: store.thread?.can.max_chars || 0, anyway: this.anyway,
    });
  }

  /** @param {string} then "", "pending" or "resolved" */
  send(then) {
    const { row } = store;
    if (!row || this.where === null) return;
    const problem = this.problem();
    if (problem) {
      warn(this.place, problem, true);
      this.text.focus();
      return;
    }
    send({ conversation: this.where, body: this.text.value.trim(), internal: this.note, channel: row.channel, files: this.tray.files, then: this.note ? "" : then });
    stopped();
    this.draft = { ...this.draft, [this.draft.mode]: "", mode: "reply" };
    keep(this.where, this.draft);
    this.text.value = this.draft.reply;
    this.anyway = false;
    this.tray.clear();
    this.dress();
    this.text.focus();
    /** @type {any} */ (document.querySelector("message-log")).toNewest();
  }
}

customElements.define("composer-box", ComposerBox);
