/** What is done to the chosen rows; stands above them while any is chosen. */
import { api } from "../lib/api.js";
import { boot } from "../lib/boot.js";
import { act, backToOwners, working } from "../lib/bulk.js";
import { onDo, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { all, chosen, none, shown } from "../lib/selection.js";
import { store } from "../lib/store.js";
import { tagPanel } from "../lib/tagging.js";
import { option, snoozeItems, title } from "./thread-menus.js";

/** @param {string} state @param {Record<string, any>} [more] */
const setState = (state, more = {}) =>
  act("state", { state, ...more }, (done) => [[done, "state", { state: "open" }]]);

/** @param {number|null} agent */
function give(agent) {
  const before = new Map([...chosen].map((id) => [id, store.rows.get(id)?.assignee?.id ?? null]));
  act("assign", { agent }, (done) => backToOwners(before, done));
}

/** @param {string} name */
const haveTag = (name) => [...chosen].every((id) => store.rows.get(id)?.tags?.includes(name));

/** @param {string} name @param {boolean} on */
function mark(name, on) {
  const had = new Set([...chosen].filter((id) => store.rows.get(id)?.tags?.includes(name)));
  const other = on ? "remove" : "add";
  return act("tag", { [on ? "add" : "remove"]: [name] }, (done) => {
    const changed = done.filter((id) => had.has(id) !== on);
    return changed.length ? [[changed, "tag", { [other]: [name] }]] : [];
  });
}

/** @param {HTMLElement} menu */
async function people(menu) {
  menu.replaceChildren(title(t("assign.title")));
  const { fields } = await api.get("views/fields/");
  const { choices } = fields.find((/** @type {any} */ one) => one.name === "assignee");
  const agents = choices.filter((/** @type {any} */ one) => typeof one.value === "number");
  const me = agents.filter((/** @type {any} */ one) => one.value === store.agent.id);
  const rest = agents.filter((/** @type {any} */ one) => one.value !== store.agent.id);
  menu.append(
    ...me.map((/** @type {any} */ one) => option("user", t("assign.me", { name: one.label }), () => give(one.value))),
    ...rest.map((/** @type {any} */ one) => option("user", one.label, () => give(one.value))),
    document.createElement("hr"), option("x", t("assign.none"), () => give(null)),
  );
  /** @type {HTMLElement|null} */ (menu.querySelector(".opt"))?.focus();
}

/** @type {Record<string, (menu: HTMLElement) => void>} */
const FILL = {
  assign: (menu) => people(menu).catch((/** @type {Error} */ error) => menu.append(title(error.message))),
  snooze: (menu) => menu.replaceChildren(...snoozeItems((date) => setState("snoozed", { reason: "later", due_at: date.toISOString() }))),
  resolve: (menu) => menu.replaceChildren(title(t("resolve.title")), ...boot.reasons.map((/** @type {string} */ key) => option("done", t(`reason.${key}`), () => setState("resolved", { reason: key })))),
  tags: (menu) => menu.replaceChildren(...tagPanel({ has: haveTag, toggle: mark })),
};

class BulkBar extends HTMLElement {
  /** @type {Record<string, any>} */ place = {};

  connectedCallback() {
    this.place = parts(this);
    this.addEventListener("menu", (event) => {
      const menu = /** @type {CustomEvent} */ (event).detail;
      FILL[/** @type {HTMLElement} */ (event.target).dataset.menu || ""]?.(menu);
    });
    onDo(this, { "choose-all": all, "choose-none": none, "many-read": () => act("read", {}), "many-spam": () => setState("spam") });
    store.on(["chosen", "rows"], () => this.draw());
    this.draw();
  }

  draw() {
    const n = chosen.size;
    this.hidden = !n;
    if (!n) for (const box of this.querySelectorAll("menu-button")) /** @type {any} */ (box).hide();
    const { count, every } = this.place;
    count.textContent = working ? t("many.working", { n: working.n, all: working.all }) : t("many.n", { n });
    this.toggleAttribute("aria-busy", !!working);
    const loaded = shown().length;
    every.hidden = n >= loaded;
    every.title = t("many.all", { n: loaded });
  }
}

customElements.define("bulk-bar", BulkBar);
