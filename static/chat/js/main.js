/** @file The panel: which view is shown, what is read, what the page around is told. */
import { startComposer } from "./composer.js";
import { drawHome } from "./home.js";
import { embedded, onHost, tellHost } from "./host.js";
import { byId, say } from "./kit.js";
import { introduce, markRead, startSession } from "./session.js";
import { lasting } from "./store.js";
import { answersAfter, finished, talk } from "./talk.js";
import { atEnd, draw, toEnd } from "./thread.js";

let open = !embedded;
let view = "";
let settled = false;
let told = "";
let touched = false;

/** @param {string} name */
function show(name) {
  view = name;
  byId("home").hidden = name !== "home";
  byId("chat").hidden = name !== "chat";
  if (name === "chat") {
    draw();
    toEnd();
    look();
  }
}

/** Focus goes where the visitor acts next, is never taken from the page around, and on a phone
 * no keyboard jumps up by itself. */
function focus() {
  if (!document.hasFocus()) return;
  const place = view === "home" ? byId("greeting") : matchMedia("(pointer: coarse)").matches ? byId("log") : byId("text");
  place.focus({ preventScroll: true });
}

/** @param {string} name */
function go(name) {
  touched = true;
  show(name);
  focus();
}

/** Tell the server what the visitor has really seen, and the launcher what he has not. */
function look() {
  if (open && view === "chat" && !document.hidden && atEnd()) markRead(talk.lastSeq);
  const unread = answersAfter(talk.readSeq);
  const last = unread.at(-1);
  const person = last && last.author;
  const news = {
    count: unread.length,
    name: say("unread"),
    dismiss: say("dismiss"),
    last: last && {
      name: person ? person.name : "",
      initials: person ? person.initials : "",
      text: (last.body || last.attachments[0]?.name || "").slice(0, 160),
    },
  };
  const key = JSON.stringify(news);
  if (key === told) return;
  told = key;
  tellHost("unread", news);
}

let slow = 0;
function changed() {
  if (talk.lastSeq && !settled) {
    settled = true;
    tellHost("talking");
    if (view === "home" && !touched && !finished()) {
      show("chat");
      focus();
    }
  }
  clearTimeout(slow);
  const down = talk.line === "down";
  if (!down) byId("bar").hidden = true;
  else slow = setTimeout(() => { byId("bar").hidden = talk.line !== "down"; }, 1_500);
  drawHome();
  draw();
  look();
}

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-close]"))) {
  button.hidden = !embedded;
  button.addEventListener("click", () => tellHost("close"));
}
for (const id of ["begin", "last", "person"]) byId(id).addEventListener("click", () => go("chat"));
byId("back").addEventListener("click", () => go("home"));
byId("log").addEventListener("scroll", look, { passive: true });
byId("memory").hidden = lasting;
byId("lasting").hidden = !lasting;
document.addEventListener("visibilitychange", look);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) tellHost("close");
});

let started = false;
function start() {
  if (started) return;
  started = true;
  startSession(changed);
}

onHost((news) => {
  introduce(news);
  const opening = news.open && !open;
  open = news.open;
  start();
  if (opening) {
    if (answersAfter(talk.readSeq).length) show("chat");
    focus();
  }
  look();
});
startComposer();
show("home");
drawHome();
if (embedded) tellHost("ready");
else start();
