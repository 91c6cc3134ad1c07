/** The page of one rule: its rows, the sentence that they make, and the dry run. */
import { api } from "../lib/api.js";
import { boot } from "../lib/boot.js";
import { debounce, onDo } from "../lib/dom.js";
import { addAct } from "./acts.js";
import "./asking.js";
import { addCondition, addGroup, fillConditions } from "./conditions.js";
import { readAll, showFaults, tools } from "./rows.js";
import { showTrials, trialFault } from "./trial.js";

const get = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (get("rule"));
const [conditions, actions, match, sentence] = [get("conditions"), get("actions"), /** @type {HTMLSelectElement} */ (get("match")), get("sentence")];
const input = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

/** The rule as it stands in the form. */
function draft() {
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name=inboxes]:checked"));
  return {
    name: input("name").value,
    kind: input("kind").value,
    conditions: { match: match.value, rows: readAll(conditions) },
    actions: readAll(actions),
    enabled: input("enabled").checked,
    stop_after: input("stop_after").checked,
    inboxes: [...boxes].map((one) => Number(one.value)),
  };
}

function draw() {
  const many = conditions.children.length;
  get("always").hidden = many > 0;
  /** @type {HTMLElement} */ (form.querySelector(".match")).hidden = many < 2;
}

let asked = 0;
/** Faults are told where they are as soon as it was tried or sent; before, one is still writing. */
let strict = Object.keys(boot.errors).length > 0;

async function preview() {
  const mine = (asked += 1);
  try {
    const answer = await api.post("rules/try/", draft());
    if (mine !== asked) return;
    sentence.textContent = answer.sentence || "…";
    if (strict) faults(answer.errors);
  } catch {
    sentence.textContent = "…";
  }
}

/** @param {Record<string, string>} errors */
function faults(errors) {
  showFaults(conditions, "conditions", errors);
  showFaults(actions, "actions", errors);
}

const soon = debounce(preview, 350);
function changed() {
  draw();
  soon();
}

/** @param {HTMLElement} button */
async function run(button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  strict = true;
  button.setAttribute("aria-disabled", "true");
  try {
    const answer = await api.post("rules/try/", { ...draft(), trial: true });
    faults(answer.errors);
    showTrials(get("summary"), get("trials"), answer.trials);
  } catch (error) {
    const fault = /** @type {import("../lib/api.js").Fault} */ (error);
    trialFault(get("summary"), get("trials"), fault.message);
    preview();
  }
  button.removeAttribute("aria-disabled");
}

match.value = boot.conditions?.match === "any" ? "any" : "all";
fillConditions(conditions, boot.conditions);
for (const one of boot.actions?.length ? boot.actions : [{}]) addAct(actions, one);
faults(boot.errors);
/** @param {(button: HTMLElement) => void} act */
const then = (act) => (/** @type {HTMLElement} */ button) => {
  act(button);
  changed();
};
onDo(form, {
  ...Object.fromEntries(Object.entries(tools).map(([name, act]) => [name, then(act)])),
  "add-condition": then(() => addCondition(conditions, {}, true)),
  "add-group": then(() => addGroup(conditions, undefined, true)),
  "add-action": then(() => addAct(actions, {}, true)),
});
onDo(/** @type {HTMLElement} */ (document.querySelector(".proof")), { try: run });
form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("submit", () => {
  const one = draft();
  input("conditions").value = JSON.stringify(one.conditions);
  input("actions").value = JSON.stringify(one.actions);
});
draw();
preview();
