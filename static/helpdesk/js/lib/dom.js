/** Small tools over the DOM. Text goes in as textContent, never as markup. */
import { sprite } from "./boot.js";

/** A fresh copy of `<template id="t-…">`. @param {string} name @returns {HTMLElement} */
export function clone(name) {
  const template = /** @type {HTMLTemplateElement|null} */ (document.getElementById(`t-${name}`));
  if (!template) throw new Error(`no template t-${name}`);
  return /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
}

/** The elements below `root` by their data-part. @param {ParentNode} root @returns {Record<string, any>} */
export function parts(root) {
  /** @type {Record<string, any>} */
  const found = {};
  for (const part of root.querySelectorAll("[data-part]")) {
    const name = /** @type {HTMLElement} */ (part).dataset.part || "";
    if (!(name in found)) found[name] = part;
  }
  return found;
}

/** An icon of the sprite. @param {string} name @param {number} [size] @param {string} [extra] */
export function icon(name, size = 18, extra = "") {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", `i i-${size}${extra ? ` ${extra}` : ""}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${sprite}#i-${name}`);
  svg.append(use);
  return svg;
}

/** @param {string} tag @param {string} [cls] @param {string} [text] @returns {HTMLElement} */
export function make(tag, cls = "", text = "") {
  const element = document.createElement(tag);
  if (cls) element.className = cls;
  if (text) element.textContent = text;
  return element;
}

/**
 * Initials and tint of a person, into an avatar or its inner place.
 * @param {HTMLElement} avatar @param {{initials: string, hue: number, photo?: string}|null} person @param {HTMLElement} [place]
 */
export function face(avatar, person, place = avatar) {
  avatar.querySelector("img")?.remove();
  place.textContent = person?.initials || "";
  avatar.style.setProperty("--hue", String(person?.hue ?? 70));
  if (!person?.photo) return;
  const photo = document.createElement("img");
  photo.alt = "";
  photo.addEventListener("error", () => photo.remove()); // the letters are below it
  photo.src = person.photo;
  if (place === avatar) place.append(photo);
  else place.after(photo);
}

/** What each child of a reconciled list was drawn from. @type {WeakMap<HTMLElement, string>} */
const signatures = new WeakMap();

/** @param {HTMLElement} element @returns {HTMLElement|null} */
const focusable = (element) => (element.matches("a, button") ? element : element.querySelector("a, button"));

/**
 * Make the children of `parent` be `items`, touching only what changed: an item is made again
 * when its `sig` differs, moved when its place differs, and otherwise left alone. One whose menu is
 * open waits until it is closed (`menu-closed`): nothing goes from under a pointer.
 * @param {HTMLElement} parent
 * @param {{key: string, sig: string, make: () => HTMLElement}[]} items
 * @returns {boolean} whether anything changed
 */
export function reconcile(parent, items) {
  /** @type {Map<string, HTMLElement>} */
  const old = new Map();
  for (const child of /** @type {HTMLCollectionOf<HTMLElement>} */ (parent.children)) {
    if (child.dataset.key) old.set(child.dataset.key, child);
  }
  const focused = /** @type {HTMLElement|null} */ (document.activeElement?.closest("[data-key]") || null);
  /** @type {HTMLElement[]} */
  const wanted = items.map((item) => {
    const known = old.get(item.key);
    if (known && (signatures.get(known) === item.sig || known.querySelector("menu-button.open"))) return known;
    const fresh = item.make();
    fresh.dataset.key = item.key;
    signatures.set(fresh, item.sig);
    if (known && known === focused) queueMicrotask(() => focusable(fresh)?.focus());
    return fresh;
  });
  const keep = new Set(wanted);
  let changed = false;
  for (const child of [...parent.children]) {
    if (keep.has(/** @type {HTMLElement} */ (child))) continue;
    child.remove();
    changed = true;
  }
  wanted.forEach((element, index) => {
    if (parent.children[index] === element) return;
    parent.insertBefore(element, parent.children[index] || null);
    changed = true;
  });
  return changed;
}

/** Delegate clicks on [data-do] below `root`. @param {HTMLElement} root @param {Record<string, (target: HTMLElement, event: Event) => void>} table */
export function onDo(root, table) {
  root.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-do]"));
    const act = target && table[target.dataset.do || ""];
    if (act && target) act(target, event);
  });
}

/** Say beside a form what is wrong with it, and where. @param {HTMLFormElement} form @param {HTMLElement} fault @param {string} words "" takes them back @param {string} [field] the input that is wrong */
export function complain(form, fault, words, field = "") {
  fault.textContent = words;
  for (const wrong of form.querySelectorAll("[aria-invalid]")) wrong.removeAttribute("aria-invalid");
  const input = /** @type {HTMLElement|null} */ (field ? form.elements.namedItem(field) : null);
  input?.setAttribute("aria-invalid", "true");
  input?.focus();
}

/** `work`, once before the next frame however often it is asked for. @param {() => void} work */
export function perFrame(work) {
  let planned = false;
  return () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      work();
    });
  };
}

/** What waits for the next frame. @type {Set<() => void>} */
const waiting = new Set();

/** `work`, once after the next frame is on the screen: for what nobody looks at first. @param {() => void} work */
export function afterPaint(work) {
  return () => {
    if (!waiting.size) requestAnimationFrame(() => setTimeout(rest));
    waiting.add(work);
  };
}

/** All of it in one task, so that it is laid out once. */
function rest() {
  const works = [...waiting];
  waiting.clear();
  for (const work of works) {
    try {
      work();
    } catch (error) {
      reportError(error); // the others are drawn all the same
    }
  }
}

/** @param {() => void} work @param {number} ms */
export function debounce(work, ms) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(work, ms);
  };
}
