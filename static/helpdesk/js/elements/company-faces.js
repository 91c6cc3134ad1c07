/** In the thread's head: the faces of colleagues who look at it too. */
import { others, writing } from "../lib/company.js";
import { face, make } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";

const MOST = 3;

class CompanyFaces extends HTMLElement {
  connectedCallback() {
    store.later(["company", "open"], () => this.draw());
    this.draw();
  }

  draw() {
    const id = store.openId;
    const people = id === null ? [] : others(id);
    const busy = new Set(id === null ? [] : writing(id).map((agent) => agent.id));
    this.hidden = !people.length;
    const nodes = people.slice(0, MOST).map((agent) => {
      const avatar = make("span", `av s24${busy.has(agent.id) ? " busy" : ""}`);
      face(avatar, agent);
      avatar.setAttribute("aria-hidden", "true");
      return avatar;
    });
    if (people.length > MOST) nodes.push(make("span", "meta num", `+${people.length - MOST}`));
    const names = people.map((agent) => agent.name.split(" ")[0]).join(", ");
    this.title = people.length ? t("company.here", { n: people.length, names }) : "";
    this.replaceChildren(...nodes, make("span", "sr", this.title));
  }
}

customElements.define("company-faces", CompanyFaces);
