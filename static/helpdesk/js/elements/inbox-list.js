/** The list of conversations: views, groups, rows; rows do not move under the pointer. */
import { clone, make, onDo, parts, perFrame, reconcile } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { load, sorted } from "../lib/lists.js";
import { goConversation, goView } from "../lib/router.js";
import { drawChoosable, drawFound, drawPerson } from "../lib/rows.js";
import { again, more as moreFound, search } from "../lib/search.js";
import { chosen, none, prune, reach, toggle } from "../lib/selection.js";
import { store } from "../lib/store.js";
import { isSaved, known } from "../lib/views.js";
import { drawWaiting } from "../lib/waiting.js";

/** @typedef {import("../lib/types.js").Row} Row */
/** @typedef {{key: string, sig: string, make: () => HTMLElement}} Item */

const PATIENCE = 150;
const STILL = 1500; // ms without a pointer movement, after which rows may move again

class InboxList extends HTMLElement {
  /** @type {HTMLElement} */ rows;
  /** @type {string[]} */ order = [];
  drawSoon = perFrame(() => this.draw());
  pointerAt = 0;

  connectedCallback() {
    this.rows = /** @type {HTMLElement} */ (parts(this).rows);
    store.on(["rows", "search", "typing", "chosen"], () => this.drawSoon());
    store.later("open", () => this.draw()); // first what was said
    store.on("counts", () => this.drawCounts());
    onDo(this, { "retry-list": () => load(store.view), "retry-search": again, "more-rows": () => this.next() });
    this.addEventListener("click", (event) => this.clicked(event));
    this.rows.addEventListener("pointermove", () => (this.pointerAt = Date.now()));
    this.rows.addEventListener("pointerleave", () => {
      this.pointerAt = 0;
      this.drawSoon();
    });
    this.rows.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.drawCounts();
    this.draw();
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const tick = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest(".choose input"));
    const row = event.shiftKey && /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest(".rowbox > a.row"));
    if (tick || row) {
      const id = Number((tick || row || this).dataset.id);
      if (row) event.preventDefault();
      return event.shiftKey ? reach(id) : toggle(id);
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = /** @type {HTMLAnchorElement|null} */ (/** @type {Element} */ (event.target).closest("a.row, a[data-view-name]"));
    if (!link) return;
    event.preventDefault();
    if (link.dataset.viewName) {
      /** @type {HTMLElement} */ (this.querySelector("[data-do=end-search]")).click();
      goView(link.dataset.viewName);
    } else goConversation(Number(link.dataset.thread || link.dataset.id), Number(link.dataset.seq) || 0, Number(link.dataset.strand) || 0);
  }

  scrolled() {
    const { rows } = this;
    if (rows.scrollHeight - rows.scrollTop - rows.clientHeight < 300) this.next();
  }

  next() {
    if (search.q) moreFound();
    else load(store.view, { more: true });
  }

  drawCounts() {
    for (const place of this.querySelectorAll("[data-count]")) {
      place.textContent = String(store.counts[/** @type {HTMLElement} */ (place).dataset.count || ""] ?? "");
    }
  }

  draw() {
    for (const tab of this.querySelectorAll(".tab")) {
      if (/** @type {HTMLElement} */ (tab).dataset.viewName === store.view) {
        if (!tab.hasAttribute("aria-current")) tab.scrollIntoView({ inline: "nearest", block: "nearest" });
        tab.setAttribute("aria-current", "page");
      } else tab.removeAttribute("aria-current");
    }
    drawWaiting();
    const { phase } = search.q ? search : store.list(store.view);
    if (phase === "loading" || phase === "new") return this.wait();
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.view !== store.view) none();
    else prune();
    this.rows.classList.toggle("choosing", chosen.size > 0);
    reconcile(this.rows, search.q ? this.finds() : this.items());
  }

  /** What was found; the rows stay as they were when they were found. @returns {Item[]} */
  finds() {
    const { q, phase, customers, results, error } = search;
    if (phase === "error") return [{ key: "search-error", sig: error, make: () => this.words("search-error", "words", error) }];
    if (!customers.length && !results.length) return [{ key: "search-empty", sig: q, make: () => this.words("search-empty", "title", t("search.empty", { q })) }];
    /** @type {Item[]} */
    const items = [];
    if (customers.length) items.push(this.group("g-people", t("search.customers"), customers.length));
    items.push(...customers.map((one) => ({ key: `p${one.id}`, sig: JSON.stringify(one), make: () => drawPerson(one) })));
    if (customers.length && results.length) items.push(this.group("g-texts", t("search.texts"), 0));
    for (const one of results) {
      const current = one.found.thread === store.openId;
      items.push({ key: `f${one.id}`, sig: JSON.stringify([one, current]), make: () => drawFound(one, current) });
    }
    if (search.next) items.push({ key: "more", sig: "", make: () => this.more() });
    return items;
  }

  /** @param {string} template @param {string} part @param {string} words */
  words(template, part, words) {
    const item = clone(template);
    parts(item)[part].textContent = words;
    return item;
  }

  /** Rows that are still true for another view go at once; bones come only after a while. */
  wait() {
    if (this.timer) return;
    this.timer = window.setTimeout(() => reconcile(this.rows, [{ key: "bones", sig: "", make: () => clone("skeleton-list") }]), PATIENCE);
  }

  /** @returns {Item[]} */
  items() {
    const list = store.list(store.view);
    if (list.phase === "error") return [{ key: "error", sig: list.error, make: () => this.fault(list.error) }];
    const { waiting, rest } = sorted(store.view);
    if (!waiting.length && !rest.length) return [{ key: `empty-${store.view}`, sig: "", make: () => clone(`empty-${isSaved(store.view) ? "saved" : store.view}`) }];
    const title = store.view === "mine" ? t("group.mine") : t("group.waiting");
    /** @type {Item[]} */
    let items = [];
    if (waiting.length) items.push(this.group("g-waiting", title, waiting.length), ...waiting.map((row) => this.item(row)));
    if (waiting.length && rest.length) items.push(this.group("g-rest", t("group.rest"), list.next ? 0 : rest.length));
    items.push(...rest.map((row) => this.item(row)));
    items = this.still(items);
    if (list.next) items.push({ key: "more", sig: "", make: () => this.more() });
    return items;
  }

  /** While the pointer moves over the rows they keep their places; new ones wait below. @param {Item[]} items */
  still(items) {
    const moving = Date.now() - this.pointerAt < STILL;
    if (moving && this.order.length && this.view === store.view) {
      const rank = new Map(this.order.map((key, index) => [key, index]));
      items = items.map((item, index) => ({ item, at: rank.get(item.key) ?? 1e6 + index })).sort((a, b) => a.at - b.at).map(({ item }) => item);
      clearTimeout(this.later);
      this.later = window.setTimeout(() => this.draw(), STILL);
    } else this.order = items.map((item) => item.key);
    this.view = store.view;
    return items;
  }

  /** @param {string} key @param {string} title @param {number} n @returns {Item} */
  group(key, title, n) {
    return { key, sig: `${title}${n}`, make: () => {
      const item = clone("group");
      const place = parts(item);
      place.title.textContent = title;
      place.n.textContent = n ? String(n) : "";
      return item;
    } };
  }

  more() {
    const box = make("div", "more");
    const button = make("button", "btn quiet sm", t("list.more"));
    button.dataset.do = "more-rows";
    box.append(button);
    return box;
  }

  /** @param {string} words */
  fault(words) {
    const item = clone("list-error");
    parts(item).words.textContent = t("list.error", { why: words });
    return item;
  }

  /** @param {Row} row @returns {Item} */
  item(row) {
    const current = row.id === store.openId;
    const typing = store.typist(row.id)?.from === "customer";
    const picked = chosen.has(row.id);
    const tints = (row.tags || []).map((name) => known.tags.get(name));
    const sig = JSON.stringify([row, current, typing, picked, tints, store.view === "mine", store.drafts.has(row.id)]);
    return { key: `r${row.id}`, sig, make: () => drawChoosable(row, current, typing, picked) };
  }
}

customElements.define("inbox-list", InboxList);
