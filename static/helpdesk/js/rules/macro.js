/** The page of one macro. */
import { boot } from "../lib/boot.js";
import { onDo } from "../lib/dom.js";
import { addAct } from "./acts.js";
import "./asking.js";
import { readAll, showFaults, tools } from "./rows.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("macro"));
const actions = /** @type {HTMLElement} */ (document.getElementById("actions"));
const hidden = /** @type {HTMLInputElement} */ (form.elements.namedItem("actions"));

for (const one of boot.actions?.length ? boot.actions : [{}]) addAct(actions, one);
showFaults(actions, "actions", boot.errors);
onDo(form, { ...tools, "add-action": () => addAct(actions, {}, true) });
form.addEventListener("submit", () => (hidden.value = JSON.stringify(readAll(actions))));
