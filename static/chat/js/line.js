/** @file One socket that comes back: 1-2-4…30 s with jitter, a watchdog for lines that died silently. */

const SILENCE = 40_000; /* the server's heartbeat comes each 25 s */
const OPENING = 10_000;
const PONG = 5_000;
const STEADY = 10_000;

/** @param {string} address @param {{opened(): void, frame(data: any): void, closed(failures: number): void}} owner */
export function makeLine(address, owner) {
  /** @type {WebSocket | null} */
  let socket = null;
  let failures = 0;
  let watchdog = 0;
  let retry = 0;
  let wait = 0;
  let opened = 0;

  /** @param {number} limit */
  function listen(limit) {
    clearTimeout(watchdog);
    watchdog = setTimeout(drop, limit);
  }

  function drop() {
    const gone = socket;
    socket = null;
    clearTimeout(watchdog);
    if (!gone) return;
    gone.onopen = gone.onmessage = gone.onclose = gone.onerror = null;
    gone.close();
    lost();
  }

  function lost() {
    if (opened && Date.now() - opened > STEADY) failures = 0;
    opened = 0;
    failures += 1;
    owner.closed(failures);
    const pause = wait || Math.min(30_000, 500 * 2 ** failures);
    wait = 0;
    clearTimeout(retry);
    retry = setTimeout(connect, pause * (0.75 + Math.random() / 2));
  }

  function connect() {
    clearTimeout(retry);
    if (socket) return;
    try {
      socket = new WebSocket(address);
    } catch {
      lost();
      return;
    }
    listen(OPENING);
    socket.onopen = () => {
      listen(OPENING); /* for the welcome */
      owner.opened();
    };
    socket.onmessage = (event) => {
      listen(SILENCE);
      const data = JSON.parse(event.data);
      if (data.type === "welcome") opened = Date.now();
      if (data.type === "bye") wait = data.retry_ms || 0;
      owner.frame(data);
    };
    socket.onclose = socket.onerror = drop;
  }

  /** False when there is no line: the caller's text stays in the queue. @param {object} data */
  function send(data) {
    if (!socket || socket.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(data));
    return true;
  }

  /** The page woke up or the network is back: do not wait for the timer. */
  function wake() {
    if (!socket) connect();
    else if (send({ type: "ping" })) listen(PONG);
  }

  return { connect, drop, send, wake };
}
