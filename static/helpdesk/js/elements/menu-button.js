/**
 * A button with a menu (or a small panel) below it: arrows, Home, End, letters, Escape, a click
 * outside. A listener of the `menu` event may fill it just before it opens.
 */
class MenuButton extends HTMLElement {
  /** @type {HTMLButtonElement} */ button;
  /** @type {HTMLElement} */ menu;

  connectedCallback() {
    this.button = /** @type {HTMLButtonElement} */ (this.querySelector("button[aria-haspopup]"));
    this.menu = /** @type {HTMLElement} */ (this.querySelector(".menu"));
    this.button.addEventListener("click", () => this.toggle());
    this.querySelector(".shade")?.addEventListener("click", () => this.hide());
    this.menu.addEventListener("click", (event) => {
      if (/** @type {Element} */ (event.target).closest(".opt")) this.hide(true);
    });
    this.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("pointerdown", (event) => {
      if (!this.menu.hidden && !this.contains(/** @type {Node} */ (event.target))) this.hide();
    });
    this.addEventListener("focusout", (event) => {
      const to = /** @type {Node|null} */ (event.relatedTarget);
      if (!this.menu.hidden && to && !this.contains(to)) this.hide();
    });
  }

  get items() {
    return /** @type {HTMLElement[]} */ ([...this.menu.querySelectorAll(".opt, .input, .btn, .seg button")]);
  }

  toggle() {
    if (this.menu.hidden) this.show();
    else this.hide(true);
  }

  show() {
    this.dispatchEvent(new CustomEvent("menu", { bubbles: true, detail: this.menu }));
    if (!this.menu.childElementCount) return;
    this.menu.hidden = false;
    this.fit();
    this.classList.add("open");
    this.button.setAttribute("aria-expanded", "true");
    /** @type {HTMLElement|null} */ (this.menu.querySelector("[aria-checked=true], [aria-pressed=true].opt") || this.items[0])?.focus();
  }

  /** In a log it opens to where there is more room: what reaches over its edge cannot be clicked. */
  fit() {
    const log = this.closest(".log");
    this.menu.style.maxBlockSize = "";
    if (!log || getComputedStyle(this.menu).position === "fixed") return;
    const [around, own] = [log.getBoundingClientRect(), this.button.getBoundingClientRect()];
    const [above, below] = [own.top - around.top, around.bottom - own.bottom];
    const up = above > below && this.menu.offsetHeight + 8 > below;
    this.menu.classList.toggle("up", up);
    this.menu.style.maxBlockSize = `${Math.max(120, Math.floor(up ? above : below) - 12)}px`;
  }

  /** @param {boolean} [back] give the focus back to the button */
  hide(back = false) {
    if (this.menu.hidden) return;
    this.menu.hidden = true;
    this.classList.remove("open");
    this.button.setAttribute("aria-expanded", "false");
    if (back && this.button.offsetParent) this.button.focus();
    this.dispatchEvent(new Event("menu-closed", { bubbles: true }));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (this.menu.hidden) {
      if (event.key === "ArrowDown" && event.target === this.button) {
        event.preventDefault();
        this.show();
      }
      return;
    }
    const { items } = this;
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const field = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === "Escape") this.hide(true);
    else if (field) return;
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length]?.focus();
    else if (event.key === "Home") items[0]?.focus();
    else if (event.key === "End") items.at(-1)?.focus();
    else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) this.letter(event.key, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** To the next item that begins with a letter. @param {string} letter @param {number} at */
  letter(letter, at) {
    const { items } = this;
    const ordered = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    ordered.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter.toLowerCase()))?.focus();
  }
}

customElements.define("menu-button", MenuButton);
