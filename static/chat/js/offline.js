/** @file Before the chat: the questions that come first; and when nobody is here: hours and a message by e-mail. */
import { bearer } from "./api.js";
import { address, button, check, consent, field, keepAddress } from "./form.js";
import { byId, config, el, icon, locale, say, soon } from "./kit.js";
import { setAnswers } from "./session.js";
import { load, save } from "./store.js";
import { talk } from "./talk.js";
import { go, sheet } from "./views.js";

/** @param {string} title @param {string} text */
const head = (title, text) => el("div", {}, el("h2", { tabindex: "-1" }, title), el("p", { class: "ink2" }, text));

/** How far a zone is ahead of UTC at a time, in ms. @param {string} zone @param {number} at */
function ahead(zone, at) {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" }).formatToParts(at);
  const { year, month, day, hour, minute } = Object.fromEntries(parts.map((one) => [one.type, Number(one.value)]));
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(at / 60_000) * 60_000;
}

/** The week's spans as the visitor's own days and times, Monday first in the visitor's week. */
function week() {
  const { hours, tz } = talk.service;
  const today = new Date();
  /** @type {Map<number, [number, number][]>} */
  const days = new Map();
  for (let after = -1; after < 8; after += 1) {
    const date = new Date(today.getFullYear(), today.getMonth(), today.getDate() + after);
    for (const [weekday, from, to] of hours) {
      if (weekday !== (date.getDay() + 6) % 7) continue;
      const [start, end] = [from, to].map((/** @type {string} */ text) => {
        const [hour, minute] = text.split(":").map(Number);
        const wall = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate(), hour, minute);
        return wall - ahead(tz, wall - ahead(tz, wall));
      });
      const mine = new Date(start).setHours(0, 0, 0, 0);
      days.set(mine, [...(days.get(mine) || []), [start, end]]);
    }
  }
  return Array.from({ length: 7 }, (_, after) => {
    const day = new Date(today.getFullYear(), today.getMonth(), today.getDate() + after);
    return { day, spans: days.get(day.getTime()) || [] };
  });
}

let drawn = "";

/** The table of hours on the first screen, closed until asked for. */
export function drawHours() {
  const { service } = talk;
  const key = JSON.stringify(service ? [service.hours, service.tz, service.open] : []);
  if (key === drawn) return;
  drawn = key;
  byId("times").replaceChildren();
  if (!service?.hours?.length) return;
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  const name = new Intl.DateTimeFormat(locale, { weekday: "long" });
  const rows = week().map(({ day, spans }) => el("tr", {},
    el("th", { scope: "row" }, name.format(day)),
    el("td", { class: "num" }, spans.length ? el("bdi", {}, spans.map(([from, to]) => clock.formatRange(from, to)).join(", ")) : say("shut"))));
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const note = zone === service.tz ? null : el("p", { class: "meta" }, say("zone", { zone: zone.replaceAll("_", " ") }));
  byId("times").append(el("details", { class: "box", open: !service.open }, el("summary", {}, icon("clock", "i-16"), say("hours")), el("table", {}, el("tbody", {}, ...rows)), note));
}

/** @param {object} body @returns {Promise<void>} */
async function send(body) {
  const headers = { "Content-Type": "application/json", ...bearer() };
  const answer = await fetch(`/chat/${encodeURIComponent(config.key)}/form/`, { method: "POST", headers, credentials: "omit", body: JSON.stringify(body), signal: AbortSignal.timeout(15_000) });
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { refusal: await answer.json().catch(() => ({})) });
}

/** @param {string} email */
function sent(email) {
  save("form", {});
  sheet(el("div", { class: "fin" }, el("span", { class: "tickmark" }, icon("check")),
    el("h2", { tabindex: "-1" }, say("thanks")), el("p", { class: "ink2" }, say("thanksText", { email })),
    button("wide", say("newChat"), () => go("home"))));
}

/** Leave a message: what was typed is kept until the server has it. */
export function form() {
  const kept = load("form", /** @type {Record<string, any>} */ ({}));
  const opened = kept.since || Date.now();
  const { service } = talk;
  const text = field(say("message"), { rows: 4, value: kept.text || load("draft", "") });
  const email = field(say("email"), { kind: "email", value: kept.email || address() });
  const name = field(say("name"), { kind: "name", optional: true, value: kept.name || "" });
  const agree = consent();
  const trap = el("input", { class: "sr", name: "website", tabindex: "-1", autocomplete: "off", "aria-hidden": "true" });
  const failed = el("p", { class: "error", role: "alert", hidden: true });
  const press = button("primary wide", say("send"));
  const why = !service?.open && service?.opens_at ? say("formOpens", { when: soon(service.opens_at) }) : say(talk.online ? "formBusy" : "formAway");
  const node = el("form", { class: "stackform", novalidate: true }, head(say("form"), why), text.node, email.node, name.node, agree.node, trap, failed, press,
    service?.open ? button("quiet wide", say("instead"), () => go("chat")) : null);
  const values = () => ({ text: text.input.value.trim(), email: email.input.value.trim(), name: name.input.value.trim() });
  node.addEventListener("input", () => save("form", { ...values(), since: opened }));
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fine = check([[text, {}], [email, { kind: "email" }]]);
    if (agree.wrong(agree.input.checked ? "" : say("needConsent")) || !fine || press.ariaDisabled) {
      if (fine && !press.ariaDisabled) agree.input.focus();
      return;
    }
    press.ariaDisabled = "true";
    failed.hidden = true;
    try {
      await send({ ...values(), consent: true, language: config.language, page: { url: document.referrer, title: "" }, trap: trap.value, took: Date.now() - opened });
      keepAddress(values().email);
      save("draft", "");
      byId("text").value = "";
      sent(values().email);
    } catch (error) {
      const code = /** @type {any} */ (error).refusal?.code;
      failed.textContent = config.words[`no_${code}`] || say("formFailed");
      failed.hidden = false;
    }
    press.ariaDisabled = null;
  });
  sheet(node);
}

let asked = false;

/** The questions before the first text, all on one screen; answers travel with that text. */
export function ask() {
  if (asked) return go("chat");
  const questions = talk.service.questions.filter((/** @type {any} */ one) => one.when === "before");
  const known = load("asked", /** @type {Record<string, string>} */ ({}));
  /** @type {[any, import("./form.js").Field][]} */
  const fields = questions.map((/** @type {any} */ one) => [one, field(one.label, {
    kind: one.kind,
    choices: one.kind === "choice" ? one.choices : undefined,
    optional: !one.required,
    value: known[one.id] || (one.kind === "email" ? address() : ""),
  })]);
  const values = () => Object.fromEntries(fields.map(([one, { input }]) => [one.id, input.value.trim()]).filter(([, value]) => value));
  const node = el("form", { class: "stackform", novalidate: true }, head(say("ask"), say("askText")), ...fields.map(([, one]) => one.node), button("primary wide", say("start")));
  node.addEventListener("input", () => save("asked", values()));
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!check(fields.map(([one, input]) => [input, { kind: one.kind, optional: !one.required }]))) return;
    const email = fields.find(([one]) => one.kind === "email");
    if (email && email[1].input.value) keepAddress(email[1].input.value.trim());
    setAnswers(values());
    asked = true;
    go("chat");
  });
  sheet(node);
}
