/** Am I there, and for which channels? How many live chats do I hold? Also sound, look and language. */
import { setPresence } from "../lib/actions.js";
import { setSound, soundOn } from "../lib/bell.js";
import { make } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { liveChats } from "../lib/lists.js";
import { drawLook, setLook } from "../lib/look.js";
import { store } from "../lib/store.js";

class AgentPresence extends HTMLElement {
  connectedCallback() {
    store.on(["presence", "rows"], () => this.draw());
    this.addEventListener("click", (event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      const option = /** @type {HTMLElement|null} */ (target.closest("[data-presence-value]"));
      if (option) setPresence(option.dataset.presenceValue || "online");
      const theme = /** @type {HTMLElement|null} */ (target.closest("[data-theme-value]"));
      if (theme) setLook("theme", theme.dataset.themeValue || "");
      const channel = /** @type {HTMLElement|null} */ (target.closest("[data-channel]"));
      if (channel) this.turn(channel.dataset.channel || "");
      if (target.closest("[data-do=sound]")) setSound(!soundOn());
      if (channel || target.closest("[data-do=sound]")) this.draw();
      if (target.closest("[data-do=keyboard]")) /** @type {any} */ (document.querySelector("keyboard-map"))?.show();
    });
    this.querySelector("[name=language]")?.addEventListener("change", (event) => {
      /** @type {HTMLSelectElement} */ (event.currentTarget).form?.submit();
    });
    this.draw();
    drawLook();
  }

  /** Take work of this channel, or for now none of it. @param {string} channel */
  turn(channel) {
    const off = new Set(store.agent.channels_off || []);
    if (!off.delete(channel)) off.add(channel);
    setPresence(store.agent.presence, { channels_off: [...off] });
  }

  draw() {
    const presence = store.agent.presence || "offline";
    const set = (/** @type {string} */ part, /** @type {string} */ words) => {
      const place = this.querySelector(`[data-part=${part}]`);
      if (place) place.textContent = words;
    };
    set("word", t(`presence.${presence}`));
    const held = liveChats().filter((row) => ["new", "open"].includes(row.state)).length;
    const { most } = store.agent;
    set("chats", most ? t("presence.load", { n: held, most }) : t("presence.chats", { n: held }));
    const meter = /** @type {HTMLElement|null} */ (this.querySelector(".me-load"));
    if (meter) meter.replaceChildren(...Array.from({ length: Math.min(most || 0, 6) }, (_, index) => make("i", index < held ? "on" : "")));
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-channel]"))) {
      one.setAttribute("aria-checked", String(!(store.agent.channels_off || []).includes(one.dataset.channel || "")));
    }
    this.querySelector("[data-do=sound]")?.setAttribute("aria-checked", String(soundOn()));
    const mark = /** @type {HTMLElement|null} */ (this.querySelector(".me-button .pr"));
    if (mark) mark.dataset.presence = presence;
    for (const option of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-presence-value]"))) {
      option.setAttribute("aria-pressed", String(option.dataset.presenceValue === presence));
    }
  }
}

customElements.define("agent-presence", AgentPresence);
