/** One row of the inbox, drawn from its template. */
import { channelIcon } from "./channels.js";
import { answerClock, level, longWait } from "./clock.js";
import { clone, face, icon, make, parts } from "./dom.js";
import { dueBy } from "./due.js";
import { ahead, moment, shortWhen } from "./format.js";
import { has, t } from "./i18n.js";
import { active, mine, waitsLive } from "./lists.js";
import { mark } from "./jump.js";
import { conversationUrl } from "./router.js";
import { store } from "./store.js";
import { chip } from "./tagging.js";

/** @typedef {import("./types.js").Row} Row */

/** @param {Row} row @param {boolean} current @param {boolean} typing */
export function drawRow(row, current, typing) {
  const link = /** @type {HTMLAnchorElement} */ (clone("row"));
  const place = parts(link);
  const live = waitsLive(row);
  link.href = conversationUrl(row.id);
  link.dataset.id = String(row.id);
  if (current) link.setAttribute("aria-current", "true");
  link.classList.toggle("unread", row.unread > 0);
  link.classList.toggle("typing", typing);
  face(place.avatar, row.customer, place.initials);
  place.avatar.classList.toggle("ring", live);
  place.channel.append(icon(channelIcon(row), 12));
  place.who.textContent = row.customer.name;
  if (live && row.waiting_since) {
    link.dataset.level = level(row.waiting_since);
    place.clockplace.replaceWith(answerClock(row.waiting_since));
    place.when.remove();
  } else {
    place.clockplace.remove();
    place.when.textContent = shortWhen(row.last_message_at);
    if (row.last_message_at) place.when.title = moment(row.last_message_at);
  }
  putWords(place.words, row, typing);
  place.count.hidden = row.unread < 2;
  place.count.textContent = String(row.unread);
  place.dot.hidden = row.unread !== 1;
  place.unread.textContent = row.unread ? t("row.unread", { n: row.unread }) : "";
  place.third.append(...third(row));
  return link;
}

/** A row with its box to choose it. @param {Row} row @param {boolean} current @param {boolean} typing @param {boolean} picked */
export function drawChoosable(row, current, typing, picked) {
  const box = make("div", picked ? "rowbox chosen" : "rowbox");
  const tick = /** @type {HTMLInputElement} */ (make("input"));
  tick.type = "checkbox";
  if (picked) tick.checked = true;
  tick.dataset.id = String(row.id);
  tick.setAttribute("aria-label", t("row.choose", { name: row.customer.name }));
  const place = make("label", "choose");
  place.append(tick);
  box.append(drawRow(row, current, typing), place);
  return box;
}

/** A conversation in which something was found. @param {import("./search.js").Found} one @param {boolean} current */
export function drawFound(one, current) {
  const link = drawRow({ ...one, waiting_since: null, unread: 0, last_message_at: one.found.at, direction: "in", preview: "", subject: "" }, current, false);
  const place = parts(link);
  const { seq, thread } = one.found;
  const strand = thread === one.id ? 0 : one.id;
  link.href = conversationUrl(thread) + mark(seq, strand);
  Object.assign(link.dataset, { seq, thread, strand });
  place.words.removeAttribute("lang"); // a note is in ours
  let at = 0;
  for (const [start, end] of one.found.marks) {
    place.words.append(one.found.text.slice(at, start), make("mark", "", one.found.text.slice(start, end)));
    at = end;
  }
  place.words.append(one.found.text.slice(at));
  if (one.found.internal) place.words.before(make("span", "tag note", t("search.note")));
  return link;
}

/** A customer who was found; he leads to his newest conversation. @param {import("./search.js").Person} one */
export function drawPerson(one) {
  const link = /** @type {HTMLAnchorElement} */ (clone("person"));
  const place = parts(link);
  link.href = conversationUrl(one.conversation);
  link.dataset.id = String(one.conversation);
  face(place.avatar, one);
  place.who.textContent = one.name;
  return link;
}

/** @param {HTMLElement} place @param {Row} row @param {boolean} typing */
function putWords(place, row, typing) {
  if (typing) place.textContent = t("row.typing");
  else if (row.direction === "in" && row.channel === "email" && row.subject) place.textContent = row.subject;
  else place.textContent = row.preview || (row.channel === "email" ? t("thread.nosubject") : "");
  if (row.direction !== "out") place.lang = row.customer.language;
  else if (!typing) place.before(make("span", "meta us", t("row.us"))); // outside: a cut line starts at its own side
}

/** The third line: due time or state first, then tags. @param {Row} row */
function third(row) {
  /** @type {Node[]} */
  const nodes = [];
  const due = (/** @type {string} */ name, /** @type {Node|string} */ words) => {
    const box = make("span", "due");
    box.append(icon(name, 12), words);
    nodes.push(box);
  };
  if (row.due_at && ["snoozed", "on_hold"].includes(row.state)) due("snooze", t("row.snoozed", { time: ahead(row.due_at) }));
  else if (["pending", "resolved", "closed"].includes(row.state) && has(`state.${row.state}`)) due(row.state === "pending" ? "clock" : "done", t(`state.${row.state}`));
  else if (row.promised_at && active(row) && !waitsLive(row)) nodes.push(dueBy(row));
  else if (row.waiting_since && active(row) && !waitsLive(row)) due("clock", longWait(row.waiting_since));
  const tags = make("span", "tags");
  if (store.drafts.has(row.id)) tags.append(make("span", "tag draft", t("row.draft")));
  if (row.customer.vip) tags.append(make("span", "tag", t("row.vip")));
  tags.append(...(row.tags || []).map(chip));
  if (store.view !== "mine" && row.assignee) tags.append(make("bdi", "tag", mine(row) ? t("row.you") : row.assignee.name));
  if (tags.children.length) nodes.push(tags);
  if (!nodes.length) nodes.push(make("bdi", "meta cut", row.inbox.name));
  return nodes;
}
