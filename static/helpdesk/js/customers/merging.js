/** The merge of two customers: found or suggested, shown side by side, never done by itself. */
import { api, Fault } from "../lib/api.js";
import { clone, debounce, face, make, onDo, parts } from "../lib/dom.js";
import { languageName } from "../lib/format.js";
import { has, t } from "../lib/i18n.js";

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("merge"));
const find = /** @type {HTMLFormElement} */ (document.getElementById("merge-find"));
const picks = /** @type {HTMLElement} */ (document.getElementById("merge-picks"));
const preview = /** @type {HTMLElement} */ (document.getElementById("merge-preview"));
/** @type {any} */ let keep;
/** @type {any} */ let other;

/** Why two may be one, in words. @param {[string, string, any]} evidence */
function because([kind, what, more]) {
  if (kind === "name_city") return t("merge.alike", { name: what, city: more });
  return t(more ? "merge.verified" : "merge.address", { address: what });
}

/** @param {any} person @param {string} why @param {() => void} act */
function pick(person, why, act) {
  const item = clone("pick");
  const place = parts(item);
  face(place.avatar, person);
  place.name.textContent = person.name;
  place.why.textContent = why;
  item.querySelector("button")?.addEventListener("click", act);
  return item;
}

/** Who may be the same person, beside the page. @param {any} customer */
export async function suggest(customer) {
  const box = /** @type {HTMLElement} */ (document.getElementById("alike"));
  try {
    const { results } = await api.get(`customers/${customer.id}/duplicates/`);
    const items = results.map((/** @type {any} */ one) => pick(one, one.evidence.map(because).join(" · "), () => openMerge(customer, one)));
    box.querySelector("ul")?.replaceChildren(...items);
    box.hidden = !items.length;
  } catch {
    /* a suggestion is no promise */
  }
}

/** @param {any} customer who stays @param {any} [who] whom to merge into them, if that is known */
export function openMerge(customer, who) {
  keep = customer;
  if (!dialog.open) dialog.showModal();
  if (who) show(who.id);
  else choose();
}

function choose() {
  preview.hidden = true;
  find.hidden = picks.hidden = false;
  find.q.value = "";
  find.q.focus();
  look();
}

async function look() {
  const text = find.q.value.trim();
  try {
    const { results } = await api.get(`customers/?q=${encodeURIComponent(text)}`);
    if (text !== find.q.value.trim()) return;
    const items = results.filter((/** @type {any} */ one) => one.id !== keep.id).slice(0, 8)
      .map((/** @type {any} */ one) => pick(one, [one.addresses[0], one.city].filter(Boolean).join(" · "), () => show(one.id)));
    picks.replaceChildren(...(items.length ? items : [make("li", "meta", t("merge.none"))]));
  } catch (error) {
    picks.replaceChildren(make("li", "error", /** @type {Fault} */ (error).message));
  }
}

/** @param {any} person */
const rowsOf = (person) => [
  ["name", person.named ? person.name : ""],
  ["language", person.language && languageName(person.language)],
  ["company", person.company], ["city", person.city], ["timezone", person.timezone], ["vip", person.vip ? "VIP" : ""],
  ...person.fields.map((/** @type {any} */ field) => [`fields.${field.key}`, field.value === true ? t("customer.yes") : field.value ?? "", field.label]),
];

/** Both side by side. @param {number} id */
async function show(id) {
  const { rows, fault } = parts(preview);
  try {
    const facts = await api.get(`customers/${keep.id}/merge/?other=${id}`);
    other = facts.other;
    const theirs = new Map(rowsOf(facts.other).map(([key, value]) => [key, value]));
    const filled = new Set(Object.keys(facts.filled).map((name) => name.replace(/_id$/, "")));
    const lines = rowsOf(facts.keep).map(([key, value, label]) => line(key, label, value, theirs.get(key), filled.has(key)));
    preview.querySelector("tbody")?.replaceChildren(line("", "", facts.keep.name, facts.other.name, false), ...lines.filter(Boolean));
    rows.textContent = Object.entries(facts.moved).filter(([table]) => has(`merge.rows.${table}`))
      .map(([table, n]) => t(`merge.rows.${table}`, { n: Number(n) })).join(" · ");
    fault.hidden = true;
    find.hidden = picks.hidden = true;
    preview.hidden = false;
    /** @type {HTMLElement} */ (preview.querySelector("[data-do=confirm]")).focus();
  } catch (error) {
    picks.replaceChildren(make("li", "error", /** @type {Fault} */ (error).message));
  }
}

/** @param {string} key @param {string} label @param {string} mine @param {string} theirs @param {boolean} taken */
function line(key, label, mine, theirs, taken) {
  if (!mine && !theirs) return "";
  const row = make("tr");
  const head = make("th");
  head.setAttribute("scope", "row");
  head.append(make("bdi", "", label || (has(`field.${key}`) ? t(`field.${key}`) : "")));
  const cells = [mine, theirs].map((value, index) => {
    const cell = make("td");
    cell.append(make("bdi", "", String(value ?? "")));
    if (taken && index) cell.append(make("span", "state good", t("merge.taken")));
    return cell;
  });
  row.append(head, ...cells);
  return row;
}

async function confirm() {
  const { fault } = parts(preview);
  try {
    const { merge, customer } = await api.post(`customers/${keep.id}/merge/`, { other: other.id });
    location.assign(`${location.pathname.replace(/\/\d+\/$/, `/${customer.id}/`)}?merged=${merge}`);
  } catch (error) {
    fault.textContent = /** @type {Fault} */ (error).message;
    fault.hidden = false;
  }
}

onDo(dialog, { close: () => dialog.close(), again: choose, confirm });
find.addEventListener("submit", (event) => event.preventDefault());
find.addEventListener("input", debounce(look, 200));
