/** Sections about our dealings with the customer: what he answered, leads, orders, his verdict. */
import { clone, icon, make, parts } from "./dom.js";
import { date, money } from "./format.js";
import { has, t } from "./i18n.js";

/** @param {string} title @param {Node[]} nodes @param {string} [tag] @returns {HTMLElement[]} */
function section(title, nodes, tag = "div") {
  if (!nodes.length) return [];
  const box = make("section");
  const list = make(tag, tag === "dl" ? "facts-list stacked" : "dealings");
  list.append(...nodes);
  box.append(make("h3", "", title), list);
  return [box];
}

/** @param {{label: string, text: string}} answer */
function answered({ label, text }) {
  const dd = make("dd", "line-up", text);
  dd.dir = "auto";
  const dt = make("dt");
  dt.append(make("bdi", "", label));
  return [dt, dd];
}

/** @param {any} lead */
function leadLine(lead) {
  const item = clone("lead");
  const place = parts(item);
  const status = has(`lead.status.${lead.status}`) ? t(`lead.status.${lead.status}`) : lead.status;
  place.link.href = `${place.link.dataset.base}?q=${encodeURIComponent(lead.email || lead.phone)}`;
  place.name.textContent = lead.name || lead.email || lead.phone;
  place.status.textContent = status;
  place.status.dataset.status = lead.status;
  place.need.textContent = lead.need;
  place.need.hidden = !lead.need;
  place.value.textContent = lead.value === null ? "" : money(lead.value, lead.currency);
  return item;
}

/** @param {any} order */
function orderLine(order) {
  const item = clone("order");
  const place = parts(item);
  place.number.textContent = order.number;
  place.at.textContent = date(order.at);
  place.value.textContent = money(order.value, order.currency);
  return item;
}

/** @param {{score: number, text: string, solved: boolean|null}} rating */
function verdict({ score, text, solved }) {
  const stars = make("div", "stars");
  stars.setAttribute("role", "img");
  stars.setAttribute("aria-label", t("rating.of", { n: score }));
  for (let n = 1; n <= 5; n += 1) stars.append(icon("star", 16, n <= score ? "on" : ""));
  const nodes = [stars];
  if (text) {
    const quote = make("p", "line-up", text);
    quote.dir = "auto";
    nodes.push(quote);
  }
  if (solved !== null) nodes.push(make("p", "meta", t(solved ? "rating.solved" : "rating.unsolved")));
  return nodes;
}

/** All sections that have something to say. @param {any} beside @returns {HTMLElement[]} */
export function dealings({ answers = [], rating = null, leads = [], orders = [] }) {
  return [
    ...section(t("beside.answers"), answers.flatMap(answered), "dl"),
    ...section(t("beside.leads"), leads.map(leadLine), "ul"),
    ...section(t("beside.orders"), orders.map(orderLine), "ul"),
    ...section(t("beside.rating"), rating ? verdict(rating) : []),
  ];
}
