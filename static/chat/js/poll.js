/** @file Plain HTTP instead of a socket: the first look at once, later ones held by the server until there is news. */
import { eventsAfter } from "./api.js";
import { adopt } from "./sync.js";
import { talk } from "./talk.js";

const PAUSE = 3_000;
const HOLD = 25;

/** @param {{frame(data: any): void, wake(): void, after(): void}} owner */
export function makePoll(owner) {
  let timer = 0;
  let running = false;
  const live = () => talk.line === "live";

  /** One at a time; ends by itself when the socket is there. */
  async function start() {
    clearTimeout(timer);
    if (live() || running) return;
    running = true;
    const before = talk.line;
    const held = before === "poll" && talk.conversation;
    let pause = PAUSE;
    try {
      const data = await eventsAfter(talk.lastSeq, held ? HOLD : 0);
      if (!live()) {
        talk.line = "poll";
        if (held) pause = 100;
        adopt(data);
        (data.frames || []).forEach(owner.frame);
        if (before === "down") owner.wake();
      }
    } catch {
      if (!live()) talk.line = "down";
    }
    running = false;
    if (live()) return;
    timer = setTimeout(start, pause);
    if (talk.line !== before || talk.line === "poll") owner.after();
  }

  return { start, stop: () => clearTimeout(timer) };
}
