/**
 * What a customer agreed to, and a form for what somebody was told of: on the phone, on paper.
 * Folded until it is asked for, and asked for only then. data-customer: whose.
 */
import { api, Fault } from "../lib/api.js";
import { clone, complain, parts } from "../lib/dom.js";
import { date } from "../lib/format.js";
import { t } from "../lib/i18n.js";

/** @typedef {{id: number, label: string, where: string, proof: string, by: string, at: string, withdrawn_at: string|null}} Consent */

class ConsentBox extends HTMLElement {
  connectedCallback() {
    if (this.place) return;
    this.append(clone("consents"));
    this.place = parts(this);
    this.form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    this.fold = /** @type {HTMLDetailsElement} */ (this.querySelector("details"));
    this.fold.addEventListener("toggle", () => this.fold.open && this.ask(() => api.get(this.path)));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.note();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.fold.open = false;
      this.fold.querySelector("summary")?.focus();
    });
    this.place.again.addEventListener("click", () => this.ask(() => api.get(this.path)));
  }

  get path() {
    return `customers/${this.dataset.customer}/consents/`;
  }

  /** Whether it is being read or filled in. */
  get open() {
    return Boolean(this.fold?.open);
  }

  note() {
    const said = Object.fromEntries(new FormData(this.form));
    this.ask(async () => {
      const known = await api.post(this.path, { ...said, on: said.on || null });
      this.form.reset();
      return known;
    });
  }

  /** Do it, then show what holds now; what failed stands beside the form, and nothing is lost. @param {() => Promise<any>} work */
  async ask(work) {
    const { fault, note, again } = this.place;
    note.disabled = true;
    this.setAttribute("aria-busy", "true");
    try {
      this.draw(await work());
      complain(this.form, fault, "");
    } catch (error) {
      const { data, message } = /** @type {Fault} */ (error);
      complain(this.form, fault, message, Object.keys(data).find((name) => this.form.elements.namedItem(name)));
      again.hidden = this.place.sheet.hidden === false;
    } finally {
      note.disabled = false;
      this.removeAttribute("aria-busy");
      fault.hidden = !fault.textContent;
    }
  }

  /** @param {{results: Consent[], addresses: string[], purposes: {value: string, label: string}[]}} known */
  draw({ results, addresses, purposes }) {
    const { sheet, empty, listed, again } = this.place;
    again.hidden = true;
    sheet.hidden = false;
    empty.hidden = results.length > 0;
    listed.replaceChildren(...results.map((one) => this.line(one)));
    this.choices("purpose", purposes.map((one) => new Option(one.label, one.value)));
    const [none] = /** @type {HTMLSelectElement} */ (this.form.elements.namedItem("where")).options;
    this.choices("where", [none, ...addresses.map((one) => new Option(one, one))]);
  }

  /** @param {string} name @param {HTMLOptionElement[]} options what is chosen stays chosen */
  choices(name, options) {
    const select = /** @type {HTMLSelectElement} */ (this.form.elements.namedItem(name));
    const { value } = select;
    select.replaceChildren(...options);
    if (options.some((one) => one.value === value)) select.value = value;
  }

  /** @param {Consent} one */
  line(one) {
    const item = clone("consent");
    const place = parts(item);
    place.label.textContent = one.label;
    place.where.textContent = one.where;
    place.proof.textContent = one.proof;
    const since = [t("consent.since", { date: date(one.at) }), one.by];
    const ended = one.withdrawn_at && t("consent.ended", { date: date(one.withdrawn_at) });
    place.when.textContent = (ended ? [ended] : since).filter(Boolean).join(" · ");
    item.classList.toggle("over", Boolean(ended));
    place.end.hidden = Boolean(ended);
    place.end.addEventListener("click", () => this.ask(() => api.post(`${this.path}${one.id}/withdraw/`, {})));
    return item;
  }
}

customElements.define("consent-box", ConsentBox);
