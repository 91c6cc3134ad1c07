/**
 * The log of the open conversation: days, turns, events, and what still waits to leave. It scrolls
 * from its end (see thread.css), so that no script measures it to stay there; scrollTop is 0 at the
 * newest and negative above.
 */
import { draw, drawParcel } from "../lib/messages.js";
import { callSig } from "../lib/call-card.js";
import { afterPaint, clone, icon, parts, perFrame, reconcile } from "../lib/dom.js";
import { footSig, mood } from "../lib/delivery.js";
import { dayKey, dayName } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { mark, reach } from "../lib/jump.js";
import { KeptLogs } from "../lib/kept-logs.js";
import { line } from "../lib/lines.js";
import { paperSig } from "../lib/papers.js";
import { waiting } from "../lib/outbox.js";
import { socialSig } from "../lib/social.js";
import { store } from "../lib/store.js";
import { isWoven, order, sameTurn, strandOf } from "../lib/strands.js";
import { drawScheduled } from "../lib/scheduled-bubble.js";
import { older } from "../lib/threads.js";

/** @typedef {import("../lib/types.js").Message} Message */
/** @typedef {{at: string, seq: number, message?: Message, words?: {icon: string, text: string}}} Entry */

const NEAR = 80;

class MessageLog extends HTMLElement {
  shown = 0;
  drawSoon = perFrame(() => this.draw()); // a switch tells of itself several times
  drawLater = afterPaint(() => this.draw());
  stick = true;
  atEnd = true;
  fetching = false;
  pages = new KeptLogs(this);

  connectedCallback() {
    store.on(["thread", "outbox", "typing"], (id) => id === store.openId && this.drawSoon());
    store.on("rows", () => store.thread && this.drawSoon());
    store.on("link", () => this.drawSoon());
    store.on("open", (id) => this.swap(id));
    store.on("lost", (id) => this.pages.forget(id));
    store.on("link", () => store.link === "signed-out" && this.pages.keep(1));
    this.addEventListener("menu-closed", () => this.drawSoon());
    this.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.addEventListener("click", (event) => {
      if (/** @type {Element} */ (event.target).closest("[data-do=older]")) this.more();
    });
  }

  get newestButton() {
    return /** @type {HTMLElement|null} */ (this.parentElement?.querySelector("[data-do=to-newest]") || null);
  }

  scrolled() {
    const { scrollTop } = this;
    this.atEnd = scrollTop > -1;
    this.stick = scrollTop > -NEAR;
    if (this.stick && this.newestButton) this.newestButton.hidden = true;
    if (this.scrollHeight - this.clientHeight + scrollTop < NEAR && store.thread?.more) this.more();
  }

  toNewest() {
    if (!this.atEnd) this.scrollTop = 0; // it would measure the log, which is dear
    this.atEnd = this.stick = true;
  }

  async more() {
    if (this.fetching || store.openId === null) return;
    this.fetching = true;
    try {
      await older(store.openId);
      this.draw(); // above what is shown: that stays where it is
    } catch {
      /* the button stays and may be pressed again */
    } finally {
      this.fetching = false;
    }
  }

  /** Another conversation: what was kept of it in this frame, and made true after it. @param {number|null} id */
  swap(id) {
    const page = id === null ? undefined : this.pages.get(id);
    if (!page || !store.thread) return this.drawSoon();
    this.pages.turn(page);
    this.shown = Number(id);
    this.dataset.newest = "";
    this.toNewest();
    this.drawLater();
  }

  draw() {
    const { row, thread } = store;
    if (!row || !thread) return;
    const other = this.shown !== row.id;
    const page = this.pages.of(row.id);
    const before = this.dataset.newest;
    const changed = reconcile(page, this.items(row, thread));
    this.pages.turn(page);
    const newest = thread.messages.at(-1);
    this.dataset.newest = newest?.id || "";
    this.shown = row.id;
    const found = reach(this);
    if (found) this.stick = this.atEnd = false;
    else if (other || (changed && this.stick)) this.toNewest();
    else if (before && before !== newest?.id && newest?.direction === "in" && this.newestButton) this.newestButton.hidden = false;
  }

