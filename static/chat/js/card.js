/** @file What an agent sends beside words: a product or an answer as a card, and replies to choose from. */
import { request } from "./ask.js";
import { link, safe } from "./bubble.js";
import { picture } from "./file.js";
import { el, icon, say } from "./kit.js";
import { enqueue } from "./queue.js";
import { flush } from "./session.js";
import { draw, toEnd } from "./thread.js";

/** @typedef {import("./kit.js").Message} Message */

/** A reply is a text as any other: kept until the server has it. @param {string} text */
function reply(text) {
  enqueue(text, []);
  draw();
  toEnd();
  flush();
}

/** @param {Message} message @param {any} action @param {number} index */
function action(message, action, index) {
  const href = action.url ? safe(action.url) : "";
  if (href) return link(href, { class: "btn wide", click: () => request({ type: "press", message: message.id, button: index }).catch(() => {}) }, action.label, icon("out", "i-14"));
  if (!action.reply) return null;
  return el("button", { class: "btn wide", type: "button", click: () => reply(action.reply) }, action.label);
}

/** @param {Message} message */
export function card(message) {
  const { title, text, image, price, url, buttons = [] } = message.card;
  const href = url ? safe(url) : "";
  const name = el("b", { dir: "auto" }, title || "");
  const words = el("div", { class: "words" }, href ? link(href, {}, name) : name,
    price ? el("span", { class: "price num" }, el("bdi", {}, price)) : null,
    text ? el("p", { class: "ink2", dir: "auto" }, text) : null,
    ...buttons.map((/** @type {any} */ one, /** @type {number} */ index) => action(message, one, index)));
  return el("article", { class: "card" }, image ? picture(el("div", { class: "shotbox" }, icon("file")), image) : null, words);
}

/** @param {Message} message */
export function quick(message) {
  const chips = (message.quick || []).map((text) => el("button", { type: "button", dir: "auto", click: () => reply(text) }, text));
  return el("div", { class: "chips", role: "group", "aria-label": say("replies") }, ...chips);
}
