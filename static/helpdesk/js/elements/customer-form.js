/**
 * What we know of a person, to be changed in place: columns and the desk's own fields. `show`
 * fills it; it says `saved` with the customer as the server has them now, or `cancelled`.
 */
import { api, Fault } from "../lib/api.js";
import { clone, icon, parts } from "../lib/dom.js";
import { languageName } from "../lib/format.js";

/** @typedef {{key: string, label: string, kind: string, choices: string[], value: any}} Field */

const LINES = ["name", "language", "company", "city"];
const LANGUAGES = ["en", "fi", "he", "pl", "ru", "sl"];

class CustomerForm extends HTMLElement {
  /** @type {any} */ customer;
  /** @type {HTMLFormElement} */ form;

  /** @param {any} customer as the API gives them */
  show(customer) {
    this.customer = customer;
    this.form = /** @type {HTMLFormElement} */ (clone("customer-form"));
    this.languages(customer.language);
    for (const name of LINES) this.input(name).value = name === "name" && !customer.named ? "" : customer[name] || "";
    this.input("vip").checked = customer.vip;
    parts(this.form).fields.append(...customer.fields.map((/** @type {Field} */ field) => this.field(field)));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.form.addEventListener("keydown", (event) => event.key === "Escape" && this.cancel(event));
    this.form.querySelector("[data-do=cancel]")?.addEventListener("click", (event) => this.cancel(event));
    this.replaceChildren(this.form);
    this.hidden = false;
    this.input("name").focus();
  }

  /** @param {Event} event */
  cancel(event) {
    event.stopPropagation();
    this.close();
    this.dispatchEvent(new Event("cancelled"));
  }

  close() {
    this.hidden = true;
    this.replaceChildren();
  }

  get open() {
    return !this.hidden && this.childElementCount > 0;
  }

  /** @param {string} name @returns {any} */
  input(name) {
    return this.form.elements.namedItem(name);
  }

  /** @param {string} known */
  languages(known) {
    for (const code of new Set([...LANGUAGES, known].filter(Boolean))) this.input("language").append(new Option(languageName(code), code));
  }

  /** One of the desk's own fields. @param {Field} field */
  field(field) {
    const item = clone("customer-field");
    const place = parts(item);
    place.label.textContent = field.label;
    place.fault.dataset.fault = `fields.${field.key}`;
    const [outer, input] = field.kind === "choice" ? this.choice(field) : this.plain(field);
    input.name = `fields.${field.key}`;
    place.input.replaceWith(outer);
    return item;
  }

  /** @param {Field} field @returns {[HTMLElement, any]} */
  choice(field) {
    const outer = clone("customer-select");
    const select = /** @type {HTMLSelectElement} */ (outer.querySelector("select"));
    for (const one of field.choices) select.append(new Option(one, one));
    select.value = field.value ?? "";
    return [outer, select];
  }

  /** @param {Field} field @returns {[HTMLElement, any]} */
  plain(field) {
    const input = document.createElement("input");
    if (field.kind === "flag") {
      Object.assign(input, { type: "checkbox", checked: Boolean(field.value), className: "flag" });
      return [input, input];
    }
    Object.assign(input, { className: "input sm", type: field.kind === "date" ? "date" : "text", value: field.value ?? "", dir: "auto" });
    if (field.kind === "number") input.inputMode = "decimal";
    return [input, input];
  }

  /** Only what differs is sent: nobody overwrites what a colleague wrote meanwhile. */
  wanted() {
    /** @type {Record<string, any>} */
    const facts = {};
    for (const name of LINES) {
      const before = name === "name" && !this.customer.named ? "" : this.customer[name] || "";
      if (this.input(name).value.trim() !== before) facts[name] = this.input(name).value;
    }
    if (this.input("vip").checked !== this.customer.vip) facts.vip = this.input("vip").checked;
    const fields = this.customer.fields.flatMap((/** @type {Field} */ field) => {
      const input = this.input(`fields.${field.key}`);
      const [value, before] = field.kind === "flag" ? [input.checked, Boolean(field.value)] : [input.value.trim(), field.value ?? ""];
      return value === before ? [] : [[field.key, value === "" ? null : value]];
    });
    if (fields.length) facts.fields = Object.fromEntries(fields);
    return facts;
  }

  async save() {
    const { save } = parts(this.form);
    this.complain({});
    save.disabled = true;
    try {
      const detail = await api.patch(`customers/${this.customer.id}/`, this.wanted());
      this.close();
      this.dispatchEvent(new CustomEvent("saved", { detail }));
    } catch (error) {
      const fault = /** @type {Fault} */ (error);
      this.complain(fault.status === 400 ? fault.data : {}, fault.message);
    } finally {
      save.disabled = false;
    }
  }

  /** Words beside each wrong field, else at the foot. @param {Record<string, string[]>} faults @param {string} [words] */
  complain(faults, words = "") {
    const { fault } = parts(this.form);
    let told = false;
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (this.form.querySelectorAll("[data-fault]"))) {
      const name = place.dataset.fault || "";
      const text = [faults[name]].flat()[0] || "";
      place.hidden = !text;
      place.replaceChildren(...(text ? [icon("alert", 14), text] : []));
      this.input(name)?.toggleAttribute("aria-invalid", false);
      if (!text) continue;
      this.input(name)?.setAttribute("aria-invalid", "true");
      if (!told) this.input(name)?.focus();
      told = true;
    }
    const general = /** @type {HTMLElement} */ (this.form.querySelector("p[data-part=fault]"));
    (general || fault).textContent = told ? "" : words;
    (general || fault).hidden = told || !words;
  }
}

customElements.define("customer-form", CustomerForm);
export { CustomerForm };
