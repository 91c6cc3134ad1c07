/** Making and changing a saved view: rows of field, operator, value; what they find counts along. */
import { api } from "../lib/api.js";
import { debounce, onDo, parts } from "../lib/dom.js";
import { describe, drawFilter, readFilter } from "../lib/filter-rows.js";
import { t } from "../lib/i18n.js";
import { goView } from "../lib/router.js";
import { load } from "../lib/lists.js";
import { store } from "../lib/store.js";
import { toast } from "../lib/toast.js";
import { known, nameOf, reloadViews } from "../lib/views.js";

/** @typedef {import("../lib/views.js").View} View */

class ViewBuilder extends HTMLElement {
  /** @type {View|null} */ view = null;
  /** @type {Record<string, any>} */ place = {};
  /** @type {any} what may be asked */ facts = null;
  asked = 0;

  connectedCallback() {
    this.dialog = /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
    this.place = parts(this);
    const soon = debounce(() => this.preview(), 300);
    this.place.rows.addEventListener("input", soon);
    this.place.share.addEventListener("change", () => this.shareChanged());
    onDo(this, {
      "add-row": () => this.add(),
      "remove-row": (button) => this.drop(button),
      "delete-view": () => this.erase(),
      "close-builder": () => this.dialog?.close(),
    });
    this.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
  }

  /** @param {View|null} view a saved one, or null for a new one */
  async open(view) {
    const { place } = this;
    this.view = view;
    place.title.textContent = t(view ? "view.edit" : "view.new");
    place.name.value = view?.name || "";
    place.order.value = view?.order || "newest";
    place.remove.hidden = !view;
    this.say("");
    place.rows.replaceChildren();
    place.finds.textContent = "";
    place.sure.hidden = true;
    this.dialog?.showModal();
    place.name.focus();
    try {
      this.facts = describe(await api.get("views/fields/"));
    } catch (error) {
      this.say(/** @type {Error} */ (error).message);
      return;
    }
    this.sharing();
    this.placing();
    for (const filter of view?.filters || []) place.rows.append(drawFilter(this.facts, filter));
    if (!place.rows.childElementCount) place.rows.append(drawFilter(this.facts));
    this.preview();
  }

  sharing() {
    const { place, facts, view } = this;
    const keeps = view && !facts.share.length && view.shared;
    place.sharing.hidden = !facts.share.length && !facts.everyone;
    place.share.querySelector("[value=team]").hidden = !facts.share.length;
    place.share.querySelector("[value=everyone]").hidden = !facts.everyone && !keeps;
    place.team.replaceChildren(...facts.share.map((/** @type {any} */ one) => new Option(one.label, one.value)));
    place.share.value = view?.shared || "";
    if (view?.team) place.team.value = String(view.team);
    this.shareChanged();
  }

  shareChanged() {
    this.place.teaming.hidden = this.place.share.value !== "team";
  }

  /** The place among one's own. */
  placing() {
    const own = known.saved.filter((view) => view.own);
    const at = own.findIndex((view) => view.id === this.view?.id);
    this.place.placing.hidden = at < 0 || own.length < 2;
    this.place.nth.replaceChildren(...own.map((_view, index) => new Option(String(index + 1), String(index), index === at, index === at)));
  }

  add() {
    if (!this.facts || this.place.rows.childElementCount >= this.facts.most) return;
    const row = drawFilter(this.facts);
    this.place.rows.append(row);
    row.querySelector("select")?.focus();
    this.preview();
  }

  /** @param {HTMLElement} button */
  drop(button) {
    const row = /** @type {HTMLElement} */ (button.closest(".filter"));
    const next = /** @type {HTMLElement|null} */ (row.nextElementSibling || row.previousElementSibling);
    row.remove();
    /** @type {HTMLElement|null} */ (next?.querySelector("select") || this.querySelector("[data-do=add-row]"))?.focus();
    this.preview();
  }

  get filters() {
    return /** @type {HTMLElement[]} */ ([...this.place.rows.children]).map((row) => readFilter(this.facts, row));
  }

  /** Rows that are not filled in yet are left out of what is counted. */
  async preview() {
    const filters = this.filters.filter((one) => one.value !== null);
    const asked = ++this.asked;
    if (!filters.length) {
      this.place.finds.textContent = "";
      return;
    }
    try {
      const { count } = await api.post("views/preview/", { filters });
      if (asked !== this.asked) return;
      this.place.finds.textContent = typeof count === "number" ? t("view.finds", { n: count }) : t("view.finds.many", { n: parseInt(count, 10) });
      this.say("");
    } catch (error) {
      if (asked === this.asked) this.fault(/** @type {import("../lib/api.js").Fault} */ (error));
    }
  }

  async save() {
    const { place, view } = this;
    const filters = this.filters;
    const body = { name: place.name.value, filters, order: place.order.value, shared: place.share.value, team: place.share.value === "team" ? Number(place.team.value) : null };
    if (place.sharing.hidden && view) Object.assign(body, { shared: view.shared, team: view.team });
    try {
      const saved = await api.post(view ? `views/${view.id}/` : "views/", body);
      await this.reorder(saved);
      this.dialog?.close();
      await reloadViews();
      toast(t("view.saved"));
      goView(nameOf(saved));
    } catch (error) {
      this.fault(/** @type {import("../lib/api.js").Fault} */ (error));
    }
  }

  /** @param {View} saved */
  async reorder(saved) {
    const { place } = this;
    if (place.placing.hidden || !this.view) return;
    const own = known.saved.filter((view) => view.own && view.id !== saved.id).map((view) => view.id);
    own.splice(Number(place.nth.value), 0, saved.id);
    await api.post("views/order/", { ids: own });
  }

  /** Asks once more, then deletes. */
  async erase() {
    const { place, view } = this;
    if (!view) return;
    if (place.sure.hidden) {
      place.sure.hidden = false;
      place.sure.textContent = t("view.sure", { name: view.name });
      return;
    }
    try {
      await api.delete(`views/${view.id}/`);
      this.dialog?.close();
      if (store.view === nameOf(view)) goView("mine");
      else load(store.view);
      await reloadViews();
      toast(t("view.deleted"));
    } catch (error) {
      this.fault(/** @type {import("../lib/api.js").Fault} */ (error));
    }
  }

  /** @param {import("../lib/api.js").Fault} fault */
  fault(fault) {
    const row = this.place.rows.children[fault.data?.row ?? -1];
    for (const one of this.place.rows.children) one.classList.toggle("wrong", one === row);
    this.say(fault.message);
  }

  /** @param {string} words */
  say(words) {
    this.place.error.hidden = !words;
    this.place.errorwords.textContent = words;
    if (!words) for (const one of this.place.rows.children) one.classList.remove("wrong");
  }
}

customElements.define("view-builder", ViewBuilder);
