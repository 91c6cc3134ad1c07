/** Asking a colleague or a supervisor from the thread's head; the customer sees nothing of it. */
import { clone, face, parts } from "../lib/dom.js";
import { has, t } from "../lib/i18n.js";
import { bind } from "../lib/keys.js";
import { send } from "../lib/outbox.js";
import { store } from "../lib/store.js";
import { ordered } from "./thread-menus.js";

class AskMenu extends HTMLElement {
  connectedCallback() {
    this.addEventListener("menu", (event) => /** @type {CustomEvent} */ (event).detail.replaceChildren(this.form()));
    bind({ h: () => store.openId !== null && /** @type {any} */ (this.querySelector("menu-button")).show() });
  }

  form() {
    const form = clone("ask");
    const place = parts(form);
    const colleagues = ordered(store.thread?.agents || []).filter((agent) => agent.id !== store.agent.id);
    place.people.append(...colleagues.map((agent) => {
      const line = clone("ask-person");
      const { avatar, initials, presence, name, extra, box } = parts(line);
      face(avatar, agent, initials);
      presence.dataset.presence = agent.presence || "offline";
      name.textContent = agent.name;
      extra.textContent = has(`presence.${agent.presence}`) ? t(`presence.${agent.presence}`) : "";
      box.value = String(agent.id);
      return line;
    }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input:checked")]).map((box) => box.value);
      const body = place.text.value.trim();
      const missing = !chosen.length ? t("ask.whom") : !body ? t("check.empty") : "";
      place.fault.textContent = missing;
      if (missing || !store.row) return;
      send({
        conversation: store.row.id, body, internal: true, channel: store.row.channel, files: [], then: "",
        paper: "ask", to: chosen.filter((one) => one !== "help").map(Number), help: chosen.includes("help"),
      });
      /** @type {any} */ (this.querySelector("menu-button")).hide(true);
    });
    return form;
  }
}

customElements.define("ask-menu", AskMenu);
