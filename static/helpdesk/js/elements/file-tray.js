/** Files of the message being written: chosen, pasted or dropped; each with its progress. */
import { clone, parts } from "../lib/dom.js";
import { size } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { upload } from "../lib/uploads.js";

/** @typedef {import("../lib/types.js").File} Stored */
/** @typedef {import("../lib/drafts.js").Mode} Mode */
/** @typedef {{chip: HTMLElement, stored: Stored|null, stop: () => void, busy: boolean}} Item */

const MOST = 20;

/** One tray per composer. What is up belongs to the draft; what is on its way, to this tab. */
export class FileTray {
  /** @param {HTMLElement} place @param {(id: number, mode: Mode) => void} changed told whose files came or went */
  constructor(place, changed) {
    this.place = place;
    this.changed = changed;
    /** @type {Map<string, Item[]>} */
    this.all = new Map();
    this.id = 0;
    /** @type {Mode} */
    this.mode = "reply";
    this.limit = 0;
  }

  /**
   * Take files from the chooser, the clipboard and from above.
   * @param {HTMLElement} box @param {HTMLTextAreaElement} text @param {HTMLInputElement} chooser @param {HTMLElement} zone
   */
  listen(box, text, chooser, zone) {
    chooser.addEventListener("change", () => {
      this.add(chooser.files || []);
      chooser.value = "";
    });
    text.addEventListener("paste", (event) => {
      const files = event.clipboardData?.files;
      if (!files?.length || !this.limit) return;
      event.preventDefault();
      this.add(files);
    });
    const over = (/** @type {DragEvent} */ event) => !!this.limit && event.dataTransfer?.types.includes("Files");
    zone.addEventListener("dragover", (event) => {
      if (!over(event)) return;
      event.preventDefault();
      box.classList.add("dropping");
    });
    zone.addEventListener("dragleave", (event) => {
      if (!zone.contains(/** @type {Node|null} */ (event.relatedTarget))) box.classList.remove("dropping");
    });
    zone.addEventListener("drop", (event) => {
      box.classList.remove("dropping");
      if (!over(event) || !event.dataTransfer) return;
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
  }

  /** @param {number} id @param {Mode} mode */
  itemsOf(id, mode) {
    return this.all.get(`${id}.${mode}`) || [];
  }

  get items() {
    return this.itemsOf(this.id, this.mode);
  }

  /** @param {number} id @param {Mode} mode @param {number} limit bytes; 0 where the channel carries no files */
  show(id, mode, limit) {
    this.limit = limit;
    if (id === this.id && mode === this.mode) return;
    this.id = id;
    this.mode = mode;
    this.place.replaceChildren(...this.items.map((item) => item.chip));
  }

  /** Still on its way up. */
  get busy() {
    return this.items.some((item) => item.busy);
  }

  /** What is up and ready to go. */
  get files() {
    return this.filesOf(this.id, this.mode);
  }

  /** @param {number} id @param {Mode} mode */
  filesOf(id, mode) {
    return this.itemsOf(id, mode).flatMap((item) => (item.stored ? [item.stored] : []));
  }

  /** @param {Iterable<globalThis.File>} files */
  add(files) {
    for (const file of files) this.addOne(file);
    this.changed(this.id, this.mode);
  }

  /** @param {globalThis.File} file */
  addOne(file) {
    const { id, mode } = this;
    const item = this.chip(file, null);
    const place = parts(item.chip);
    if (this.items.length > MOST) return this.fail(item, t("file.many", { limit: MOST }));
    if (file.size > this.limit || !file.size) {
      return this.fail(item, file.size ? t("file.big", { limit: size(this.limit) }) : t("file.empty"));
    }
    item.busy = true;
    const { done, stop } = upload(file, (percent) => (place.progress.value = percent));
    item.stop = stop;
    done.then((stored) => {
      item.stored = stored;
      item.busy = false;
      place.progress.remove();
    }).catch((error) => this.fail(item, error.message)).finally(() => this.changed(id, mode));
  }

  /** A file in the tray that is shown. @param {{name: string, size: number}} file @param {Stored|null} stored @returns {Item} */
  chip(file, stored) {
    const { id, mode } = this;
    const chip = clone("upload");
    const place = parts(chip);
    /** @type {Item} */
    const item = { chip, stored, stop: () => {}, busy: false };
    place.name.textContent = file.name;
    place.size.textContent = size(file.size);
    if (stored) place.progress.remove();
    place.remove.setAttribute("aria-label", t("file.remove", { name: file.name }));
    place.remove.addEventListener("click", () => this.remove(id, mode, item));
    this.all.set(`${id}.${mode}`, [...this.items, item]);
    this.place.append(chip);
    return item;
  }

  /** Files that are up already, of a message that was taken back. @param {Stored[]} files */
  put(files) {
    for (const stored of files) this.chip(stored, stored);
    this.changed(this.id, this.mode);
  }

  /** The shown draft's files are these, wherever they were added or removed. @param {Stored[]} files */
  keep(files) {
    const wanted = new Set(files.map((file) => file.id));
    for (const item of this.items) {
      if (!item.stored || wanted.delete(item.stored.id)) continue;
      item.chip.remove();
      this.all.set(`${this.id}.${this.mode}`, this.items.filter((one) => one !== item));
    }
    for (const stored of files) if (wanted.has(stored.id)) this.chip(stored, stored);
  }

  /** Files of a template, which the server is about to give us. @param {import("../lib/template-files.js").Given} given */
  expect({ shown, stored }) {
    const before = new Set(this.items);
    this.put(shown);
    const fresh = this.items.filter((item) => !before.has(item));
    for (const item of fresh) Object.assign(item, { stored: null, busy: true }).chip.ariaBusy = "true";
    stored.then((files) => {
      fresh.forEach((item, index) => Object.assign(item, { stored: files[index] || null, busy: false }));
      for (const item of fresh.slice(files.length)) this.fail(item, t("fault.refused"));
    }).catch((error) => fresh.forEach((item) => this.fail(item, error.message))).finally(() => {
      for (const { chip } of fresh) chip.ariaBusy = null;
      this.changed();
    });
    this.changed();
  }

  /** @param {Item} item @param {string} words */
  fail(item, words) {
    item.busy = false;
    const place = parts(item.chip);
    item.chip.classList.add("bad");
    place.size.textContent = words;
    place.progress?.remove();
  }

  /** @param {number} id @param {Mode} mode @param {Item} item */
  remove(id, mode, item) {
    item.stop();
    item.chip.remove();
    this.all.set(`${id}.${mode}`, this.itemsOf(id, mode).filter((one) => one !== item));
    this.changed(id, mode);
  }

  /** They left with their message. @param {number} id @param {Mode} mode */
  clear(id, mode) {
    for (const item of this.itemsOf(id, mode)) item.chip.remove();
    this.all.delete(`${id}.${mode}`);
  }
}
