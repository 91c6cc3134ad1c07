/** The agent's own page: every choice holds at once, and says so if it does not. */
import { api } from "../lib/api.js";
import { setSound, soundOn, test } from "../lib/bell.js";
import { boot } from "../lib/boot.js";
import { face, onDo, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { drawLook, setLook } from "../lib/look.js";
import { allow, forget, standing } from "../lib/push.js";
import { squared } from "./photo.js";

const place = parts(document.body);

/** @param {string} words */
function fault(words) {
  place.fault.hidden = !words;
  place.fault.textContent = words;
  if (words) place.fault.scrollIntoView({ block: "nearest" });
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

/** @param {() => Promise<any>} work @param {string} [done] what is said once it is done */
async function attempt(work, done = "") {
  fault("");
  try {
    await work();
    place.told.textContent = done;
  } catch (error) {
    fault(t("you.failed", { why: /** @type {Error} */ (error).message }));
  }
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

const onBrowser = (/** @type {() => Promise<any>} */ work) => attempt(work).then(draw);

onDo(document.body, {
  allow: () => onBrowser(() => allow(boot.worker, boot.key)),
  forget: () => onBrowser(forget),
  sound: () => test(),
  try: () => attempt(async () => {
    const { reached } = await api.post("alerts/try/");
    if (!reached) throw new Error(t("you.unreached"));
  }),
  hide: () => attempt(async () => {
    await api.delete("you/photo/");
    show("");
  }, t("you.hidden")),
});

/** My face everywhere on this page. @param {string} photo */
function show(photo) {
  const hide = /** @type {HTMLElement} */ (document.querySelector("[data-do=hide]"));
  if (!photo && hide === document.activeElement) place.photo.focus();
  hide.hidden = !photo;
  for (const avatar of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".photo .av, .rail .av"))) {
    face(avatar, { initials: boot.me.initials, hue: boot.me.hue, photo });
  }
}

place.photo.addEventListener("change", () => {
  const [file] = place.photo.files;
  place.photo.value = "";
  if (file) attempt(async () => show((await api.put("you/photo/", { png: await squared(file, boot.side) })).photo), t("you.shown"));
});

document.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-preference], [data-theme-value], button[data-density], [data-sound]"));
  if (!button) return;
  const { preference, value = "", themeValue, density, sound } = button.dataset;
  if (preference) attempt(async () => press(preference, (await api.patch("preferences/", { [preference]: /^\d+$/.test(value) ? Number(value) : value }))[preference]), t("you.saved"));
  else if (sound) drawSound(sound === "on");
  else if (!(themeValue === undefined ? setLook("density", density || "") : setLook("theme", themeValue))) fault(t("you.unkept"));
});

/** @param {string} name @param {string|number} value */
function press(name, value) {
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-preference=${name}]`))) {
    one.setAttribute("aria-pressed", String(one.dataset.value === String(value)));
  }
}

/** @param {boolean} [wanted] */
function drawSound(wanted) {
  if (wanted !== undefined) setSound(wanted);
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-sound]"))) {
    one.setAttribute("aria-pressed", String((one.dataset.sound === "on") === soundOn()));
  }
}

drawLook();
drawSound();
draw();
