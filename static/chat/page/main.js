/** @file The page's script: what not every page needs, beside the loader that fetched it. */
import { makeCommands } from "./commands.js";
import { watchDistress } from "./distress.js";
import { makeHits } from "./hits.js";
import { makeBubble } from "./invite.js";
import { makeMemory } from "./memory.js";
import { makeTrail } from "./trail.js";

/** The page's own attributes win over the widget's settings. @param {any} loader @param {any} look */
function dress(loader, look) {
  const { host, box, set } = loader;
  if (!set.theme) host.className = look.theme;
  if (!set.color && look.color) host.style.setProperty("--brand", look.color);
  if (!set.position) box.classList.toggle("start", look.position === "start");
  if (look.hide) box.classList.add("shy");
  if (!set.label && look.label) loader.draw(look.label);
}

/** @param {any} loader @param {any} settings public ones of the widget */
export function start(loader, settings) {
  dress(loader, settings.look);
  const { about, tell, emit } = loader;
  const memory = makeMemory(settings.key, settings.tracking);
  const trail = makeTrail();
  const hits = makeHits(loader.base, memory, trail, settings.language, heard);
  const bubble = makeBubble(loader, settings.words, {
    accepted() {
      hits.send("accepted");
    },
    declined() {
      hits.send("declined");
    },
  });
  /** @type {any} */
  let distress = null;
  const commands = makeCommands(loader, memory, hits.send, { begin, end });

  /** @param {any} reply */
  function heard({ visitor, visit, invite, kind, agreed }) {
    if (agreed && visitor) memory.save("local", "visitor", visitor);
    if (!memory.allowed()) return;
    if (visit) memory.save("session", "visit", visit);
    else if (kind !== "page" && kind !== "consent") hits.send("page"); /* the desk has forgotten it */
    if (visit && about.visit !== visit) {
      about.visit = visit;
      tell();
    }
    if (invite) ask(invite);
  }

  /** @param {any} invite */
  function ask(invite) {
    if (about.open || bubble.shown()) return;
    if (memory.load("local", "quiet")) {
      hits.send("declined");
      return;
    }
    hits.send("invited");
    emit("invited", { id: invite.id, text: invite.text, action: invite.action });
    about.invite = { text: invite.text, agent: invite.agent };
    if (invite.action === "open" && !loader.phone() && !memory.load("session", "opened")) {
      memory.save("session", "opened", "1");
      loader.toggle(true, true);
    } else bubble.show(invite);
  }

  function page() {
    hits.send("page");
    const query = new URLSearchParams(location.search);
    const term = query.get("q") || query.get("s") || query.get("search");
    if (term) hits.send("search", { term });
  }

  let timer = 0;
  function begin() {
    if (!memory.allowed() || timer) return;
    if (!distress) {
      distress = watchDistress(hits.send, trail, about, loader.phone);
      trail.watch();
    }
    hits.again();
    page();
    timer = setInterval(() => {
      if (trail.tick()) {
        distress.page();
        page();
        tell();
      }
      distress.tick();
      hits.tick();
    }, 1_000);
  }

  function end() {
    clearInterval(timer);
    timer = 0;
    bubble.remove();
    memory.forget();
    delete about.visit;
  }

  loader.does.quiet = (/** @type {{on: boolean}} */ { on }) => memory.save("local", "quiet", on ? "1" : "");
  loader.commands.on("open", () => {
    if (!bubble.shown()) return;
    bubble.remove();
    hits.send("accepted");
  });
  loader.commands.on("close", () => {
    delete about.invite;
    delete about.view;
  });
  addEventListener("pagehide", hits.bye);
  addEventListener("pageshow", (event) => event.persisted && timer && page());
  Object.assign(loader.commands, commands);
  begin();
  for (const [name, ...values] of loader.later.splice(0)) if (loader.commands[name]) loader.commands[name](...values);
}
