/** The menu on the arrow of "Send": with what follows, later, and how I like to send. */
import { api } from "../lib/api.js";
import { clone, icon, make, parts } from "../lib/dom.js";
import { ahead } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";
import { toast } from "../lib/toast.js";

const UNDO = [0, 5, 10, 20, 30];
const ENTER = ["channel", "always", "never"];

/** @param {number} days @param {number} hour */
function at(days, hour) {
  const date = new Date();
  date.setDate(date.getDate() + days);
  date.setHours(hour, 0, 0, 0);
  return date;
}

/** @returns {[string, Date][]} */
function times() {
  const soon = new Date(Math.ceil((Date.now() + 2 * 3600_000) / 1800_000) * 1800_000);
  const monday = ((8 - new Date().getDay()) % 7) || 7;
  /** @type {[string, Date][]} */
  const found = [["later.tomorrow", at(1, 9)]];
  if (soon.getDate() === new Date().getDate()) found.unshift(["later.today", soon]);
  if (monday > 1) found.push(["later.monday", at(monday, 9)]);
  return found;
}

/** @param {HTMLElement} menu */
function fill(menu) {
  const place = parts(menu);
  const choose = (/** @type {Date} */ date) => {
    const detail = { due_at: date.toISOString(), cancel_if_customer_writes: place.unless.checked };
    menu.dispatchEvent(new CustomEvent("later", { bubbles: true, detail }));
  };
  place.times.replaceChildren(...times().map(([key, date]) => {
    const item = clone("opt");
    const { icon: sign, text, extra } = parts(item);
    sign.replaceWith(icon("clock", 16));
    text.textContent = t(key);
    extra.textContent = ahead(date.toISOString());
    item.addEventListener("click", () => choose(date));
    return item;
  }));
  const local = (/** @type {Date} */ date) => new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  place.when.value = local(at(1, 9));
  place.when.min = local(new Date());
  place.later.onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    choose(new Date(place.when.value));
    /** @type {any} */ (menu.closest("menu-button")).hide(true);
  };
  segments(place.undo, UNDO, "undo_seconds", (value) => (value ? t("undo.seconds", { n: value }) : t("undo.off")));
  segments(place.enter, ENTER, "enter", (value) => t(`enter.${value}`));
}

/** @param {HTMLElement} box @param {(string|number)[]} values @param {string} name @param {(value: any) => string} words */
function segments(box, values, name, words) {
  box.replaceChildren(...values.map((value) => {
    const button = /** @type {HTMLButtonElement} */ (make("button", "", words(value)));
    button.type = "button";
    button.setAttribute("aria-pressed", String(store.preferences[name] === value));
    button.addEventListener("click", async () => {
      try {
        store.preferences = await api.patch("preferences/", { [name]: value });
        store.emit("preferences");
        segments(box, values, name, words);
      } catch (error) {
        toast(t("act.failed", { why: /** @type {Error} */ (error).message }), { lasts: 9000 });
      }
    });
    return button;
  }));
}

document.addEventListener("menu", (event) => {
  if (/** @type {HTMLElement} */ (event.target).dataset.menu === "send") fill(/** @type {CustomEvent} */ (event).detail);
});
