/** The menu of views beside the heading: what has no tab, one's own, those of the team. */
import { make } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { goView } from "../lib/router.js";
import { all } from "../lib/selection.js";
import { store } from "../lib/store.js";
import { fixed, known, labelOf, nameOf, reloadViews, savedView } from "../lib/views.js";
import { option, title } from "./thread-menus.js";

/** @param {string} name @param {string} picture @param {string} [by] */
function entry(name, picture, by = "") {
  const item = option(picture, labelOf(name), () => goView(name), { extra: " " });
  const extra = /** @type {HTMLElement} */ (item.querySelector("[data-part=extra]"));
  extra.dataset.count = name;
  extra.textContent = String(store.counts[name] ?? "");
  if (by) item.title = t("view.by", { name: by });
  if (name === store.view) item.setAttribute("aria-current", "true");
  return item;
}

function items() {
  const own = known.saved.filter((view) => view.own);
  const shared = known.saved.filter((view) => !view.own);
  const list = fixed.filter((view) => !view.tab).map((view) => entry(view.name, view.icon));
  if (own.length) list.push(document.createElement("hr"), title(t("view.own")), ...own.map((view) => entry(nameOf(view), "filter")));
  if (shared.length) list.push(document.createElement("hr"), title(t("view.shared")), ...shared.map((view) => entry(nameOf(view), "users", view.owner)));
  list.push(document.createElement("hr"), option("plus", t("view.new"), () => build(null)));
  const current = savedView(store.view);
  if (current?.change) list.push(option("settings", t("view.edit"), () => build(current)));
  const loaded = store.list(store.view).ids.length;
  if (loaded) list.push(option("check", t("many.all", { n: loaded }), all));
  return list;
}

/** @param {import("../lib/views.js").View|null} view */
const build = (view) => /** @type {any} */ (document.querySelector("view-builder")).open(view);

class ViewMenu extends HTMLElement {
  connectedCallback() {
    const box = /** @type {any} */ (this.querySelector("menu-button"));
    box.addEventListener("menu", (/** @type {CustomEvent} */ event) => {
      event.detail.replaceChildren(...items());
      reloadViews().catch(() => {}); // what stands there is true enough
    });
    store.on("counts", () => this.draw());
    store.on("rows", () => this.draw());
    this.draw();
  }

  /** The counts in the open menu, and which view the list shows where no tab says it. */
  draw() {
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-count]"))) {
      place.textContent = String(store.counts[place.dataset.count || ""] ?? "");
    }
    const heading = /** @type {HTMLElement} */ (document.querySelector("inbox-list h1"));
    const tabbed = fixed.some((view) => view.tab && view.name === store.view);
    heading.dataset.inbox ??= heading.textContent || "";
    const words = tabbed ? heading.dataset.inbox : labelOf(store.view);
    if (heading.dataset.shows === words) return;
    heading.dataset.shows = words;
    heading.replaceChildren(make("bdi", "", words));
    this.querySelector("button")?.classList.toggle("on", !tabbed);
  }
}

customElements.define("view-menu", ViewMenu);
