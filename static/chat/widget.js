/* Parley loader: draws the launcher, opens the chat in an iframe. The one global is `Parley`. It runs
   in a stranger's page: no dependencies, no eval, no markup from strings, no cookies.
   What not every page needs (visits, invitations, the shop's commands) is page.js, loaded in idle time. */
(() => {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript || document.querySelector("script[data-widget]"));
  const { widget: key, language, label, color, theme, position } = script?.dataset || {};
  const page = /** @type {any} */ (window);
  if (!script || !key) return;
  const desk = new URL(script.src).origin;
  const base = desk + "/chat/" + encodeURIComponent(key) + "/";
  const words = /** @type {any} */ ({ en: "Chat with us", pl: "Napisz do nas", sl: "Pišite nam", he: "דברו איתנו", fi: "Kirjoita meille", ru: "Напишите нам" });
  const known = [language, document.documentElement.lang, navigator.language].map((one) => (one || "").slice(0, 2)).find((one) => words[one]) || "";
  const lang = known || "en";
  const phone = () => innerWidth <= 520;

  const keep = (/** @type {string} */ area, /** @type {string | undefined} */ value = undefined) => {
    try {
      const store = page[area + "Storage"], name = "parley:" + key;
      return value === undefined ? store[name] : store[name] = value;
    } catch { /* storage refused: the chat still works, only the memory is shorter */ }
  };
  /** @type {(tag: string, name: string, ...inside: (string | Node)[]) => any} */
  const make = (tag, name, ...inside) => {
    const node = document.createElement(tag);
    node.className = name;
    node.append(...inside);
    return node;
  };
  const glyph = (/** @type {string} */ shape) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.appendChild(document.createElementNS(svg.namespaceURI, "path")).setAttribute("d", shape);
    return svg;
  };

  const css = new CSSStyleSheet();
  css.replaceSync(`
:host{all:initial;color-scheme:light dark;--brand:light-dark(#0f6a65,#0f5a56);--ground:light-dark(#fff,#1f1c1a);--ink:light-dark(#1f1b18,#f2eee9);--edge:0 0 0 1px light-dark(#e9e4de,#2e2a27),0 12px 32px rgb(45 35 25/.2);--end:max(20px,env(safe-area-inset-bottom));--side:max(20px,env(safe-area-inset-right))}
:host(.light){color-scheme:light}
:host(.dark){color-scheme:dark}
*{box-sizing:border-box;margin:0;border:0;font:400 14px/1.4 -apple-system,"Segoe UI",Roboto,system-ui,sans-serif}
button{cursor:pointer;background:none;color:inherit}
:focus-visible{outline:2px solid var(--brand);outline-offset:2px}
svg{flex:none;width:18px;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
.go,.peek,iframe{position:fixed;z-index:2147483000;inset-block-end:var(--end);inset-inline-end:var(--side);box-shadow:var(--edge)}
.start>*{inset-inline:var(--side) auto!important}
.go{display:flex;align-items:center;gap:9px;height:52px;padding-inline:18px 22px;border-radius:52px;background:var(--brand);color:#fff;white-space:nowrap}
b{font-weight:600}
.badge{position:absolute;inset-block-start:-5px;inset-inline-end:4px;min-width:21px;padding-inline:5px;border-radius:21px;background:#f0b441;color:#3a2400;font:600 12px/21px system-ui}
.peek{margin-block-end:66px;display:flex;gap:10px;width:300px;max-width:calc(100vw - 40px);padding:12px;border-radius:10px;background:var(--ground);color:var(--ink)}
.peek>*{min-width:32px;height:32px}
.peek>.say{flex:1;height:auto;max-height:80px;overflow:hidden;text-align:start;overflow-wrap:anywhere}
.say b{display:block}
.av{border-radius:50%;background:var(--brand);color:#fff;font:600 12px/32px system-ui;text-align:center}
iframe{width:380px;height:min(620px,100dvh - 40px);border-radius:14px;background:var(--ground);color-scheme:inherit}
[hidden]{display:none}
.shut{visibility:hidden}
@media(max-width:520px){iframe{inset:0!important;width:100%;height:100dvh;border-radius:0;z-index:2147483001}.shy>:not(iframe){display:none}}
@media print{*{display:none!important}}`);

  const host = make("parley-widget", theme || "");
  const shadow = host.attachShadow({ mode: "closed" });
  shadow.adoptedStyleSheets = [css];
  const badge = make("span", "badge");
  if (/^#\w{3,8}$/.test(color || "")) host.style.setProperty("--brand", color);
  const box = shadow.appendChild(make("div", (position || "") + ("hideOnPhones" in script.dataset ? " shy" : "")));
  box.lang = lang;
  box.dir = lang === "he" ? "rtl" : "ltr";
  badge.hidden = true;

  let title = "", ready = false, count = 0;
  let /** @type {any} */ frame, /** @type {any} */ peek, /** @type {any} */ go;

  /** @type {Record<string, ((data: any) => void)[]>} */
  const listeners = {};
  const emit = (/** @type {string} */ name, /** @type {any} */ data = undefined) => {
    listeners[name]?.forEach((fn) => queueMicrotask(() => fn(data)));
  };
  /** What the panel is told beside; page.js adds to it. @type {Record<string, any>} */
  const about = { open: false };
  const tell = () => ready && frame.contentWindow.postMessage({ parley: "open", page: { url: location.href, title: document.title }, ...about }, desk);

  /** A new button for new words, since an old one that grows is a layout shift. @param {string} words */
  function draw(words) {
    title = words;
    go?.remove();
    go = make("button", "go", glyph("M5.5 5h13q1.5 0 1.5 1.5v9q0 1.5-1.5 1.5H11l-4.5 3.5V17h-1Q4 17 4 15.5v-9Q4 5 5.5 5z"), make("b", "", title), badge);
    go.onclick = () => toggle(true);
    go.hidden = about.open;
    box.prepend(go);
  }
  function build() {
    if (frame) return;
    frame = make("iframe", "shut");
    frame.title = title;
    frame.allow = "display-capture;clipboard-write";
    frame.src = base + "?" + new URLSearchParams({ host: location.origin, theme: theme || "", language: known });
    box.append(frame);
  }
  /** @param {boolean} want @param {boolean} [quiet] */
  function toggle(want, quiet) {
    const inside = document.activeElement === host;
    about.open = go.hidden = want;
    if (want) build();
    keep("session", want ? "open" : "");
    frame?.classList.toggle("shut", !want);
    hint();
    fit();
    tell();
    emit(want ? "open" : "close");
    if (!quiet && (want || inside)) (want ? frame : go).focus();
  }
  /** @param {{name: string, initials: string, text: string}} [last] @param {string} [dismiss] */
  function hint(last, dismiss) {
    peek?.remove();
    if (!last || about.open) return;
    const say = make("button", "say", make("b", "", last.name), last.text);
    const shut = make("button", "", glyph("m7 7 10 10M17 7 7 17"));
    say.onclick = go.onclick;
    shut.onclick = () => hint();
    shut.ariaLabel = dismiss;
    box.append(peek = make("div", "peek", make("span", "av", last.initials), say, shut));
  }
  const view = /** @type {VisualViewport} */ (window.visualViewport);
  function fit() { /* a phone's keyboard must not hide the text box */
    if (!frame) return;
    const whole = about.open && phone() && view.scale === 1;
    frame.style = whole ? "height:" + view.height + "px;translate:0 " + view.offsetTop + "px" : "";
  }
  let own = "", note = "", flash = 0;
  function blink() { /* what the page itself writes meanwhile becomes the title to go back to */
    if (document.title !== note) own = document.title;
    document.title = document.hidden && document.title === own ? note : own;
    if (!document.hidden) clearInterval(flash);
  }
  /** @type {Record<string, (data: any) => void>} */
  const does = {
    __proto__: null,
    ready() { ready = true; tell(); },
    close() { toggle(false); },
    talking() { keep("local", "1"); },
    alert({ text }) {
      clearInterval(flash);
      if (document.title === note) document.title = own;
      note = text;
      flash = setInterval(blink, 1e3);
    },
    unread({ count: now, name, dismiss, last }) {
      badge.hidden = !now;
      badge.textContent = now > 9 ? "9+" : now;
      go.ariaLabel = now ? title + ", " + name : title;
      hint(last, dismiss);
      emit("unread", now);
      if (now > count) emit("message", last);
      count = now;
    },
  };
  addEventListener("message", ({ data, source, origin }) => {
    if (source === frame?.contentWindow && origin === desk) does[data?.parley]?.(data);
  });
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);

  /** @type {any[][]} calls that page.js will answer */
  const later = [];
  /** @type {Record<string, (...values: any[]) => void>} */
  const commands = {
    __proto__: null,
    open() { if (!about.open) toggle(true); },
    close() { if (about.open) toggle(false); },
    identify(person) { about.person = person; tell(); },
    on(name, fn) {
      (listeners[name] ||= []).push(fn);
      if (name === "ready") fn();
    },
  };
  const more = (/** @type {string} */ query) => import(base + "page.js?language=" + lang + query).then(({ start }) => {
    if (start) start({ base, host, box, shadow, set: script.dataset, make, glyph, draw, toggle, tell, emit, phone, about, does, commands, later });
    else commands.wake = () => more("&commands=1"); /* no setting needs it: the page's first call does */
    if (!start && !query && later[0]) commands.wake();
  }, () => {});
  const begin = () => {
    const before = page.Parley;
    if (before && !before.q) return;
    page.Parley = (/** @type {string} */ name, /** @type {any[]} */ ...values) => {
      if (commands[name]) commands[name](...values);
      else if (later.push([name, ...values])) commands.wake?.();
    };
    draw(label || words[lang]);
    document.body.append(host);
    if (keep("session") && !phone()) toggle(true, true);
    else if (keep("local")) build();
    before?.q.forEach((/** @type {any[]} */ call) => page.Parley(...call));
    const idle = () => (page.requestIdleCallback || setTimeout)(() => more(""));
    if (document.readyState === "complete") idle();
    else addEventListener("load", idle);
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
