/** @file One language at a time: the tabs over the words and questions, and the preview's. */

/** @typedef {{code: () => string, show: (root: ParentNode) => void, choose: (code: string) => void, acts: Record<string, (target: HTMLElement) => void>}} Languages */

/** @param {HTMLFormElement} form @param {() => void} changed @returns {Languages} */
export function startLanguages(form, changed) {
  const select = /** @type {HTMLSelectElement} */ (document.querySelector(".preview [data-part=language]"));
  const tabs = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-do=language]")]);
  const wrong = new Set([...form.querySelectorAll("[data-lang] [aria-invalid]")].map((field) => /** @type {HTMLElement} */ (field.closest("[data-lang]")).dataset.lang));
  const known = [...select.options].map((option) => option.value);
  let code = [...wrong][0] || (known.includes(document.documentElement.lang) ? document.documentElement.lang : "en");

  /** @param {ParentNode} root */
  function show(root) {
    for (const field of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-lang]"))) field.hidden = field.dataset.lang !== code;
  }

  function draw() {
    show(form);
    select.value = code;
    for (const tab of tabs) {
      tab.setAttribute("aria-pressed", String(tab.dataset.code === code));
      tab.classList.toggle("late", wrong.has(tab.dataset.code));
    }
  }

  /** @param {string} wanted */
  function choose(wanted) {
    code = wanted;
    draw();
    changed();
  }

  for (const group of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-part=tabs]"))) group.hidden = false;
  select.addEventListener("change", () => choose(select.value));
  draw();
  return { code: () => code, show, choose, acts: { language: (tab) => choose(tab.dataset.code || "en") } };
}
