/** How this browser shows things: light or dark, and how dense. theme.js reads it before the first paint. */

/** @typedef {"theme"|"density"} Look */
const LOOKS = /** @type {Look[]} */ (["theme", "density"]);

/** @param {Look} name @param {string} value "" for the usual @returns {boolean} whether the browser keeps it */
export function setLook(name, value) {
  if (value) document.documentElement.dataset[name] = value;
  else delete document.documentElement.dataset[name];
  drawLook();
  try {
    if (value) localStorage.setItem(`parley.${name}`, value);
    else localStorage.removeItem(`parley.${name}`);
    return true;
  } catch {
    return false; // storage is blocked: it holds until the next page
  }
}

/** Whether the screen is dark now, by choice or by the system. */
export function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Press the buttons that say what holds. */
export function drawLook() {
  const now = document.documentElement.dataset;
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-theme-value]"))) {
    one.setAttribute("aria-pressed", String(one.dataset.themeValue === (now.theme || "")));
  }
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("button[data-density]"))) {
    one.setAttribute("aria-pressed", String(one.dataset.density === (now.density || "")));
  }
}

addEventListener("storage", (event) => {
  const name = LOOKS.find((one) => event.key === `parley.${one}`);
  if (name) setLook(name, event.newValue || "");
});
