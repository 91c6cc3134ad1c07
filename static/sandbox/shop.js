/** @file The made-up shop's own script: search, cart and checkout, and what it tells Parley of them. */

/** @typedef {{name: string, price: number, quantity: number}} Line */
const GOODS = [
  { name: "Linen duvet set, oat", price: 64 },
  { name: "Linen duvet set, sage", price: 64 },
  { name: "Linen pillowcase, oat", price: 18 },
  { name: "Waffle bath towel", price: 26 },
  { name: "Linen napkins, set of four", price: 22 },
  { name: "Tablecloth, undyed", price: 48 },
];
const STEPS = ["cart", "address", "payment", "done"];
const CURRENCY = "EUR";
const money = new Intl.NumberFormat("en", { style: "currency", currency: CURRENCY });

/** @returns {any} @param {string} id */
const byId = (id) => document.getElementById(id);
const route = () => new URLSearchParams(location.search);

/** @param {unknown[]} words what the widget's script, if there is one, is told */
const tell = (...words) => /** @type {any} */ (window).Parley?.(...words);

/** @returns {Line[]} */
function lines() {
  try {
    return JSON.parse(sessionStorage.getItem("shop-cart") || "[]");
  } catch {
    return [];
  }
}

/** @param {Line[]} cart */
function keep(cart) {
  sessionStorage.setItem("shop-cart", JSON.stringify(cart));
}

const total = () => lines().reduce((sum, line) => sum + line.price * line.quantity, 0);

/** @param {string} tag @param {string} name @param {(Node | string)[]} inside @returns {any} */
function make(tag, name, ...inside) {
  const node = document.createElement(tag);
  node.className = name;
  node.append(...inside);
  return node;
}

/** @param {string} step */
function tellCart(step) {
  tell("cart", { items: lines(), value: total(), currency: CURRENCY, step });
}

/** @param {Record<string, string>} to the parameters of the next page; the page itself stays */
function go(to) {
  const kept = route().get("language");
  const next = new URLSearchParams(kept ? { ...to, language: kept } : to);
  history.pushState(null, "", `?${next}`);
  draw();
  scrollTo(0, 0);
}

/** @param {string} name */
function add(name) {
  const found = GOODS.find((one) => one.name === name);
  if (!found) return;
  const cart = lines();
  const line = cart.find((one) => one.name === name);
  if (line) line.quantity += 1;
  else cart.push({ ...found, quantity: 1 });
  keep(cart);
  go({ step: "cart" });
}

/** @param {{name: string, price: number}} one */
function row(one, /** @type {Node | string} */ end) {
  return make("li", "", make("span", "", one.name), make("span", "sum", money.format(one.price)), end);
}

/** @param {string} term */
function drawResults(term) {
  const found = GOODS.filter((one) => one.name.toLowerCase().includes(term.toLowerCase()));
  byId("asked").textContent = found.length ? `Results for “${term}”` : `Nothing found for “${term}”`;
  byId("found").replaceChildren(...found.map((one) => {
    const button = make("button", "quiet", "Add to cart");
    button.onclick = () => add(one.name);
    return row(one, button);
  }));
  tell("search", { term, results: found.length });
}

/** @param {string} step */
function drawCheckout(step) {
  const cart = lines();
  byId("steps").replaceChildren(...STEPS.slice(0, 3).map((one) => {
    const node = make("li", "", one[0].toUpperCase() + one.slice(1));
    if (one === step) node.setAttribute("aria-current", "step");
    return node;
  }));
  for (const one of STEPS) byId(`step-${one}`).hidden = one !== step;
  byId("lines").replaceChildren(...cart.map((line) => row(line, `× ${line.quantity}`)));
  byId("total").textContent = cart.length ? `Together ${money.format(total())}` : "Your cart is empty.";
  byId("to-address").hidden = !cart.length;
  if (step !== "done") tellCart(step);
}

function draw() {
  const term = (route().get("q") || "").trim();
  const asked = route().get("step") || "";
  const step = STEPS.includes(asked) ? asked : "";
  byId("product").hidden = Boolean(term || step);
  byId("results").hidden = !term;
  byId("checkout").hidden = !step || Boolean(term);
  byId("count").textContent = String(lines().reduce((sum, line) => sum + line.quantity, 0) || "");
  byId("q").value = term;
  document.title = `${term ? `Search: ${term}` : step ? `Checkout: ${step}` : "Linen duvet set, oat"} · Birch & Linen`;
  if (term) drawResults(term);
  else if (step) drawCheckout(step);
  else if (lines().length) tellCart("");
}

/** The shop's server signs the order with the widget's secret; the page passes it on. */
async function order() {
  tell("visitor", async (/** @type {string} */ visitor) => {
    const form = new FormData(byId("step-payment"));
    form.append("visitor", visitor);
    form.append("value", total().toFixed(2));
    const answer = await fetch(byId("checkout").dataset.order, { method: "POST", body: form });
    if (answer.ok) tell("order", await answer.json());
  });
  keep([]);
  go({ step: "done" });
}

byId("search").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const term = byId("q").value.trim();
  if (term) go({ q: term });
});
byId("add").addEventListener("click", () => add(byId("add").dataset.name));
byId("cart").addEventListener("click", (/** @type {MouseEvent} */ event) => {
  event.preventDefault();
  go({ step: "cart" });
});
byId("to-address").addEventListener("click", () => go({ step: "address" }));
for (const [id, next] of [["step-address", "payment"], ["step-payment", ""]]) {
  byId(id).addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (next) go({ step: next });
    else order();
  });
}
addEventListener("popstate", draw);
/* The widget's script is async: after "load" it is there, or there is none. */
if (document.readyState === "complete") draw();
else addEventListener("load", draw);
