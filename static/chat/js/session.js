/** @file The talk with the server: hello and welcome, texts out until acked, gaps filled, and
 * a long poll where a network lets no socket through. */
import { answered, unheard, wire } from "./ask.js";
import { act, keepToken, pinToken, post, token } from "./api.js";
import { config } from "./kit.js";
import { makeLine } from "./line.js";
import { makePoll } from "./poll.js";
import { dequeue, mark, nextUnsent, onQueueChange, unsent } from "./queue.js";
import { onOtherTab } from "./store.js";
import { adopt, arrived, fill, hooks, present } from "./sync.js";
import { confirmed, forget, talk } from "./talk.js";

const ACK = 10_000;
/** @type {{page: {url: string, title: string}, name: string, visit: string, cart?: object}} */
const about = { page: { url: "", title: "" }, name: "", visit: "" };
/** @type {Record<string, string>} answers to the questions before the first text */
let before = {};
/** @type {() => void} */
let changed = () => {};
let inFlight = "";
let ackTimer = 0;
let typingTimer = 0;
let lineToken = "";
let doubts = 0;
const live = () => talk.line === "live";

const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const line = makeLine(`${scheme}//${location.host}/ws/chat/${encodeURIComponent(config.key)}/`, {
  opened: hello,
  frame: (data) => (answered(data) ? changed() : heard(data)),
  closed(failures) {
    clearTimeout(ackTimer);
    inFlight = "";
    if (live()) talk.line = "down";
    unheard();
    if (failures > 1) poll.start();
    changed();
  },
});

/** What the server may say. @type {Record<string, (data: any) => void>} */
const frames = {
  welcome(data) {
    poll.stop();
    lineToken = data.token;
    keepToken(lineToken, Boolean(data.conversation));
    doubt();
    talk.line = "live";
    adopt(data);
    if (talk.conversation && talk.readSeq > data.read_seq) line.send({ type: "read", seq: talk.readSeq });
    changed();
    flush();
  },
  ack(data) {
    settle(data);
    changed();
    flush();
  },
  message(data) {
    arrived(data.message);
    changed();
  },
  typing(data) {
    clearTimeout(typingTimer);
    talk.typing = data.on ? data.name || " " : "";
    if (data.on) talk.online = true;
    typingTimer = setTimeout(() => frames.typing({ on: false }), 8_000);
    changed();
  },
  seen(data) {
    talk.seenSeq = Math.max(talk.seenSeq, data.seq);
    changed();
  },
  state(data) {
    talk.state = data.state;
    if (data.agent) talk.agent = data.agent;
    changed();
  },
  heartbeat(data) {
    present(data);
  },
  service(data) {
    talk.service = data.service;
    changed();
  },
  error(data) {
    const cid = data.cid || inFlight;
    if (cid) refused(cid, data.code, data.retryable);
    else if (!live()) line.drop();
  },
};

/** What needs no answer and may be lost. @param {{type: string}} frame */
const tell = (frame) => line.send(frame) || (talk.line === "poll" && act(frame).catch(() => {}));

const heard = (/** @type {any} */ data) => Object.hasOwn(frames, data.type) && frames[data.type](data);

const poll = makePoll({ frame: heard, wake: line.wake, after() { changed(); flush(); } });

/** Also said again on an open line, when the token or the visitor's name has changed. */
function hello() {
  lineToken = "";
  return line.send({ type: "hello", token: token(), last_seq: talk.lastSeq, language: config.language, ...about });
}

/** The server does not know our token: another tab's first text may still be on its way. */
function doubt() {
  doubts = lineToken === token() ? 0 : doubts + 1;
  if (doubts > 2) keepToken(lineToken, true);
  else if (doubts) setTimeout(hello, 500);
}

/** @param {{cid: string, id: string, seq: number}} ack */
function settle({ cid, id, seq }) {
  const item = unsent().find((one) => one.cid === cid);
  if (item) arrived({ ...item, id, seq, client_id: cid, direction: "in", author: null, failed: "" });
  dequeue(cid);
  if (cid === inFlight) inFlight = "";
  clearTimeout(ackTimer);
  if (confirmed(cid)) return;
  forget(); /* its seq was taken: a closed conversation goes on in a new one */
  if (!hello()) poll.start();
}

/** @param {string} cid @param {string} code @param {boolean} retryable */
function refused(cid, code, retryable) {
  clearTimeout(ackTimer);
  if (!retryable) mark(cid, code || "refused");
  setTimeout(() => {
    if (cid === inFlight) inFlight = "";
    flush();
  }, retryable ? 3_000 : 0);
  changed();
}

/** Send the oldest unsent text; the next one goes when this one is confirmed. */
export function flush() {
  const item = nextUnsent();
  if (!item || inFlight || talk.line === "down") return;
  if (confirmed(item.cid)) {
    dequeue(item.cid);
    flush();
    return;
  }
  pinToken();
  if (live() && lineToken !== token()) {
    if (lineToken && !doubts) hello(); /* an upload or another tab got another token; the welcome flushes */
    return;
  }
  inFlight = item.cid;
  const text = { cid: item.cid, body: item.body, attachments: item.attachments.map((one) => one.id), answers: before };
  if (live()) {
    line.send({ type: "send", ...text });
    ackTimer = setTimeout(line.drop, ACK);
  } else {
    post({ ...text, language: config.language, ...about }).then(
      (data) => { settle({ cid: item.cid, ...data }); changed(); flush(); },
      (error) => refused(item.cid, "refused", !(error.status >= 400 && error.status < 500 && error.status !== 429)),
    );
  }
}

/** Given before the conversation exists; they travel with its first text. @param {Record<string, string>} answers */
export const setAnswers = (answers) => { before = answers; };

/** @param {number} seq */
export function markRead(seq) {
  if (seq <= talk.readSeq) return;
  talk.readSeq = seq;
  tell({ type: "read", seq });
}

/** @param {"composing" | "paused" | "gone"} state */
export function sayTyping(state) {
  tell({ type: "typing", state, on: state === "composing" });
}

/** Told with the next hello; at once if the visit is news, or if he chats and nobody follows visits. @param {{page: {url: string, title: string}, person?: {name: string}, visit?: string, cart?: object}} news */
export function introduce({ page, person, visit, cart }) {
  const before = JSON.stringify(about);
  const name = person?.name ? String(person.name) : about.name;
  const news = name !== about.name || Boolean(visit && visit !== about.visit);
  Object.assign(about, { page: page || about.page, visit: visit || about.visit, name, cart });
  const moved = talk.conversation && !about.visit && before !== JSON.stringify(about);
  if ((news || moved) && live()) hello();
}

/** @param {() => void} listener called after every change of the talk */
export function startSession(listener) {
  changed = hooks.changed = listener;
  wire.send = line.send;
  hooks.got = (/** @type {number} */ seq) => tell({ type: "got", seq });
  line.connect();
  addEventListener("online", line.wake);
  document.addEventListener("visibilitychange", () => document.hidden || line.wake());
  onQueueChange(() => (unsent().length ? changed() : fill()));
  onOtherTab("token", () => {
    if (live() && !talk.lastSeq && lineToken !== token()) hello();
  });
}
