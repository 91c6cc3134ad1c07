/** Papers of colleagues: notes, asks and whispers. The customer sees none of them. */
import { clone, icon, make, parts } from "./dom.js";
import { t } from "./i18n.js";
import { linkify } from "./links.js";
import { send } from "./outbox.js";
import { store } from "./store.js";

/** @typedef {import("./types.js").Message} Message */

/** What a colleague is called here. @param {number} id */
function named(id) {
  const found = store.thread?.agents.find((agent) => agent.id === id);
  return id === store.agent.id ? t("ask.me") : found?.name.split(" ")[0] || t("ask.someone");
}

/** Whether somebody has answered this ask. @param {Message} message */
const answers = (message) => (store.threads.get(message.conversation)?.messages || []).filter((one) => one.re === message.id);

/** @param {Message} message */
function open(message) {
  return message.paper === "ask" && !message.re && !answers(message).some((one) => one.author?.id !== message.author?.id);
}

/** Changes when a paper must be drawn anew. @param {Message} message */
export const paperSig = (message) => (message.internal ? `${message.paper}${open(message)}` : "");

/** @param {Message} message @returns {string} */
function heading(message) {
  const name = message.author?.name || "";
  if (message.rule) return t("thread.byrule", { name: message.rule });
  if (message.paper === "whisper") return t("thread.whisper", { name });
  if (message.paper !== "ask") return t("thread.note", { name });
  if (message.re) return t("thread.answer", { name });
  return t("thread.ask", { name, whom: (message.to || []).map(named).join(", ") });
}

/** Names that the note calls, made to stand out. @param {HTMLElement} body @param {number[]} ids */
function mark(body, ids) {
  const people = (store.thread?.agents || []).filter((agent) => ids.includes(agent.id));
  const names = people.flatMap((agent) => [agent.name, agent.name.split(" ")[0]]);
  if (!names.length) return;
  const plain = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const called = new RegExp(`(@(?:${plain.sort((a, b) => b.length - a.length).join("|")}))(?![\\p{L}\\p{N}])`, "u");
  for (const node of [...body.childNodes]) {
    if (!(node instanceof Text)) continue;
    const pieces = node.data.split(called);
    if (pieces.length > 1) node.replaceWith(...pieces.map((piece, index) => (index % 2 ? make("b", "at", piece) : piece)));
  }
}

/** @param {string} words @param {string} name @param {() => void} act */
function action(words, name, act) {
  const button = make("button", "link");
  button.setAttribute("type", "button");
  button.append(icon(name, 14), words);
  button.addEventListener("click", act);
  return button;
}

/** A line to answer in, in the paper itself. @param {HTMLElement} foot @param {Message} message */
function answerForm(foot, message) {
  const form = clone("answer");
  const { text } = parts(form);
  text.setAttribute("aria-label", t("ask.label", { name: message.author?.name || "" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = text.value.trim();
    if (!body) return text.focus();
    send({ conversation: message.conversation, body, internal: true, channel: message.channel, files: [], then: "", paper: "ask", re: message.id });
    form.remove();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    form.replaceWith(...feet(message, foot));
  });
  foot.replaceChildren(form);
  text.focus();
}

/** What can be done with a paper. @param {Message} message @param {HTMLElement} foot @returns {Node[]} */
function feet(message, foot) {
  const me = store.agent.id;
  if (message.paper === "whisper" && message.author?.id !== me) {
    return [action(t("whisper.use"), "chat", () => foot.dispatchEvent(new CustomEvent("edit-parcel", { bubbles: true, detail: { internal: false, body: message.body } })))];
  }
  if (message.paper !== "ask" || (message.re && message.author?.id === me)) return [];
  /** @type {Node[]} */
  const nodes = [];
  const first = message.re ? null : message;
  if (first && open(first)) {
    const waits = make("span", "pair");
    waits.append(icon("clock", 14), t("ask.waiting", { whom: (first.to || []).map(named).join(", ") }));
    nodes.push(waits);
  }
  const asked = (message.to || []).includes(me);
  if (asked && (!first || open(first))) nodes.push(action(t("ask.answer"), "quote", () => answerForm(foot, message)));
  return nodes;
}

/** @param {Message} message @returns {HTMLElement} with an empty place for its files */
export function drawPaper(message) {
  const item = clone("note");
  const place = parts(item);
  const kind = message.paper || "note";
  if (kind !== "note") item.classList.replace("note", kind);
  item.classList.toggle("answer", !!message.re);
  place.author.textContent = heading(message);
  linkify(place.body, message.body);
  mark(place.body, message.mentions || []);
  const nodes = feet(message, place.foot);
  if (nodes.length) place.foot.append(...nodes);
  else place.foot.remove();
  return item;
}
