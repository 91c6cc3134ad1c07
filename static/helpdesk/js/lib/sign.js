/** Signs of life: who is online and gives none is asked, and a minute later new work goes to others. */
import { api } from "./api.js";
import { calm, ring } from "./bell.js";
import { t } from "./i18n.js";
import { say } from "./say.js";
import { store } from "./store.js";

const MINUTE = 60_000;
const UNSEEN = 5 * MINUTE; // nobody looks at the page
const QUIET = 15 * MINUTE; // somebody may, but touches nothing
const PATIENCE = MINUTE;
const KEY = "parley.sign";
let last = Date.now();
/** When he was asked; 0: he is not. */
let asked = 0;
let online = false;

/** He is here, in this tab or in another. @param {number} at */
function here(at) {
  last = Math.max(last, at);
  if (!asked) return;
  asked = 0;
  calm();
  store.emit("still", false);
}

/** @param {Event} event */
function sign(event) {
  const at = Date.now();
  if (asked && !["click", "keydown"].includes(event.type)) {
    asked = at; // he is there and reads the question: it must not slip away under his pointer
    return;
  }
  if (at - last < 1000 && !asked) return;
  here(at);
  try {
    localStorage.setItem(KEY, String(at));
  } catch {
    /* storage is blocked: this tab knows it */
  }
}

function ask() {
  asked = Date.now();
  ring("alarm", t("away.still"));
  say(t("away.still"));
  store.emit("still", true);
}

/** What he holds stays his; what he is offered goes to others. */
async function rest() {
  asked = 0;
  store.emit("still", false);
  try {
    const { presence } = await api.post("presence/rest/");
    store.agent = { ...store.agent, presence };
    store.emit("presence");
  } catch {
    last = Date.now() - QUIET; // no connection: the server finds out by itself, or he is asked again
  }
}

function look() {
  const now = Date.now();
  if (store.agent.presence !== "online") here(now);
  else if (asked) now - asked >= PATIENCE && rest();
  else if (now - last >= (document.hidden ? UNSEEN : QUIET)) ask();
}

export function startSigns() {
  for (const kind of ["click", "keydown", "pointermove", "wheel", "touchstart", "focus"]) {
    addEventListener(kind, sign, { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", (event) => !document.hidden && sign(event));
  addEventListener("storage", (event) => event.key === KEY && here(Number(event.newValue)));
  store.on("presence", () => {
    if (!online && store.agent.presence === "online") last = Date.now();
    online = store.agent.presence === "online";
  });
  setInterval(look, 5000);
}
