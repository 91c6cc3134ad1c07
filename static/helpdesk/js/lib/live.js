/** The socket's frames into the store, and what to do when the line was cut. */
import { api, Fault } from "./api.js";
import { follow } from "./beside.js";
import { boot } from "./boot.js";
import { heed } from "./calls.js";
import { setServerTime } from "./clock.js";
import { isSilent, startCompany, viewed, wrote } from "./company.js";
import { due, mentioned, mentionsRead, recall, startForMe, watched } from "./forme.js";
import { load, recount } from "./lists.js";
import { called, offered, offerEnded, reload, startOffers } from "./offers.js";
import { flush } from "./outbox.js";
import { startSigns } from "./sign.js";
import { Socket } from "./socket.js";
import { store } from "./store.js";
import { readIn } from "./strands.js";
import { arrive, fill, markRead, open } from "./threads.js";
import { reloadTags } from "./views.js";

const TYPING_LASTS = 6000;
let probing = false;
/** How often we were told of our presence: what was asked before is older than what we heard. */
let told = 0;
const socket = new Socket(boot.urls.socket);

/** @type {Record<string, (frame: any) => void>} */
const TAKE = {
  welcome(frame) {
    store.agent = { ...store.agent, ...frame.agent };
    store.emit("presence");
  },
  conversation(frame) {
    const mine = store.rows.get(frame.id)?.assignee?.id === store.agent.id;
    watched(frame);
    arrive(frame);
    heed(frame);
    if (mine && frame.row?.assignee?.id !== store.agent.id) recall(); // who lost it may watch it now
    if (mine && frame.events.some((/** @type {{kind: string}} */ one) => one.kind === "state_changed")) reload(); // a wrap-up begins or ends
  },
  context: follow,
  viewing: viewed,
  mention: mentioned,
  mentions_read: mentionsRead,
  task: due,
  draft: (frame) => document.dispatchEvent(new CustomEvent("parley:draft", { detail: frame })),
  typing(frame) {
    if (frame.from === "agent") return wrote(frame);
    const id = readIn(frame.conversation);
    if (frame.on) {
      store.typing.set(id, { name: frame.name, from: frame.from, conversation: frame.conversation, until: Date.now() + TYPING_LASTS });
      setTimeout(() => store.emit("typing", id), TYPING_LASTS + 50);
    } else store.typing.delete(id);
    store.emit("typing", id);
  },
  presence(frame) {
    if (frame.agent?.id === store.agent.id) {
      store.agent = { ...store.agent, presence: frame.presence };
      told += 1;
    }
    for (const thread of store.threads.values()) {
      for (const agent of thread.agents || []) if (agent.id === frame.agent?.id) agent.presence = frame.presence;
    }
    store.emit("presence");
  },
  offer: offered,
  offer_ended: offerEnded,
  alarm: called,
  nudge: called,
  wrap_up: reload,
  tags() {
    setTimeout(() => reloadTags().then(() => load(store.view)).catch(() => {}), Math.random() * 1000); // not all at once
  },
  rush(frame) {
    document.dispatchEvent(new Event("parley:rush"));
    if (frame.relief) recallPresence(); // I may carry more now, or no longer
  },
  bye(frame) {
    if (frame.reason === "signed out") socket.stop();
  },
};

socket.addEventListener("frame", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  setServerTime(frame.server_time);
  TAKE[frame.type]?.(frame);
});
socket.addEventListener("up", () => {
  setLink("up");
  refetch(); // the first time too: the page is older than its socket
  flush();
});
socket.addEventListener("down", () => setLink("down"));
document.addEventListener("parley:presence", recallPresence);
socket.addEventListener("refused", probe);
document.addEventListener("parley:refused", probe);
socket.addEventListener("signed-out", () => setLink("signed-out"));

/** @param {"up"|"down"|"signed-out"} link */
function setLink(link) {
  store.link = link;
  store.emit("link");
}

/** We heard nothing until now: anything may have happened meanwhile. */
function refetch() {
  load(store.view);
  reload();
  recall();
  recallPresence();
  document.dispatchEvent(new Event("parley:rush"));
  if (store.view !== "mine") load("mine");
  recount();
  for (const thread of store.threads.values()) thread.stale = true;
  if (store.openId !== null) {
    const thread = store.thread;
    if (thread) thread.stale = false;
    if (store.opening.phase === "error") open(store.openId);
    else fill(store.openId);
  }
}

/** The welcome may be older than a change that came while the socket opened. */
async function recallPresence() {
  const before = told;
  try {
    const { presence, channels_off, most } = await api.get("presence/");
    store.agent = { ...store.agent, channels_off, most };
    if (told === before) store.agent.presence = presence;
    store.emit("presence");
  } catch {
    /* the next connection asks again */
  }
}

/** Something was refused, which tells no reason: ask whether we are still signed in. */
async function probe() {
  if (probing || socket.over) return;
  probing = true;
  try {
    await api.get("conversations/counts/");
  } catch (error) {
    if ([401, 403].includes(/** @type {Fault} */ (error).status)) socket.stop();
  } finally {
    probing = false;
  }
}

/** @param {number} conversation @param {boolean} on */
export const sayTyping = (conversation, on) => socket.send({ type: "typing", conversation, on });

function look() {
  if (store.openId !== null && !isSilent(store.openId) && store.opening.phase === "ready" && !document.hidden) markRead(store.openId);
}

export function start() {
  setServerTime(boot.server_time);
  socket.connect();
  startOffers();
  startSigns();
  store.on("say", (frame) => socket.send(frame));
  startCompany();
  startForMe();
  look();
  store.on(["thread", "rows"], look);
  store.later("open", look);
  document.addEventListener("visibilitychange", look);
}
