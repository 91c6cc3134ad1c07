/** The table of visitors: filtered, drawn again only where something changed. */
import { boot } from "../lib/boot.js";
import { clone, parts, reconcile } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { avatar, cartOf, count, fromOf, nameOf, pathOf, pillsOf, searchOf, whereOf } from "./show.js";

/** @typedef {import("./show.js").Visitor} Visitor */

const get = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const table = get("table");
const rows = get("rows");
const text = get("filter-text");
const widget = get("filter-widget");

/** @param {number} conversation */
export const chatUrl = (conversation) => boot.urls.conversation.replace("0", String(conversation));

/** @param {Visitor} one @param {string} wanted */
function fits(one, wanted) {
  const told = [nameOf(one), one.title, one.url, one.referrer, one.search, whereOf(one), ...Object.values(one.utm)];
  return told.some((words) => words.toLocaleLowerCase().includes(wanted));
}

/** Newest first; but nothing moves under a hand, so newcomers wait at the end meanwhile. @param {Visitor[]} visitors */
function inOrder(visitors) {
  if (!table.matches(":hover, :focus-within")) return visitors;
  const place = new Map([...rows.children].map((row, index) => [row.dataset.key, index]));
  const of = (/** @type {Visitor} */ one) => place.get(String(one.id)) ?? Infinity;
  return [...visitors].sort((a, b) => of(a) - of(b) || 0);
}

/** @param {{visitors: Visitor[], widgets: {id: number, name: string, tracking: string}[], more: number}} live @param {number} openId */
export function draw(live, openId) {
  const wanted = text.value.trim().toLocaleLowerCase();
  const shown = live.visitors.filter((one) => (!widget.value || one.inbox === Number(widget.value)) && (!wanted || fits(one, wanted)));
  reconcile(rows, inOrder(shown).map((one) => ({
    key: String(one.id),
    sig: JSON.stringify([one, one.id === openId]),
    make: () => row(one, one.id === openId),
  })));
  drawWidgets(live.widgets);
  const nobody = !live.visitors.length;
  const followed = live.widgets.some((one) => one.tracking !== "off");
  table.hidden = !shown.length;
  get("nowidget").hidden = live.widgets.length > 0;
  get("untracked").hidden = !nobody || followed || !live.widgets.length;
  get("nobody").hidden = !nobody || !followed;
  get("unfit").hidden = nobody || shown.length > 0;
  get("count").textContent = nobody ? "" : t("count", { n: live.visitors.length });
  get("more").hidden = !live.more;
  get("more").textContent = t("count.more", { n: live.more });
}

/** @param {{id: number, name: string}[]} widgets */
function drawWidgets(widgets) {
  get("filter-widget-box").hidden = widgets.length < 2;
  const known = new Set([...widget.options].map((option) => option.value));
  for (const one of widgets) if (!known.has(String(one.id))) widget.add(new Option(one.name, String(one.id)));
}

/** @param {Visitor} one @param {boolean} open */
function row(one, open) {
  const line = clone("visitor");
  const place = parts(line);
  line.dataset.id = String(one.id);
  if (open) line.setAttribute("aria-current", "true");
  avatar(place.avatar, one);
  place.name.textContent = nameOf(one);
  place.where.textContent = whereOf(one);
  place.title.textContent = one.title || pathOf(one.url);
  place.path.textContent = one.title ? pathOf(one.url) : "";
  count(place.since, one.since);
  place.pages.textContent = [t("pages", { n: one.pages }), one.visits > 1 && t("visit.nth", { n: one.visits })].filter(Boolean).join(" · ");
  place.from.textContent = fromOf(one);
  place.from.classList.toggle("quiet", !one.referrer && !Object.keys(one.utm).length);
  place.search.textContent = searchOf(one);
  place.cart.textContent = one.cart ? cartOf(one.cart) : "";
  place.step.textContent = [one.step, one.cart?.value && one.cart.items && t("cart.items", { n: one.cart.items })].filter(Boolean).join(" · ");
  place.pills.append(...pillsOf(one));
  place.invite.hidden = !boot.may_invite || Boolean(one.status);
  place.chat.hidden = !one.conversation;
  if (one.conversation) place.chat.href = chatUrl(one.conversation);
  return line;
}

/** @param {() => void} changed */
export function onFilter(changed) {
  text.addEventListener("input", changed);
  widget.addEventListener("change", changed);
}

export function clearFilter() {
  text.value = "";
  widget.value = "";
  text.focus();
}
