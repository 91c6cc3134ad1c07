/** @file Faces, names and the honest promise, on the first screen and over the conversation. */
import { avatar, byId, icon, locale, say, whenOf } from "./kit.js";
import { history, talk } from "./talk.js";

/** @type {string} */
const title = byId("name").textContent;
const letters = title.split(/\s+/).filter((word) => /\p{L}/u.test(word)).slice(0, 2).map((word) => word[0].toUpperCase());
/** Stands where faces would: closed hours show the mark of the house, not people. */
const house = { name: title, initials: letters.join(""), hue: 180 };

function drawPeople() {
  const online = talk.people.slice(0, 3);
  for (const place of document.querySelectorAll("[data-people]")) {
    const small = place.closest("#chat") !== null;
    const faces = small && talk.agent ? [talk.agent] : [...online];
    /** @param {import("./kit.js").Person} person */
    const here = (person) => online.some((one) => one.initials === person.initials && one.hue === person.hue);
    if (!faces.length) faces.push(house);
    place.replaceChildren(...faces.map((person) => avatar(person, `${small && faces.length > 1 ? "s28" : ""} ${small && here(person) ? "on" : ""}`)));
  }
  const names = online.map((person) => person.name.split(" ")[0]);
  const together = new Intl.ListFormat(locale).format(names);
  byId("who").textContent = names.length ? say(`here${names.length}`, { names: together }) : title;
}

function drawPromise() {
  const promise = byId("promise");
  promise.className = talk.online ? "state good" : "state";
  promise.replaceChildren();
  if (talk.online !== null) promise.append(icon("clock", "i-14"), talk.online ? say("promise") : say("away"));
  byId("name").textContent = talk.agent ? talk.agent.name : title;
  byId("sub").textContent = talk.online === null ? "" : say(talk.online ? "promiseShort" : "awayShort");
}

function drawLast() {
  const message = history().at(-1);
  byId("last").hidden = !message;
  if (!message) return;
  const words = message.body || message.attachments[0]?.name || "";
  const face = byId("lastface");
  const person = talk.agent;
  face.textContent = person ? person.initials : "…";
  if (person) face.style.setProperty("--hue", String(person.hue));
  byId("lasttext").textContent = message.direction === "in" ? `${say("you")}: ${words}` : words;
  byId("lastat").textContent = whenOf(message.at);
}

export function drawHome() {
  drawPeople();
  drawPromise();
  drawLast();
}
