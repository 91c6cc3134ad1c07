/** Messages drawn from the page's templates: bubbles, notes and mail. */
import { drawCall } from "./call-card.js";
import { drawCard, drawQuick } from "./cards.js";
import { clone, face, make, parts } from "./dom.js";
import { foot, mood, parcelFoot } from "./delivery.js";
import { moment, size, time } from "./format.js";
import { putLetter, writer } from "./letter-lines.js";
import { t } from "./i18n.js";
import { putQuoted, putText } from "./long-text.js";
import { aside } from "./opting.js";
import { putOriginal } from "./original.js";
import { drawPaper } from "./papers.js";
import { hasMenu, messageMenu } from "./message-menu.js";
import { putSocial } from "./social.js";
import { store } from "./store.js";
import { whose } from "./strands.js";

/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Parcel} Parcel */
/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").File} File */

/** @param {HTMLElement} place @param {string} iso */
function putTime(place, iso) {
  place.textContent = time(iso);
  place.setAttribute("datetime", iso);
  place.title = moment(iso);
}

/** @param {string} iso */
function timeOf(iso) {
  const element = make("time");
  putTime(element, iso);
  return element;
}

/** @param {File} file */
function attachment(file) {
  const item = clone(file.stored === false ? "att-lost" : "att");
  const { name, size: weight, thumb } = parts(item);
  name.textContent = file.name;
  weight.textContent = file.stored === false ? t(`file.lost.${file.missing || "too_big"}`) : size(file.size);
  if (file.stored === false) return item;
  /** @type {HTMLAnchorElement} */ (item).href = file.url;
  if (/^image\/(png|jpeg|gif|webp|avif)$/.test(file.type) && file.url) {
    const picture = document.createElement("img");
    Object.assign(picture, { src: file.url, alt: "", loading: "lazy", decoding: "async" });
    picture.addEventListener("load", () => thumb.replaceChildren(picture), { once: true });
    picture.addEventListener("error", () => picture.remove(), { once: true });
    picture.loading = "eager";
  }
  return item;
}

/** @param {HTMLElement} place @param {File[]} files */
function putFiles(place, files) {
  if (files.length) place.append(...files.map(attachment));
  else place.remove();
}

/**
 * Files, and above them the card (its picture is no file beside it) and the ready answers. Where
 * a message left as plain text, its words tell of the card already.
 * @param {Record<string, any>} place @param {Message|Parcel} message @param {File[]} files
 */
function putExtras(place, message, files) {
  const { card, quick = [] } = message;
  const drawn = "delivery" in message && message.delivery ? null : card;
  if (drawn) place.extras.append(drawCard(drawn, files));
  if (quick.length) place.extras.append(drawQuick(quick));
  if (!place.extras.childElementCount) place.extras.remove();
  putFiles(place.files, drawn ? files.filter((file) => file.id !== drawn.image) : files);
}

/** @param {HTMLElement} place @param {Node[]} nodes */
function putFoot(place, nodes) {
  place.append(...nodes);
  if (!nodes.length) place.remove();
}

/**
 * A bubble. @param {Message} message @param {Row} row
 * @param {{same: boolean, last: boolean}} turn same: not the first of its turn; last: the last of it
 */
