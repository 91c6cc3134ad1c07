/** The sheet of what a supervisor eases for a while; a press on [data-do=hands] opens it. */
import { api, Fault } from "../lib/api.js";
import { clone, make, parts } from "../lib/dom.js";
import { ahead } from "../lib/format.js";

/** @typedef {import("./bar.js").Relief} Relief */
/** @typedef {{id: number|string, name: string}} Choice */
/** @typedef {{open: Relief[], choices: {agents: Choice[], channels: Choice[], skills: Choice[]}|null}} Hands */

const sheet = /** @type {HTMLDialogElement|null} */ (document.getElementById("hands"));
const bar = /** @type {HTMLElement|null} */ (document.querySelector("rush-bar"));
const place = sheet ? parts(sheet) : {};
const changed = () => document.dispatchEvent(new Event("parley:rush"));

/** Options that are there already stay chosen. @param {HTMLSelectElement} select @param {Choice[]} choices @param {string} [first] the one that stands for all */
function fill(select, choices, first) {
  const chosen = select.value;
  const all = [...(first ? [{ id: "", name: first }] : []), ...choices];
  select.replaceChildren(...all.map(({ id, name }) => {
    const option = /** @type {HTMLOptionElement} */ (make("option", "", name));
    option.value = String(id);
    return option;
  }));
  if (all.some(({ id }) => String(id) === chosen)) select.value = chosen;
}

/** @param {Relief} one */
function line(one) {
  const item = clone("hold");
  const { text, until, who, undo } = parts(item);
  text.textContent = one.text;
  until.textContent = one.until ? (bar?.dataset.sayUntil || "").replace("{time}", ahead(one.until)) : bar?.dataset.sayGood || "";
  const names = one.agents.length > 3 ? `${one.agents.slice(0, 3).join(", ")} +${one.agents.length - 3}` : one.agents.join(", ");
  who.textContent = [names, one.by, one.reason].filter(Boolean).map((words) => `\u2068${words}\u2069`).join(" · ");
  undo.setAttribute("aria-label", `${undo.textContent}: ${one.text}`);
  undo.dataset.undo = String(one.id);
  return item;
}

/** @param {Hands} now */
function draw({ open, choices }) {
  if (choices) {
    fill(place.agent, choices.agents, sheet?.dataset.everybody);
    fill(place.channel, choices.channels, sheet?.dataset.every);
    fill(place.skill, choices.skills);
    place.skills.hidden = !choices.skills.length;
    place.noskill.hidden = choices.skills.length > 0;
  }
  place.holds.replaceChildren(...open.map(line));
  place.none.hidden = open.length > 0;
}

/** @param {unknown} error */
function complain(error) {
  const fault = /** @type {Fault} */ (error);
  const said = [400, 404, 409].includes(fault.status); // the server has a word on it
  place.why.textContent = said ? fault.message : bar?.dataset.sayFault || "";
  place.fault.hidden = false;
}

/** @param {() => Promise<any>} work @returns {Promise<boolean>} whether it worked */
async function attempt(work) {
  place.fault.hidden = true;
  try {
    await work();
    draw(await api.get("reliefs/"));
    changed();
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** @param {string} kind */
function wish(kind) {
  const { agent, minutes, reason, channel, more, emergency, skill, good } = place;
  const own = {
    limits: () => ({ channel: channel.value, more: Number(more.value) }),
    reserves: () => ({ emergency: emergency.checked }),
    skill: () => ({ skill: Number(skill.value) }),
  }[kind];
  const forGood = kind === "skill" && good.checked;
  return {
    kind,
    agent: agent.value ? Number(agent.value) : null,
    minutes: forGood ? null : Number(minutes.value),
    reason: reason.value,
    ...own?.(),
  };
}

/** @param {HTMLButtonElement} button */
async function ease(button) {
  button.disabled = true;
  const worked = await attempt(() => api.post("reliefs/", wish(button.dataset.ease || "")));
  button.disabled = false;
  button.focus({ preventScroll: true });
  (worked ? place.holds : place.fault).scrollIntoView({ block: "nearest" });
}

async function open() {
  if (!sheet || sheet.open) return;
  place.fault.hidden = true;
  sheet.showModal();
  /** @type {HTMLElement|null} */ (sheet.querySelector("[data-ease=limits]"))?.focus();
  await attempt(async () => {});
}

if (sheet) {
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("[data-do=hands]")) open();
    if (target === sheet) sheet.close();
    const button = /** @type {HTMLButtonElement|null} */ (target.closest("#hands [data-ease]"));
    if (button) ease(button);
    const undo = /** @type {HTMLElement|null} */ (target.closest("#hands [data-undo]"));
    if (undo) attempt(() => api.post(`reliefs/${undo.dataset.undo}/end/`));
  });
  place.form.addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
}
