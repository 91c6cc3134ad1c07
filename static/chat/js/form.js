/** @file Fields with a label over them and the error under them; what is typed is kept until it is sent. */
import { el, icon, say } from "./kit.js";
import { load, save } from "./store.js";

const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
const TYPES = /** @type {Record<string, Record<string, string>>} */ ({
  email: { type: "email", autocomplete: "email", dir: "ltr" },
  phone: { type: "tel", autocomplete: "tel", dir: "ltr" },
  name: { type: "text", autocomplete: "name", dir: "auto" },
  text: { type: "text", dir: "auto" },
});
let ids = 0;

/** @typedef {{node: HTMLElement, input: any, wrong(text: string): boolean}} Field */

/** A place for what is wrong with an input, said when the input is read. @param {HTMLElement} input */
function complaint(input) {
  const error = el("span", { class: "error", id: `${input.id}e`, hidden: true });
  input.setAttribute("aria-describedby", error.id);
  /** @param {string} text */
  const wrong = (text) => {
    error.replaceChildren(...(text ? [icon("alert", "i-14"), text] : []));
    error.hidden = !text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    return Boolean(text);
  };
  input.addEventListener("input", () => wrong(""));
  return { error, wrong };
}

/** @returns {Field} @param {string} label @param {{kind?: string, rows?: number, choices?: string[], optional?: boolean, value?: string}} [options] */
export function field(label, { kind = "text", rows = 0, choices, optional = false, value = "" } = {}) {
  const about = { class: "input", id: `f${(ids += 1)}`, "aria-required": optional ? undefined : "true" };
  const options = (choices || []).map((text) => el("option", {}, text));
  const input = choices ? el("select", about, el("option", { value: "" }, "–"), ...options)
    : rows ? el("textarea", { ...about, rows, dir: "auto" }) : el("input", { ...about, ...TYPES[kind] });
  /** @type {any} */ (input).value = value;
  const { error, wrong } = complaint(input);
  const name = el("label", { class: "label", for: about.id }, label, optional ? el("span", { class: "meta" }, ` ${say("optional")}`) : null);
  return { node: el("div", { class: "field" }, name, input, error), input, wrong };
}

/** A consent, never given beforehand. @returns {Field} */
export function consent() {
  const input = el("input", { type: "checkbox", id: `f${(ids += 1)}` });
  const { error, wrong } = complaint(input);
  return { node: el("div", { class: "field" }, el("label", { class: "tick", for: input.id }, input, el("span", {}, say("consent"))), error), input, wrong };
}

/** What a field lacks, in words; "" when it is fine. @param {Field} one @param {{kind?: string, optional?: boolean}} rule */
export function lacks({ input }, { kind = "text", optional = false }) {
  const value = input.value.trim();
  if (!value) return optional ? "" : say("needed");
  return kind === "email" && !EMAIL.test(value) ? say("badEmail") : "";
}

/** Show what is wrong with each, focus the first; true when all is fine. @param {[Field, {kind?: string, optional?: boolean}][]} fields */
export function check(fields) {
  const bad = fields.filter(([one, rule]) => one.wrong(lacks(one, rule)));
  if (bad.length) bad[0][0].input.focus();
  return !bad.length;
}

/** The address typed once is not asked for twice. */
export const address = () => load("email", "");
/** @param {string} value */
export const keepAddress = (value) => save("email", value);

/** @param {string} look @param {string} text @param {() => void} [press] without it, it submits */
export function button(look, text, press) {
  return el("button", { class: `btn ${look}`, type: press ? "button" : "submit", click: press }, text);
}

/** Why the server refused, in the visitor's words. @param {any} error */
export function reason(error) {
  const word = `no_${error?.code}`;
  const known = say(word);
  return known === word ? say(error?.retryable === false ? "no_refused" : "no_offline") : known;
}

/** Ask for an address, and a consent where one is needed, then do something with it; `done` gets the address.
 * @param {{send: string, agree: boolean, act(email: string): Promise<any>, done(email: string): void, cancel?: () => void}} plan */
export function addressForm({ send, agree, act, done, cancel }) {
  const email = field(say("email"), { kind: "email", value: address() });
  const agreed = agree ? consent() : null;
  const failed = el("p", { class: "error", role: "alert", hidden: true });
  const go = button("primary wide", send);
  const form = el("form", { class: "stackform", novalidate: true }, email.node, agreed && agreed.node, failed, go, cancel ? button("quiet wide", say("cancel"), cancel) : null);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.ariaDisabled || !check([[email, { kind: "email" }]])) return;
    if (agreed && agreed.wrong(agreed.input.checked ? "" : say("needConsent"))) return agreed.input.focus();
    go.ariaDisabled = "true";
    failed.hidden = true;
    try {
      await act(email.input.value.trim());
      keepAddress(email.input.value.trim());
      done(email.input.value.trim());
    } catch (error) {
      failed.textContent = reason(error);
      failed.hidden = false;
    }
    go.ariaDisabled = null;
  });
  return form;
}
