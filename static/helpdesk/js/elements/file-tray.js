/** Files of the message being written: chosen, pasted or dropped; each with its progress. */
import { clone, parts } from "../lib/dom.js";
import { size } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { upload } from "../lib/uploads.js";

/** @typedef {import("../lib/types.js").File} Stored */
/** @typedef {{chip: HTMLElement, stored: Stored|null, stop: () => void, busy: boolean}} Item */

/** One tray per composer; files are kept per conversation while the tab lives. */
export class FileTray {
  /** @param {HTMLElement} place @param {() => void} changed */
  constructor(place, changed) {
    this.place = place;
    this.changed = changed;
    /** @type {Map<number, Item[]>} */
    this.all = new Map();
    this.id = 0;
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

  get items() {
    return this.all.get(this.id) || [];
  }

  /** @param {number} id @param {number} limit bytes; 0 where the channel carries no files */
  show(id, limit) {
    this.limit = limit;
    if (id === this.id) return;
    this.id = id;
    this.place.replaceChildren(...this.items.map((item) => item.chip));
  }

  /** Still on its way up. */
  get busy() {
    return this.items.some((item) => item.busy);
  }

  /** What is up and ready to go. */
  get files() {
    return this.items.flatMap((item) => (item.stored ? [item.stored] : []));
  }

  /** @param {Iterable<globalThis.File>} files */
  add(files) {
    for (const file of files) this.addOne(file);
    this.changed();
  }

  /** @param {globalThis.File} file */
  addOne(file) {
    const id = this.id;
    const chip = clone("upload");
    const place = parts(chip);
    /** @type {Item} */
    const item = { chip, stored: null, stop: () => {}, busy: false };
    place.name.textContent = file.name;
    place.size.textContent = size(file.size);
    place.remove.setAttribute("aria-label", t("file.remove", { name: file.name }));
    place.remove.addEventListener("click", () => this.remove(id, item));
    this.all.set(id, [...(this.all.get(id) || []), item]);
    this.place.append(chip);
    if (file.size > this.limit || !file.size) {
      this.fail(item, file.size ? t("file.big", { limit: size(this.limit) }) : t("file.empty"));
      return;
    }
    item.busy = true;
    const { done, stop } = upload(file, (percent) => (place.progress.value = percent));
    item.stop = stop;
    done.then((stored) => {
      item.stored = stored;
      item.busy = false;
      place.progress.remove();
    }).catch((error) => this.fail(item, error.message)).finally(() => this.changed());
  }

  /** Files that are up already, of a message that was taken back. @param {Stored[]} files */
  put(files) {
    for (const stored of files) {
      const chip = clone("upload");
      const place = parts(chip);
      /** @type {Item} */
      const item = { chip, stored, stop: () => {}, busy: false };
      const { id } = this;
      place.name.textContent = stored.name;
      place.size.textContent = size(stored.size);
      place.progress.remove();
      place.remove.setAttribute("aria-label", t("file.remove", { name: stored.name }));
      place.remove.addEventListener("click", () => this.remove(id, item));
      this.all.set(id, [...this.items, item]);
      this.place.append(chip);
    }
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

  /** @param {number} id @param {Item} item */
  remove(id, item) {
    item.stop();
    item.chip.remove();
    this.all.set(id, (this.all.get(id) || []).filter((one) => one !== item));
    this.changed();
  }

  clear() {
    this.all.delete(this.id);
    this.place.replaceChildren();
  }
}
