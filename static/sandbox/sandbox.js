/** @file The customer's devices: shows what stands on them and sends what he writes. */

/** @typedef {{text: string, at: number, mine: boolean, subject: string, id: string, references: string, to: string}} Line */

const EACH = 1_500;
/** @type {any} */
const down = document.getElementById("down");
/** @type {Record<string, string>} */
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
const devices = /** @type {HTMLElement} */ (document.querySelector(".devices"));
const sections = /** @type {HTMLElement[]} */ ([...devices.children]);
const { as: persona = "", send: sendTo = "", feed: feedFrom = "" } = devices.dataset;
const csrf = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="csrf-token"]')).content;
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
/** @type {Map<string, {shown: string, count: number}>} */
const known = new Map();
/** The mail that is being answered, or null for a new one. @type {Line | null} */
let answering = null;
let choseNew = false;
let timer = 0;

/** @param {string} tag @param {Record<string, string>} attributes @param {(string | Node)[]} children */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** @param {HTMLElement} within @param {string} selector @returns {any} */
function part(within, selector) {
  return within.querySelector(selector);
}

/** @param {number} seconds */
function timeOf(seconds) {
  const date = new Date(seconds * 1000);
  return el("time", { datetime: date.toISOString() }, clock.format(date));
}

/** @param {Line} line @param {boolean} fresh */
function bubble(line, fresh) {
  const look = `said ${line.mine ? "mine" : ""} ${fresh ? "fresh" : ""}`;
  return el("div", { class: look, dir: "auto" }, line.text, timeOf(line.at));
}

/** @param {Line} line @param {boolean} fresh */
function letter(line, fresh) {
  const head = el("header", {}, el("b", { dir: "auto" }, line.subject || "–"), timeOf(line.at));
  const look = `letter ${line.mine ? "mine" : ""} ${fresh ? "fresh" : ""}`;
  return el("article", { class: look }, head, el("p", { dir: "auto" }, line.text));
}

/** @param {HTMLElement} section @param {Line[]} lines */
function draw(section, lines) {
  const device = section.dataset.device ?? "";
  const shown = JSON.stringify(lines);
  const before = known.get(device);
  if (before && before.shown === shown) return;
  known.set(device, { shown, count: lines.length });
  const make = device === "email" ? letter : bubble;
  const log = part(section, ".log");
  const nodes = lines.map((line, index) => make(line, before !== undefined && index >= before.count));
  log.replaceChildren(...(nodes.length ? nodes : [el("p", { class: "void" }, words.empty)]));
  log.scrollTop = log.scrollHeight;
  if (device === "email") chooseThread(section, lines);
}

/** A reply goes to the newest mail from us; "New mail" leaves that thread.
 * @param {HTMLElement} section @param {Line[]} lines */
function chooseThread(section, lines) {
  const newest = lines.filter((line) => !line.mine).at(-1) ?? null;
  const same = newest && answering && newest.id === answering.id;
  if (!same && newest) choseNew = false;
  answering = newest;
  showThread(section);
}

/** @param {HTMLElement} section */
function showThread(section) {
  const replying = answering && !choseNew;
  const subject = replying ? answering?.subject ?? "" : "";
  part(section, ".thread b").textContent = replying ? words.replyTo.replace("{subject}", subject) : words.newMail;
  part(section, ".thread button").hidden = !replying;
  part(section, "[name=subject]").hidden = Boolean(replying);
}

/** @returns {Record<string, string>} */
function threadOf() {
  if (!answering || choseNew) return {};
  const subject = /^re:/i.test(answering.subject) ? answering.subject : `Re: ${answering.subject}`;
  return { subject, answering: answering.id, references: answering.references, to: answering.to };
}

/** @param {HTMLElement} section @param {string} text */
function say(section, text) {
  const fault = part(section, ".fault");
  fault.hidden = !text;
  fault.textContent = text;
}

/** @param {HTMLElement} section @param {HTMLFormElement} form */
async function send(section, form) {
  const fields = new FormData(form);
  const thread = section.dataset.device === "email" ? threadOf() : {};
  for (const [name, value] of Object.entries({ as: persona, device: section.dataset.device ?? "", ...thread })) fields.set(name, value);
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(sendTo, { method: "POST", body: fields, headers: { "X-CSRFToken": csrf } });
    const data = await answer.json();
    if (!answer.ok) throw new Error(data.detail);
    form.reset();
    say(section, "");
    await poll();
  } catch (error) {
    say(section, `${words.failed} ${error instanceof Error ? error.message : ""}`);
  }
  form.removeAttribute("aria-busy");
}

/** @param {string} text */
function banner(text) {
  down.hidden = !text;
  down.querySelector("span").textContent = text;
}

async function poll() {
  clearTimeout(timer);
  try {
    const answer = await fetch(`${feedFrom}?as=${persona}`);
    if (!answer.ok) throw new Error();
    const data = await answer.json();
    for (const section of sections) draw(section, data[section.dataset.device ?? ""]);
    banner("");
  } catch {
    banner(words.down);
    for (const section of sections) if (!known.has(section.dataset.device ?? "")) draw(section, []);
  }
  if (!document.hidden) timer = setTimeout(poll, EACH);
}

for (const section of sections) {
  const form = part(section, "form");
  form.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    send(section, form);
  });
  form.addEventListener("keydown", (/** @type {any} */ event) => {
    const short = section.dataset.device !== "email" && event.target.name === "text";
    const enter = event.key === "Enter" && !event.isComposing;
    if (!enter || (short ? event.shiftKey : !(event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
part(devices, ".thread button").addEventListener("click", (/** @type {any} */ event) => {
  choseNew = true;
  showThread(event.target.closest("section"));
  part(devices, "[name=subject]").focus();
});
document.addEventListener("visibilitychange", () => document.hidden || poll());
poll();