function bubble(message, row, { same, last }) {
  const out = message.direction === "out";
  const item = clone("msg");
  const place = parts(item);
  const look = mood(message, row);
  item.classList.toggle("out", out);
  item.classList.toggle("same", same);
  item.classList.toggle("waiting", look === "waiting");
  item.classList.toggle("failed", look === "failed");
  item.classList.toggle("taken", look === "taken");
  item.classList.toggle("mid", !last && (look === "fine" || look === "none"));
  if (out) place.avatar.remove();
  else {
    face(place.avatar, row.customer);
    place.body.lang = row.customer.language;
  }
  const author = out ? message.author?.name || t("thread.automatic") : row.customer.name;
  place.author.textContent = `${author}: `;
  putText(place.body, message.body);
  if (message.channel === "social") putSocial(place, message);
  if (!message.body && !message.deleted_at) place.body.remove();
  putExtras(place, message, message.attachments);
  item.title = moment(message.at);
  if (["fine", "maybe", "none"].includes(look)) place.foot.append(timeOf(message.at));
  if (whose(row)) place.foot.prepend(make("bdi", "tag whose", whose(row)));
  if (out && message.author && message.author.id !== store.agent.id) place.foot.prepend(make("bdi", "", message.author.name), ...(look === "failed" ? [] : ["·"])); // why it failed stands in a line of its own
  if (out && message.portion) place.foot.append("·", make("span", "num", t("portion.of", { n: message.portion.n, all: message.portion.all })));
  if (aside(message)) place.foot.append("·", make("span", message.opt ? "late" : "", aside(message)));
  if (out) place.foot.append(...(look === "fine" || look === "maybe" ? ["·"] : []), ...foot(message, row));
  return item;
}

/** @param {Message} message */
function paper(message) {
  const item = drawPaper(message);
  const place = parts(item);
  putTime(place.at, message.at);
  putFiles(place.files, message.attachments);
  return item;
}

/** @param {Message} message @param {Row} row */
function mail(message, row) {
  const out = message.direction === "out";
  const item = clone("mail");
  const place = parts(item);
  const look = mood(message, row);
  item.classList.toggle("out", out);
  item.classList.toggle("waiting", look === "waiting");
  item.classList.toggle("failed", look === "failed");
  item.classList.toggle("taken", look === "taken");
  place.subject.textContent = message.subject || row.subject || t("thread.nosubject");
  place.from.textContent = out
    ? t("mail.out", { name: message.author?.name || t("thread.automatic"), to: row.customer.name })
    : t("mail.in", { name: writer(message, row.customer.name), address: message.from || row.customer.name, to: row.inbox.name });
  putTime(place.at, message.at);
  if (whose(row)) place.at.before(make("bdi", "tag whose", whose(row)));
  putText(place.body, message.body);
  if (!out) place.body.lang = row.customer.language;
  putLetter(place, message);
  putOriginal(place, message);
  putQuoted(place, message);
  putFiles(place.files, message.attachments);
  putFoot(place.foot, out ? foot(message, row) : []);
  return item;
}

/** One message in its form. @param {Message} message @param {Row} row @param {{same: boolean, last: boolean}} turn */
export function draw(message, row, turn) {
  if (message.internal) return message.call ? drawCall(message) : paper(message);
  const item = message.channel === "email" ? mail(message, row) : bubble(message, row, turn);
  if (hasMenu(message)) item.append(messageMenu(message));
  return item;
}

/** What the server does not have yet, in the same form but dashed. @param {Parcel} parcel @param {boolean} same @param {boolean} online @param {(parcel: Parcel) => void} edit */
export function drawParcel(parcel, same, online, edit) {
  const letter = parcel.channel === "email" && !parcel.internal;
  const item = clone(parcel.internal ? "note" : letter ? "mail" : "msg");
  const place = parts(item);
  item.classList.add(parcel.phase);
  item.classList.toggle("out", !parcel.internal);
  if (parcel.internal) {
    place.author.textContent = t(`thread.${parcel.re ? "answer" : parcel.paper === "ask" ? "asking" : parcel.paper || "note"}`, { name: store.agent.name });
    if (parcel.paper) item.classList.replace("note", parcel.paper);
  }
  else if (letter) {
    place.subject.textContent = store.row?.subject || t("thread.nosubject");
    place.from.textContent = t("mail.out", { name: store.agent.name, to: store.row?.customer.name || "" });
    place.more.remove();
  } else {
    item.classList.toggle("same", same);
    place.avatar.remove();
    place.author.textContent = `${store.agent.name}: `;
  }
  place.at?.remove();
  putText(place.body, parcel.body);
  if (!parcel.body) place.body.remove();
  if (place.extras) putExtras(place, parcel, parcel.files);
  else putFiles(place.files, parcel.files);
  putFoot(place.foot, parcelFoot(parcel, online, edit));
  return item;
}
