/** @file In line: the place first, an honest range, a question at a time, and the way out by e-mail. */
import { request } from "./ask.js";
import { addressForm, button, field, lacks, reason } from "./form.js";
import { byId, el, icon, locale, say } from "./kit.js";
import { load, save } from "./store.js";
import { finished, talk } from "./talk.js";
import { toEnd } from "./thread.js";
import { murmur } from "./views.js";

/** A range of seconds in words, rounded up to 15 s below two minutes, to minutes above. @param {number} from @param {number} to */
export function span(from, to = from) {
  const step = to < 120 ? 15 : 60;
  const rounded = [from, to].map((one) => Math.max(1, Math.ceil(one / step)) * step);
  const short = rounded.some((one) => one % 60);
  const [low, high] = rounded.map((one) => (short ? one : one / 60));
  const words = new Intl.NumberFormat(locale, { style: "unit", unit: short ? "second" : "minute", unitDisplay: "long" });
  return low < high ? words.formatRange(low, high) : words.format(high);
}

/** @param {any} queue */
function expect(queue) {
  if (queue.p90 > 0 && !queue.p50) return say("soon");
  if (queue.p90 > 0) return say(queue.about ? "about" : "usually", { range: span(queue.p50, queue.p90) });
  return queue.longest ? say("longest", { time: span(queue.longest) }) : "";
}

let shown = "";
let stood = 0;

function drawPlace() {
  const queue = talk.service?.queue;
  const key = JSON.stringify(queue || null);
  if (key === shown) return;
  shown = key;
  byId("queue").hidden = !queue;
  if (!queue) {
    stood = 0;
    return;
  }
  const place = queue.place === 1 ? say("next") : say("place", { place: queue.place });
  const range = expect(queue);
  const why = queue.why === "urgent" || (stood && queue.place > stood) ? say("urgent") : say("keeps");
  const words = el("div", { class: "grow" }, el("b", {}, place), range ? el("p", { class: "num" }, range) : null, el("p", { class: "meta" }, why));
  byId("queue").className = "place";
  byId("queue").replaceChildren(el("span", { class: "no num", "aria-hidden": "true" }, String(queue.place)), words);
  murmur([place, range].filter(Boolean).join(". "));
  stood = queue.place;
}

/** Questions he passed over, for this conversation. */
const passed = () => /** @type {Record<string, string[]>} */ (load("passed", {}))[String(talk.conversation)] || [];
let done = 0;
let asking = "";
/** @type {HTMLElement | null} */
let box = null;

/** @param {any} question @param {number} total */
function ask(question, total) {
  const failed = el("p", { class: "error", role: "alert", hidden: true });
  /** @param {string} text */
  const answer = async (text) => {
    failed.hidden = true;
    try {
      await request({ type: "answers", answers: { [question.id]: text } });
      talk.service.questions = talk.service.questions.filter((/** @type {any} */ one) => one.id !== question.id);
      next();
    } catch (error) {
      failed.textContent = reason(error);
      failed.hidden = false;
    }
  };
  const next = () => {
    done += 1;
    drawQuestion();
    const heading = /** @type {HTMLElement | null} */ (byId("after").querySelector("[tabindex]"));
    if (heading) heading.focus({ preventScroll: true });
  };
  const pass = () => {
    save("passed", { [String(talk.conversation)]: [...passed(), question.id] });
    next();
  };
  const label = el("b", { class: "grow", id: "asked", tabindex: "-1" }, say("meanwhile", { question: question.label }));
  const skip = question.required ? null : el("button", { type: "button", class: "word", click: pass }, say("skip"));
  const head = el("div", { class: "line" }, label, el("span", { class: "meta" }, total > 1 ? say("count", { number: done + 1, total }) : ""), skip);
  const body = question.kind === "choice" ? choices(question, answer) : line(question, answer);
  return el("section", { class: "box quick", "aria-labelledby": "asked" }, head, body, failed, el("p", { class: "meta" }, say("before")));
}

/** @param {any} question @param {(text: string) => void} answer */
function choices(question, answer) {
  const all = question.choices.map((/** @type {string} */ text) => el("button", {
    type: "button",
    "aria-pressed": "false",
    click: () => {
      for (const one of all) one.setAttribute("aria-pressed", String(one.textContent === text));
      answer(text);
    },
  }, text));
  return el("div", { class: "pick", role: "group", "aria-labelledby": "asked" }, ...all);
}

/** @param {any} question @param {(text: string) => void} answer */
function line(question, answer) {
  const one = field(question.label, { kind: question.kind });
  one.node.querySelector("label").className = "sr";
  const form = el("form", { class: "oneline", novalidate: true }, one.node, button("primary", say("save")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!one.wrong(lacks(one, question))) answer(one.input.value.trim());
    else one.input.focus();
  });
  return form;
}

function drawQuestion() {
  const { service } = talk;
  const waiting = service?.queue ? service.questions.filter((/** @type {any} */ one) => one.when === "waiting") : [];
  const open = waiting.filter((/** @type {any} */ one) => !passed().includes(one.id));
  const question = open[0];
  if (asking === (question?.id || "")) return;
  if (box?.contains(document.activeElement) && asking && service?.queue === null) return; /* he is writing it */
  asking = question?.id || "";
  const fresh = question ? ask(question, done + open.length) : done && service?.queue ? el("p", { class: "sys" }, say("noted")) : null;
  box?.remove();
  box = fresh;
  if (fresh) {
    byId("after").prepend(fresh);
    toEnd();
  }
}

/** @type {HTMLElement | null} */
let exit = null;
let leaving = false;

function drawLeave() {
  const { service } = talk;
  const unseen = service?.queue || service?.overdue || (service?.promise === "offline" && talk.lastSeq);
  const wants = !service || finished() ? "" : service.left ? "left" : unseen && service.offer_email ? "offer" : "";
  if ((exit?.dataset.state || "") === wants || (leaving && wants)) return;
  leaving = false;
  exit?.remove();
  exit = wants ? el("div", { class: "leave", "data-state": wants }) : null;
  if (!exit) return;
  byId("after").append(exit);
  if (wants === "left") exit.append(el("p", { class: "sys", role: "status" }, icon("mail", "i-14"), ` ${say("left")}`));
  else exit.append(offer(exit));
}

/** @param {HTMLElement} place */
function offer(place) {
  const act = (/** @type {string} */ email) => request({ type: "leave", email, consent: true });
  const finish = () => {
    Object.assign(talk.service, { left: true, offer_email: false });
    leaving = false;
    drawLeave();
  };
  const back = () => {
    leaving = false;
    place.replaceChildren(offer(place));
    place.querySelector("button")?.focus();
  };
  const press = () => {
    leaving = true;
    const form = addressForm({ send: say("leave"), agree: true, act, done: finish, cancel: back });
    place.replaceChildren(el("div", { class: "box quick" }, el("p", {}, say("leaveHelp")), form));
    place.querySelector("input")?.focus();
    toEnd();
  };
  return el("button", { class: "btn wide", type: "button", click: press }, icon("mail", "i-16"), say("leave"));
}

export function drawLine() {
  drawPlace();
  drawQuestion();
  drawLeave();
}
