/** Above the composer: a colleague writes to the customer, or has answered while I was writing. */
import { caughtUp, meanwhile, others, writing } from "../lib/company.js";
import { onDo, parts } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";

class CompanyBar extends HTMLElement {
  connectedCallback() {
    onDo(this, { "caught-up": () => store.openId !== null && caughtUp(store.openId) });
    store.later(["company", "open"], () => this.draw());
    this.draw();
  }

  draw() {
    const { words, done } = parts(this);
    const id = store.openId;
    const answered = id === null ? [] : meanwhile(id);
    const busy = id === null ? [] : writing(id);
    this.hidden = !answered.length && !busy.length;
    this.classList.toggle("answered", answered.length > 0);
    done.hidden = !answered.length;
    if (this.hidden) return;
    const name = (answered.at(-1)?.author || busy[0])?.name.split(" ")[0] || "";
    const said = answered.length ? t("company.answered", { name }) : t("company.writing", { name, n: busy.length });
    if (words.textContent !== said) words.textContent = said;
    words.title = id === null ? "" : others(id).map((agent) => agent.name).join(", ");
  }
}

customElements.define("company-bar", CompanyBar);
