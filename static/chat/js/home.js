/** @file Faces, names and the honest promise, on the first screen and over the conversation. */
import { avatar, byId, config, face, icon, locale, say, soon, timeOf, whenOf } from "./kit.js";
import { finished, history, talk } from "./talk.js";

/** @type {string} */
const title = byId("name").textContent;
const letters = title.split(/\s+/).filter((word) => /\p{L}/u.test(word)).slice(0, 2).map((word) => word[0].toUpperCase());
/** Stands where faces would: closed hours show the mark of the house, not people. */
const house = { name: title, initials: letters.join(""), hue: 180, logo: config.logo };

/** Is a conversation going on? */
const running = () => talk.lastSeq > 0 && !finished();

/** Who answers now; nobody once the conversation is over. */
const agent = () => (finished() ? null : talk.agent);

/** @param {import("./kit.js").Person} one @param {import("./kit.js").Person} other */
const same = (one, other) => one.initials === other.initials && one.hue === other.hue;

/** Their own line, which only those who are here carry. @param {import("./kit.js").Person} person */
const bio = (person) => person.bio || talk.people.find((one) => same(one, person))?.bio;

function drawPeople() {
  const online = talk.service?.open === false ? [] : talk.people.slice(0, 3);
  for (const place of document.querySelectorAll("[data-people]")) {
    const small = place.closest("#chat") !== null;
    const one = small && agent();
    const faces = one ? [one] : [...online];
    /** @param {import("./kit.js").Person} person */
    const here = (person) => online.some((one) => same(one, person));
    if (!faces.length) faces.push(house);
    place.replaceChildren(...faces.map((person) => avatar(person, `${small && faces.length > 1 ? "s28" : ""} ${small && here(person) ? "on" : ""}`)));
  }
  const names = online.map((person) => person.name.split(" ")[0]);
  const together = new Intl.ListFormat(locale).format(names);
  byId("who").textContent = names.length ? say(`here${names.length}`, { names: together }) : title;
}

/** What the visitor may count on now, in one line. */
function promise() {
  const { service, online } = talk;
  if (!service) return online === null ? "" : say(online ? "online" : "away");
  if (!service.open) return service.opens_at ? say("opens", { when: soon(service.opens_at) }) : say("closed");
  return say({ online: "online", queue: "busy" }[/** @type {string} */ (service.promise)] || (online ? "full" : "away"));
}

function drawPromise() {
  const { service } = talk;
  const good = service ? service.promise === "online" : talk.online;
  const words = promise();
  const shut = service && !service.open && service.offer_email;
  const form = service && service.promise !== "online" && service.offer_email && (shut || !running());
  for (const place of document.querySelectorAll("[data-promise]")) {
    place.className = good ? "state good" : "state";
    place.replaceChildren(...(words && (shut || !place.closest("#write")) ? [icon("clock", "i-14"), words] : []));
  }
  byId("begin").hidden = shut && !running();
  byId("write").hidden = !form;
  if (form && byId("write").nextElementSibling !== byId("begin")) byId("begin").before(byId("write")); /* what helps now comes first */
  const person = agent();
  byId("name").textContent = person ? person.name : title;
  byId("sub").textContent = finished() ? say("ended") : person && talk.online ? bio(person) || say("person") : service?.queue ? byId("who").textContent : words;
  byId("note").textContent = service && service.open && service.closes_at ? say("until", { time: timeOf(service.closes_at) }) : "";
}

function drawLast() {
  const message = history().at(-1);
  byId("last").hidden = !message;
  if (!message) return;
  const words = message.body || message.attachments[0]?.name || "";
  const person = talk.agent;
  if (person) face(byId("lastface"), person);
  else byId("lastface").textContent = "…";
  byId("lasttext").textContent = message.direction === "in" ? `${say("you")}: ${words}` : words;
  byId("lastat").textContent = whenOf(message.at);
}

export function drawHome() {
  drawPeople();
  drawPromise();
  drawLast();
}
