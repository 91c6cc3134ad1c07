/** @file The live preview: the form as it is goes to the server, which draws the real panel with
 * it in a new frame; that takes the old one's place when it is ready, so that nothing flickers.
 * A frame's first page is no step in the browser's history. */
import { debounce } from "../../helpdesk/js/lib/dom.js";

const PAUSE = 80;

/** @param {HTMLFormElement} form @param {import("./languages.js").Languages} languages */
export function startPreview(form, languages) {
  const root = /** @type {HTMLElement} */ (document.querySelector("[data-part=preview]"));
  /** @param {string} name @returns {HTMLElement} */
  const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part=${name}]`));
  const [stage, panel, launcher, words, hint] = ["stage", "panel", "launcher", "launchwords", "previewhint"].map(part);
  const real = hint.textContent || "";
  const dark = document.documentElement.dataset.theme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const chosen = { device: "desktop", theme: dark ? "dark" : "light", scene: "home" };
  let made = 0;

  /** @param {string} name */
  const field = (name) => String(new FormData(form).get(name) || "");

  function drawStage() {
    const theme = field("theme") || chosen.theme;
    const color = field("color");
    const label = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(`label.${languages.code()}`));
    const gone = chosen.device === "phone" && field("hide_on_phones") !== "";
    stage.dataset.device = chosen.device;
    stage.dataset.theme = theme;
    stage.dataset.position = field("position");
    stage.toggleAttribute("data-hidden", gone);
    stage.dir = languages.code() === "he" ? "rtl" : "ltr";
    if (/^#[0-9a-f]{6}$/i.test(color)) launcher.style.setProperty("--brand", color);
    words.textContent = label?.value || label?.placeholder || "";
    hint.textContent = gone ? hint.dataset.phones || "" : real;
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(".seg button"))) {
      const now = { ...chosen, theme }[/** @type {keyof chosen} */ (button.dataset.do)];
      button.setAttribute("aria-pressed", String(button.dataset.value === now));
    }
    return theme;
  }

  /** @param {HTMLIFrameElement} frame */
  function swap(frame) {
    if (!frame.isConnected || frame.contentWindow?.location.href === "about:blank") return;
    const drawn = frame.contentDocument?.getElementById("panel");
    if (!drawn) {
      frame.remove();
      hint.textContent = hint.dataset.failed || "";
      return;
    }
    for (const old of panel.querySelectorAll("iframe")) if (old !== frame) old.remove();
    frame.classList.remove("next");
  }

  function draw() {
    const theme = drawStage();
    for (const late of panel.querySelectorAll("iframe.next")) late.remove();
    const frame = document.createElement("iframe");
    frame.name = `preview-${(made += 1)}`;
    frame.className = "next";
    frame.title = panel.dataset.title || "";
    frame.addEventListener("load", () => swap(frame));
    panel.append(frame);
    const query = new URLSearchParams({ language: languages.code(), theme, scene: chosen.scene, host: location.origin });
    const before = { action: form.getAttribute("action"), target: form.getAttribute("target") };
    form.setAttribute("action", `${root.dataset.address}?${query}`);
    form.setAttribute("target", frame.name);
    form.submit(); // no "submit" event: nothing counts as saved by this
    for (const [name, value] of Object.entries(before)) {
      if (value === null) form.removeAttribute(name);
      else form.setAttribute(name, value);
    }
  }

  const later = debounce(draw, PAUSE);
  /** @param {keyof chosen} name */
  const choose = (name) => (/** @type {string} */ value) => {
    chosen[name] = value;
    draw();
  };
  /** @param {keyof chosen} name */
  const press = (name) => (/** @type {HTMLElement} */ button) => choose(name)(button.dataset.value || "");

  /** What is being edited is what is shown. */
  form.addEventListener("focusin", (event) => {
    const field = /** @type {Element} */ (event.target);
    const when = /** @type {HTMLSelectElement | null | undefined} */ (field.closest(".question")?.querySelector("select[name$='.when']"));
    const section = field.closest(".part")?.id || "";
    const scene = when?.value || { "s-hours": "closed", "s-words": "home" }[section];
    if (scene && scene !== chosen.scene) choose("scene")(scene);
  });
  form.addEventListener("change", (event) => {
    const field = /** @type {HTMLSelectElement} */ (event.target);
    if (field.name.endsWith(".when")) chosen.scene = field.value;
  });

  return {
    refresh() {
      drawStage();
      later();
    },
    acts: { device: press("device"), theme: press("theme"), scene: press("scene") },
  };
}
