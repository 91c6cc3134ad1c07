/** @file The panel: what is shown when, what is read, what the page around is told. */
import { startComposer } from "./composer.js";
import { drawHome } from "./home.js";
import { embedded, onHost, tellHost } from "./host.js";
import { byId, config, say } from "./kit.js";
import { recognise, vouch } from "./known.js";
import { part, parts } from "./later.js";
import { introduce, markRead, startSession } from "./session.js";
import { lasting } from "./store.js";
import { adopt } from "./sync.js";
import { answersAfter, finished, talk } from "./talk.js";
import { atEnd, draw, toEnd } from "./thread.js";
import { focus, go, screen, show } from "./views.js";

let settled = false;
let told = "";

screen.changed = () => {
  if (screen.view === "chat") {
    draw();
    toEnd();
    look();
  }
  drawHome();
  if (parts.more) parts.more.draw();
};

/** Tell the server what the visitor has really seen, and the launcher what he has not. */
function look() {
  if (screen.open && screen.view === "chat" && !document.hidden && atEnd()) markRead(talk.lastSeq);
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

let patience = 0;
/** Start by what helps: a message when nobody is here, the questions that come first, or the chat.
 * Who clicks before the server has said what that is waits a little; who clicks again does not. */
function begin() {
  const { service } = talk;
  if (!service && !patience) {
    patience = setTimeout(begin, 3_000);
    return;
  }
  clearTimeout(patience);
  patience = 0;
  const fresh = !talk.lastSeq || finished();
  const first = service && fresh && (!service.open && service.offer_email ? "form" : service.questions.some((/** @type {any} */ one) => one.when === "before") && "ask");
  if (first) part("more").then((more) => more[first](), () => go("chat"));
  else go("chat");
}

let slow = 0;
function changed() {
  recognise();
  if (talk.lastSeq && !settled) {
    settled = true;
    tellHost("talking");
    if (screen.view === "home" && !screen.touched && !finished()) {
      show("chat");
      focus();
    }
  }
  clearTimeout(slow);
  const down = talk.line === "down";
  if (!down) byId("bar").hidden = true;
  else slow = setTimeout(() => { byId("bar").hidden = talk.line !== "down"; }, 1_500);
  if (talk.service && !parts.more) part("more").then(changed, () => {});
  if (talk.service && patience) begin();
  drawHome();
  const fresh = draw();
  if (parts.more) {
    parts.more.draw();
    parts.more.ring(fresh);
  }
  look();
}

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-close]"))) {
  button.hidden = !embedded;
  button.addEventListener("click", () => tellHost("close"));
}
for (const button of document.querySelectorAll("#begin, [data-person]")) button.addEventListener("click", begin);
byId("last").addEventListener("click", () => go("chat"));
byId("back").addEventListener("click", () => go("home"));
byId("write").addEventListener("click", () => part("more").then((more) => more.form(), () => go("chat")));
byId("menu").addEventListener("click", () => part("more").then((more) => more.menu(), () => {}));
byId("log").addEventListener("scroll", look, { passive: true });
byId("memory").hidden = lasting;
byId("lasting").hidden = !lasting;
document.addEventListener("visibilitychange", look);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing && !event.defaultPrevented) tellHost("close");
});
if (config.color) {
  document.documentElement.style.setProperty("--own", config.color);
  document.documentElement.classList.add("own");
}
const search = byId("search");
if (search) search.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const asked = encodeURIComponent(search.querySelector("input").value.trim());
  if (asked) open(config.search.includes("{query}") ? config.search.replace("{query}", asked) : config.search + asked, "_blank", "noopener");
});

let started = false;
function start() {
  if (started) return;
  started = true;
  startSession(changed);
}

onHost((news) => {
  introduce(news);
  vouch(news.person);
  const opening = news.open && !screen.open;
  screen.open = news.open;
  start();
  if (opening) {
    if (answersAfter(talk.readSeq).length && screen.view !== "sheet") show("chat");
    focus();
  }
  look();
});
startComposer();
show("home");
const example = byId("example");
if (example) { /* the preview of the settings: an example stands for the server */
  const data = JSON.parse(example.textContent);
  adopt(data);
  talk.line = "live";
  part("more").then((more) => {
    changed();
    if (data.view === "ask" && data.service.questions.some((/** @type {any} */ one) => one.when === "before")) more.ask();
    else show(data.view === "chat" ? "chat" : "home");
  }, () => {});
}
if (embedded) tellHost("ready");
else if (location.hash) part("more").then((more) => more.takeOver()).then(start, start);
else start();
