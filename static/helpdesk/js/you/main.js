/** The agent's own page: every choice holds at once, and says so if it does not. */
import { api } from "../lib/api.js";
import { test } from "../lib/bell.js";
import { boot } from "../lib/boot.js";
import { onDo, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { allow, forget, standing } from "../lib/push.js";

const place = parts(document.body);

/** @param {string} words */
function fault(words) {
  place.fault.hidden = !words;
  place.fault.textContent = words;
}

async function draw() {
  const now = await standing();
  place.state.textContent = t(`you.${now}`);
  const show = (/** @type {string} */ name, /** @type {boolean} */ on) => {
    const button = /** @type {HTMLElement} */ (document.querySelector(`[data-do=${name}]`));
    button.hidden = !on;
  };
  show("allow", now === "off");
  show("forget", now === "on");
  show("try", now === "on");
}

/** @param {() => Promise<any>} work */
async function attempt(work) {
  fault("");
  try {
    await work();
  } catch (error) {
    fault(t("you.failed", { why: /** @type {Error} */ (error).message }));
  }
  await draw();
}

document.addEventListener("change", (event) => {
  const box = /** @type {HTMLInputElement} */ (event.target);
  const { event: name } = box.dataset;
  if (!name) return;
  const ways = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll(`[data-event=${name}]:checked`)]);
  attempt(async () => {
    try {
      await api.patch("alerts/", { [name]: ways.map((one) => one.dataset.way) });
    } catch (error) {
      box.checked = !box.checked; // it is as it was
      throw error;
    }
  });
});

onDo(document.body, {
  allow: () => attempt(() => allow(boot.worker, boot.key)),
  forget: () => attempt(forget),
  sound: () => test(),
  try: () => attempt(async () => {
    const { reached } = await api.post("alerts/try/");
    if (!reached) throw new Error(t("you.unreached"));
  }),
});

/** @param {string} density */
function drawDensity(density) {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("button[data-density]"))) {
    button.setAttribute("aria-pressed", String(button.dataset.density === density));
  }
}

document.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("button[data-density]"));
  if (!button) return;
  try {
    localStorage.setItem("parley.density", button.dataset.density || "");
  } catch {
    fault(t("you.unkept"));
  }
  drawDensity(button.dataset.density || "");
});

try {
  drawDensity(localStorage.getItem("parley.density") || "");
} catch {
  /* storage is blocked: comfortable */
}
draw();
