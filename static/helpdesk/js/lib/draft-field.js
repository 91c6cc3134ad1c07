/** A field whose words are kept per conversation and mode, here and on the server. */
import { draft, gist, keep } from "./drafts.js";
import { changed } from "./saving.js";
import { store } from "./store.js";
import { stopped } from "./typing.js";

/** @typedef {import("./drafts.js").Mode} Mode */

export class DraftField extends HTMLElement {
  /** @type {HTMLTextAreaElement} */ text;
  /** @type {Record<string, any>} */ place;
  /** @type {import("../elements/file-tray.js").FileTray} */ tray;
  draft = draft(0);
  /** @type {number|null} */ where = null;

  get mode() {
    return this.draft.mode;
  }

  /** The words as they are kept: here, or by now from another tab. @param {Mode} [mode] which of them, if not the last */
  take(mode) {
    if (this.where === null) return;
    const kept = draft(this.where);
    this.draft = mode ? { ...kept, mode } : kept;
    if (this.text.value !== this.draft[this.mode]) this.text.value = this.draft[this.mode];
  }

  /** They were changed elsewhere. */
  reread() {
    this.take(this.contains(document.activeElement) ? this.mode : undefined);
    this.dress();
  }

  /** Begin to write. @param {Mode} mode */
  write(mode) {
    if (this.hidden || this.where === null) return;
    if (mode !== this.mode) {
      this.draft = { ...draft(this.where), mode };
      this.text.value = this.draft[mode];
      stopped();
      this.closePickers();
      keep(this.where, this.draft);
      this.dress();
    }
    this.text.focus();
  }

  /** Keep the words here at once, and on the server soon. */
  remember() {
    if (this.where === null) return;
    this.draft = { ...draft(this.where), mode: this.mode, to: this.draft.to, [this.mode]: this.text.value };
    changed(this.where, this.mode, this.draft);
    this.place.saved.hidden = true;
  }

  /** Files of a draft came or went, maybe of one that is not shown. @param {number} id @param {Mode} mode */
  filed(id, mode) {
    const kept = draft(id);
    const files = this.tray.filesOf(id, mode);
    if (gist("", files) !== gist("", kept.files[mode])) {
      changed(id, mode, { ...kept, files: { ...kept.files, [mode]: files } });
      if (id === this.where) this.draft = { ...draft(id), mode: this.mode };
      this.place.saved.hidden = true;
    }
    this.check();
  }

  /** Whom the question goes to. @param {number[]} to */
  ask(to) {
    this.draft = { ...this.draft, to };
    this.remember();
    this.dress();
  }

  /** Unsent words, back to where they can be changed. @param {import("../lib/types.js").Parcel} parcel */
  takeBack(parcel) {
    this.write(parcel.paper === "ask" ? "ask" : parcel.internal ? "note" : "reply");
    this.text.value = [this.text.value, parcel.body].filter(Boolean).join("\n");
    this.tray.put(parcel.files || []);
    this.typed();
  }

  dress() {}

  check() {}

  typed() {}

  closePickers() {}
}