  /** @param {import("../lib/types.js").Row} row @param {import("../lib/types.js").Thread} thread */
  items(row, thread) {
    /** @type {{key: string, sig: string, make: () => HTMLElement}[]} */
    const items = [];
    if (thread.more) items.push({ key: "older", sig: "", make: () => clone("older") });
    const entries = this.entries(thread);
    let day = 0;
    entries.forEach((entry, index) => {
      const key = dayKey(entry.at);
      if (key !== day) items.push({ key: `day${key}`, sig: dayName(entry.at), make: () => this.text("day", dayName(entry.at)) });
      const fresh = key !== day;
      day = key;
      if (entry.words) {
        const { words } = entry;
        items.push({ key: `e${entry.seq}`, sig: words.text, make: () => this.text("sys", words.text, words.icon) });
        return;
      }
      const message = /** @type {Message} */ (entry.message);
      const turn = { same: !fresh && sameTurn(entries[index - 1], message), last: !sameTurn(entry, entries[index + 1]?.message) };
      const owner = strandOf(message, row);
      items.push({
        key: message.client_id || message.id,
        sig: [message.id, turn.same, turn.last, footSig(message, owner), mood(message, owner), paperSig(message), socialSig(message), callSig(message), message.letter?.handed_over, message.attachments.length, owner.id].join(),
        make: () => placed(draw(message, owner, turn), mark(message.seq, owner.id === row.id ? 0 : owner.id)),
      });
    });
    return [...items, ...this.tail(row, entries)];
  }

  /** Messages and the events worth a line, in order. @param {import("../lib/types.js").Thread} thread @returns {Entry[]} */
  entries(thread) {
    const [oldest] = thread.messages;
    const shown = (/** @type {{at: string, seq: number}} */ event) => !thread.more || !oldest || (isWoven(thread) ? event.at >= oldest.at : event.seq >= oldest.seq);
    /** @type {Entry[]} */
    const entries = thread.messages.filter((message) => !message.line).map((message) => ({ at: message.at, seq: message.seq, message }));
    for (const event of thread.events) {
      const words = shown(event) ? line(event) : null;
      if (words) entries.push({ at: event.at, seq: event.seq, words });
    }
    return entries.sort(order(thread));
  }

  /** What waits to leave, and who is typing. @param {import("../lib/types.js").Row} row @param {Entry[]} entries */
  tail(row, entries) {
    const online = store.link === "up";
    const parcels = waiting(row.id);
    const last = entries.at(-1)?.message;
    const items = parcels.map((parcel, index) => {
      const same = index > 0 ? !parcels[index - 1].internal : !!last && last.direction === "out" && !last.internal;
      return {
        key: parcel.client_id,
        sig: `${parcel.phase}${parcel.error}${same}${online}`,
        make: () => drawParcel(parcel, same && !parcel.internal, online, (old) => this.dispatchEvent(new CustomEvent("edit-parcel", { bubbles: true, detail: old }))),
      };
    });
    for (const one of store.thread?.scheduled || []) {
      items.push({ key: `later${one.id}`, sig: JSON.stringify(one), make: () => drawScheduled(one, row) });
    }
    const typing = store.typist(row.id);
    if (typing) {
      const words = t("thread.typing", { name: typing.from === "customer" ? strandOf(typing, row).customer.name.split(" ")[0] : typing.name });
      items.push({ key: "typing", sig: words, make: () => this.text("typing", words) });
    }
    return items;
  }

  /** @param {string} template @param {string} words @param {string} [name] */
  text(template, words, name = "") {
    const item = clone(template);
    const place = parts(item);
    place.text.textContent = words;
    if (name) place.icon.replaceWith(icon(name, 14));
    return item;
  }
}

/** @param {HTMLElement} item @param {string} where */
function placed(item, where) {
  item.dataset.place = where;
  return item;
}

customElements.define("message-log", MessageLog);
