/** @file Colour and logo: the contrast is said while one chooses, a picture goes up at once. */
import { onDo } from "../../helpdesk/js/lib/dom.js";
import { csrfToken, locale } from "../../helpdesk/js/lib/boot.js";

/** Contrast of white words on "#rrggbb" by WCAG, 1 to 21. @param {string} color */
function contrast(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

/** @param {HTMLFormElement} form @param {() => void} changed */
export function startLook(form, changed) {
  /** @param {string} name @returns {any} */
  const part = (name) => form.querySelector(`[data-part=${name}]`);
  const [color, picker, words] = ["color", "picker", "contrast"].map(part);
  const [image, value, file, remove, fault] = ["logoimage", "logovalue", "logofile", "logoremove", "logoerror"].map(part);

  function judge() {
    const wanted = color.value.trim().toLowerCase();
    if (!/^#[0-9a-f]{6}$/.test(wanted)) return;
    picker.value = wanted;
    const found = contrast(wanted);
    const grade = found >= 4.5 ? "good" : "late";
    const shown = (Math.floor(found * 10) / 10).toLocaleString(locale, { minimumFractionDigits: 1 });
    words.textContent = words.dataset[grade].replace("{n}", shown);
    words.className = `hint ${grade}`;
    for (const swatch of form.querySelectorAll("[data-do=preset]")) swatch.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (swatch).dataset.color === wanted));
  }

  /** @param {string} wanted */
  function choose(wanted) {
    color.value = wanted;
    judge();
    changed();
  }

  /** @param {string} id @param {string} url */
  function wear(id, url) {
    value.value = id;
    image.hidden = remove.hidden = !id;
    if (url) image.src = url;
    else image.removeAttribute("src");
    file.value = "";
    changed();
  }

  async function upload() {
    const [chosen] = file.files;
    if (!chosen) return;
    fault.hidden = true;
    const body = new FormData();
    body.append("file", chosen);
    try {
      const answer = await fetch(part("logo").dataset.upload, { method: "POST", headers: { "X-CSRFToken": csrfToken }, body });
      const data = await answer.json();
      if (answer.ok) wear(data.logo, data.url);
      else refuse(data.error);
    } catch {
      refuse(fault.dataset.words);
    }
  }

  /** @param {string} why */
  function refuse(why) {
    fault.textContent = why;
    fault.hidden = false;
    file.value = "";
  }

  color.addEventListener("input", judge);
  picker.addEventListener("input", () => choose(picker.value));
  file.addEventListener("change", upload);
  onDo(form, {
    preset: (swatch) => choose(swatch.dataset.color || ""),
    "logo-remove": () => wear("", ""),
  });
  judge();
}
