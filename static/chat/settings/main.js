/** @file The editor of a widget: what is typed is seen at once, and never lost by a wrong click. */
import { onDo } from "../../helpdesk/js/lib/dom.js";
import { copy } from "./copying.js";
import { startLanguages } from "./languages.js";
import { startLook } from "./look.js";
import { startPreview } from "./preview.js";
import { startRows } from "./rows.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("settings"));
const dirty = /** @type {HTMLElement} */ (document.querySelector("[data-part=dirty]"));
let unsaved = "unsaved" in form.dataset;

const languages = startLanguages(form, () => preview.refresh());
const preview = startPreview(form, languages);

function changed() {
  unsaved = true;
  dirty.hidden = false;
  preview.refresh();
}

startRows(form, languages, changed);
startLook(form, changed);
onDo(document.body, { ...languages.acts, ...preview.acts, copy });
form.addEventListener("input", (event) => {
  const field = /** @type {HTMLElement} */ (event.target);
  field.removeAttribute("aria-invalid");
  for (const fault of form.querySelectorAll(`[id="${CSS.escape(field.id)}-error"]`)) fault.remove();
  changed();
});
form.addEventListener("submit", () => { unsaved = false; });
addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    form.requestSubmit();
  }
});

/** The section under the eyes is marked in the list above. */
const links = new Map([...document.querySelectorAll(".places a")].map((link) => [link.getAttribute("href")?.slice(1), link]));
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    for (const link of links.values()) link.removeAttribute("aria-current");
    const link = links.get(entry.target.id);
    link?.setAttribute("aria-current", "true");
    link?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}, { rootMargin: "-20% 0px -70% 0px" });
for (const part of form.querySelectorAll(".part")) seen.observe(part);

const fault = /** @type {HTMLElement | null} */ (document.querySelector(".banner[data-part=fault]"));
fault?.focus();
preview.refresh();
