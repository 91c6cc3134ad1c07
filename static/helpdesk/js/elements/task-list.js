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
  seq = 0;

  connectedCallback() {
    onDo(this, { "new-task": () => this.add(), "no-task": () => this.draw() });
    this.onThread = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail === store.openId && this.follow();
    store.addEventListener("thread", this.onThread);
    this.seq = this.newest();
    this.draw();
  }

  disconnectedCallback() {
    if (this.onThread) store.removeEventListener("thread", this.onThread);
  }

  newest() {
    return Math.max(0, ...(store.thread?.events || []).filter((one) => one.kind === "task_changed").map((one) => one.seq));
  }

  /** Somebody changed a task: ask for them anew. */
  async follow() {
    const seq = this.newest();
    if (seq <= this.seq) return;
    this.seq = seq;
    const { openId, thread } = store;
    try {
      const { tasks } = await api.get(`conversations/${openId}/tasks/`);
      if (thread) thread.tasks = tasks;
      if (store.thread === thread) this.draw();
      recall();
    } catch {
      /* what was shown stays; the next change asks again */
    }
  }

  draw() {
    const box = clone("tasks");
    const { list } = parts(box);
    list.append(...(store.thread?.tasks || []).map((/** @type {Task} */ one) => this.line(one)));
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
        if (store.thread) store.thread.tasks = [...(store.thread.tasks || []).filter((/** @type {Task} */ one) => one.id !== task.id), task];
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
