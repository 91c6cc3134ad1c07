/** @file The end: how it was, whether it is solved, the transcript, and the way on. */
import { request } from "./ask.js";
import { addressForm, button, field, reason } from "./form.js";
import { avatar, byId, config, el, icon, say, timeOf } from "./kit.js";
import { load, save } from "./store.js";
import { finished, history, talk } from "./talk.js";
import { go, screen, sheet } from "./views.js";

/** Only who was answered can say how it was. */
const answered = () => history().some((message) => message.direction === "out");
const rated = () => Boolean(talk.service?.rating);

/** @param {string} legend @param {string} name @param {[string, Node | string][]} options @param {(value: string) => void} chose @param {string} look */
function radios(legend, name, options, chose, look) {
  const labels = options.map(([value, text]) => {
    const input = el("input", { class: "sr", type: "radio", name, value, change: () => chose(value) });
    return el("label", {}, input, text);
  });
  return el("fieldset", { class: look }, el("legend", {}, legend), el("div", {}, ...labels));
}

function stars() {
  const word = el("p", { class: "ink2", "aria-live": "polite" }, say("choose"));
  const one = { score: 0, node: el("div", {}) };
  /** @param {string} value */
  const chose = (value) => {
    one.score = Number(value);
    word.className = "ink2";
    word.textContent = say(`score${value}`);
    for (const label of one.node.querySelectorAll("label")) label.classList.toggle("f", Number(label.querySelector("input")?.value) <= one.score);
  };
  const options = /** @type {[string, Node][]} */ ([1, 2, 3, 4, 5].map((score) => {
    const name = el("span", { class: "sr" }, say(`score${score}`));
    return [String(score), el("span", {}, icon("star"), name)];
  }));
  const person = talk.agent;
  const legend = person ? say("how", { name: person.name }) : say("howWe");
  one.node.append(radios(legend, "score", options, chose, "stars"), word);
  return Object.assign(one, { missing() { word.className = "error"; one.node.querySelector("input").focus(); } });
}

/** @param {Node[]} content */
const end = (...content) => el("div", { class: "fin" }, ...content);

function feet() {
  const mail = config.transcript && history().length > 0;
  return el("div", { class: "feet" },
    mail ? el("button", { type: "button", class: "word", click: transcript }, icon("mail", "i-16"), say("transcript")) : null,
    el("button", { type: "button", class: "word", click: () => go("chat") }, icon("send", "i-16"), say("newChat")));
}

/** The end's screen: the rating where it makes sense, thanks where it does not. */
export function rating() {
  if (!config.rating || !answered() || rated()) return thanks(rated() ? say("rated") : say("bye"));
  const score = stars();
  /** @type {boolean | null} */
  let solved = null;
  const text = field(say("add"), { rows: 2, optional: true, value: load("rating", "") });
  text.input.addEventListener("input", () => save("rating", text.input.value));
  const failed = el("p", { class: "error", role: "alert", hidden: true });
  const press = button("primary wide", say("rate"));
  const isSolved = radios(say("solved"), "solved", [["yes", say("yes")], ["no", say("no")]], (value) => { solved = value === "yes"; }, "pick");
  const form = el("form", { class: "stackform", novalidate: true }, score.node, isSolved, text.node, failed, press, button("quiet wide", say("skip"), () => thanks(say("bye"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (press.ariaDisabled) return;
    if (!score.score) return score.missing();
    press.ariaDisabled = "true";
    failed.hidden = true;
    try {
      await request({ type: "rate", score: score.score, text: text.input.value.trim(), solved });
      save("rating", "");
      if (talk.service) talk.service.rating = { score: score.score };
      thanks(say("rated"));
    } catch (error) {
      failed.textContent = reason(error);
      failed.hidden = false;
    }
    press.ariaDisabled = null;
  });
  sheet(end(face(), el("h2", { class: "sr", tabindex: "-1" }, say("rateThis")), form), feet());
  ended();
}

const face = () => (talk.agent ? avatar(talk.agent, "s44") : el("span", { class: "tickmark" }, icon("check")));

/** When it ended, under the name of the house. */
function ended() {
  const last = history().at(-1);
  if (finished() && last) byId("sub").textContent = say("endedAt", { time: timeOf(talk.service?.ended_at || last.at) });
}

/** @param {string} title */
function thanks(title) {
  sheet(end(el("span", { class: "tickmark" }, icon("check")), el("h2", { tabindex: "-1" }, title)), feet());
  ended();
}

/** The transcript to an address, on request. */
export function transcript() {
  const act = (/** @type {string} */ email) => request({ type: "transcript", email });
  const done = (/** @type {string} */ email) => thanks(say("mailed", { email }));
  sheet(end(el("h2", { tabindex: "-1" }, say("transcript")), addressForm({ send: say("transcript"), agree: false, act, done, cancel: () => go("chat") })));
}

/** @type {HTMLElement | null} */
let card = null;

/** In the chat, when it is over: the offer to rate, never a screen that pushes itself forward. */
export function drawEnd() {
  const over = finished() && history().length > 0;
  const wants = over ? `${talk.conversation} ${rated()} ${answered()}` : "";
  if ((card?.dataset.state || "") === wants) return;
  card?.remove();
  card = null;
  if (!over) return;
  const rate = config.rating && answered() && !rated() ? button("", say("rateThis"), rating) : null;
  const mail = config.transcript ? button("quiet", say("transcript"), transcript) : null;
  card = el("section", { class: "over", "data-state": wants }, el("p", { class: "sys" }, rated() ? say("rated") : "", " ", say("goesOn")), el("div", { class: "line" }, rate, mail));
  byId("after").append(card);
  if (screen.view === "chat") byId("log").scrollTop = byId("log").scrollHeight;
}
