/** In the context column: what we promised, by when and by whom; done by a tick. */
import { api } from "../lib/api.js";
import { clone, make, onDo, parts } from "../lib/dom.js";
import { recall } from "../lib/forme.js";
import { moment, shortWhen } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { store } from "../lib/store.js";

/** @typedef {{id: number, text: string, due_at: string|null, done_at: string|null, assignee: import("../lib/types.js").Agent|null}} Task */

const SOON = 2 * 3600_000;

class TaskList extends HTMLElement {
  /** What was drawn. @type {string|undefined} */ told;

  connectedCallback() {
    onDo(this, { "new-task": () => this.add(), "no-task": () => this.draw() });
    this.onBeside = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail === store.openId && this.follow();
    store.addEventListener("beside", this.onBeside);
    this.draw();
  }

  disconnectedCallback() {
    if (this.onBeside) store.removeEventListener("beside", this.onBeside);
  }

  /** Somebody changed a task; what is being typed stays. */
  follow() {
    if (JSON.stringify(store.thread?.beside.tasks) === this.told || this.querySelector("form")) return;
    this.draw();
    recall();
  }

  draw() {
    const box = clone("tasks");
    const { list } = parts(box);
    this.told = JSON.stringify(store.thread?.beside.tasks);
    list.append(...(store.thread?.beside.tasks || []).map((/** @type {Task} */ one) => this.line(one)));
    this.replaceChildren(box);
  }

  /** @param {Task} task */
  line(task) {
    const item = clone("task");
    const { box, text, who, due } = parts(item);
    box.checked = !!task.done_at;
    box.addEventListener("change", () => this.tick(task, box));
    text.textContent = task.text;
    who.textContent = task.assignee && task.assignee.id !== store.agent.id ? task.assignee.name.split(" ")[0] : "";
    item.classList.toggle("done", !!task.done_at);
    if (task.due_at) {
      const left = new Date(task.due_at).getTime() - Date.now();
      due.textContent = shortWhen(task.due_at);
      due.title = moment(task.due_at);
      if (!task.done_at) due.classList.add(left < 0 ? "late" : left < SOON ? "attention" : "soon");
    }
    return item;
  }

  /** @param {Task} task @param {HTMLInputElement} box */
  async tick(task, box) {
    try {
      const changed = await api.post(`tasks/${task.id}/`, { done: box.checked });
      Object.assign(task, changed);
      this.draw();
      recall();
    } catch (error) {
      box.checked = !box.checked;
      this.complain(/** @type {Error} */ (error).message);
    }
  }

  /** @param {string} words */
  complain(words) {
    this.querySelector(".error")?.remove();
    const line = make("p", "error", t("act.failed", { why: words }));
    line.setAttribute("role", "alert");
    this.firstElementChild?.append(line);
  }

  add() {
    const form = clone("task-form");
    const { text, due, who } = parts(form);
    for (const agent of store.thread?.agents || []) {
      const option = new Option(agent.name, String(agent.id), false, agent.id === store.agent.id);
      who.append(option);
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!text.value.trim()) return text.focus();
      try {
        const due_at = due.value ? new Date(due.value).toISOString() : null;
        const task = await api.post(`conversations/${store.openId}/tasks/`, { text: text.value, due_at, assignee: Number(who.value) || null });
        const { thread } = store;
        if (thread) thread.beside.tasks = [...(thread.beside.tasks || []).filter((/** @type {Task} */ one) => one.id !== task.id), task];
        this.draw();
      } catch (error) {
        this.complain(/** @type {Error} */ (error).message);
      }
    });
    const { list, add } = parts(this);
    list.after(form);
    add.hidden = true;
    text.focus();
  }
}

customElements.define("task-list", TaskList);
