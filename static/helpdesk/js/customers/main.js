/** The page of one customer: change, addresses, block, merge and its undo. What is shown is the server's: it is asked anew after each change. */
import { api, Fault } from "../lib/api.js";
import { boot } from "../lib/boot.js";
import { clone, onDo, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { toast } from "../lib/toast.js";
import "../elements/consent-box.js";
import { CustomerForm } from "../elements/customer-form.js";
import { openMerge, suggest } from "./merging.js";

const { customer } = boot;
const base = `customers/${customer.id}/`;
const root = /** @type {HTMLElement} */ (document.getElementById("person"));
const form = /** @type {CustomerForm} */ (document.getElementById("form"));
const facts = /** @type {HTMLElement} */ (document.getElementById("facts"));

/** The page anew; the address keeps its filters. */
function again() {
  const url = new URL(location.href);
  url.searchParams.delete("merged");
  location.replace(url);
}

/** Do it, then look again; what failed is said. @param {() => Promise<any>} work */
async function then(work) {
  try {
    await work();
    again();
  } catch (error) {
    toast(t("act.failed", { why: /** @type {Fault} */ (error).message }));
  }
}

/** @param {HTMLElement} target @param {string} name */
const number = (target, name) => /** @type {HTMLElement} */ (target.closest(`[data-${name}]`)).dataset[name] || "";

/** @param {string} merge */
const undo = (merge) => then(() => api.post(`${base}merges/${merge}/undo/`));

function askBlock() {
  if (customer.blocked) return then(() => api.post(`${base}block/`, { blocked: false }));
  if (root.querySelector(".blockform")) return undefined;
  const box = /** @type {HTMLFormElement} */ (clone("block-form"));
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    then(() => api.post(`${base}block/`, { blocked: true, reason: box.reason.value }));
  });
  box.querySelector("[data-do=cancel]")?.addEventListener("click", () => box.remove());
  root.querySelector("header")?.after(box);
  box.reason.focus();
  return undefined;
}

onDo(root, {
  edit: () => {
    facts.hidden = true;
    form.show(customer);
  },
  block: askBlock,
  merge: () => openMerge(customer),
  undo: (target) => undo(number(target, "merge")),
  mark: (target) => then(() => api.patch(`${base}identities/${number(target, "identity")}/`, { verified: target.getAttribute("aria-pressed") !== "true" })),
  remove: (target) => then(() => api.delete(`${base}identities/${number(target, "identity")}/`)),
});
form.addEventListener("saved", again);
form.addEventListener("cancelled", () => {
  facts.hidden = false;
  /** @type {HTMLElement|null} */ (root.querySelector("[data-do=edit]"))?.focus();
});

const add = /** @type {HTMLFormElement|null} */ (document.getElementById("add"));
add?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { fault } = parts(add);
  const wanted = Object.fromEntries(new FormData(add));
  try {
    await api.post(`${base}identities/`, wanted);
    again();
  } catch (error) {
    const { data, message } = /** @type {Fault} */ (error);
    fault.textContent = data.customer ? t("identity.owner", { name: data.customer.name }) : message;
    fault.hidden = false;
    add.address.setAttribute("aria-invalid", "true");
    add.address.focus();
    if (data.customer) openMerge(customer, data.customer);
  }
});

const merged = new URL(location.href).searchParams.get("merged");
if (merged) {
  const row = customer.merges.find((/** @type {any} */ one) => String(one.id) === merged);
  if (row && !row.undone_at) toast(t("merge.done", { name: row.merged.name }), { word: t("customer.undo"), act: () => undo(merged), lasts: 12_000 });
}
if (add) suggest(customer);
if (add && location.hash === "#merge") openMerge(customer);
