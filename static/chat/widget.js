/* Parley loader: draws the launcher, opens the chat in an iframe. The one global is `Parley`.
   It runs in a stranger's page: no dependencies, no eval, no markup from strings, no cookies. */
(() => {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript || document.querySelector("script[data-widget]"));
  const { widget: key, language, label, color, theme, position } = script ? script.dataset : {};
  const page = /** @type {any} */ (window);
  const before = page.Parley;
  if (!script || !key || (before && !before.q)) return;

  const desk = new URL(script.src).origin;
  /** @type {Record<string, string>} */
  const words = {
    en: "Chat with us",
    pl: "Napisz do nas",
    sl: "Pišite nam",
    he: "דברו איתנו",
    fi: "Kirjoita meille",
    ru: "Напишите нам",
  };
  const known = [language, document.documentElement.lang, navigator.language].map((one) => (one || "").slice(0, 2));
  const lang = known.find((one) => words[one]) || "en";
  const title = label || words[lang];
  const phone = () => innerWidth <= 520;

  const keep = (/** @type {string} */ area, /** @type {string | undefined} */ value = undefined) => {
    try {
      const store = page[area + "Storage"];
      return value === undefined ? store.getItem("parley:" + key) : store.setItem("parley:" + key, value);
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
.peek{margin-block-end:66px;display:flex;gap:10px;width:300px;max-width:calc(100vw - 40px);padding:12px 8px 12px 12px;border-radius:10px;background:var(--ground);color:var(--ink)}
.peek>*{min-width:32px;height:32px}
.peek>.say{flex:1;height:auto;max-height:80px;overflow:hidden;text-align:start;overflow-wrap:anywhere}
.say b{display:block}
.av{border-radius:50%;background:var(--brand);color:#fff;font:600 12px/32px system-ui;text-align:center}
iframe{width:380px;height:min(620px,100dvh - 40px);border-radius:14px;background:var(--ground);color-scheme:inherit}
[hidden]{display:none}
.shut{visibility:hidden}
@media(max-width:520px){iframe{inset:0!important;width:100%;height:100dvh;border-radius:0;z-index:2147483001}}
@media print{*{display:none!important}}`);

  const host = make("parley-widget", theme || "");
  const shadow = host.attachShadow({ mode: "closed" });
  shadow.adoptedStyleSheets = [css];
  if (/^#\w{3,8}$/.test(color || "")) host.style.setProperty("--brand", color);
  const badge = make("span", "badge");
  const go = make("button", "go", glyph("M5.5 5h13A1.5 1.5 0 0 1 20 6.5v9a1.5 1.5 0 0 1-1.5 1.5H11l-4.5 3.5V17h-1A1.5 1.5 0 0 1 4 15.5v-9A1.5 1.5 0 0 1 5.5 5z"), make("b", "", title), badge);
  const box = shadow.appendChild(make("div", position || "", go));
  box.lang = lang;
  box.dir = lang === "he" ? "rtl" : "ltr";
  badge.hidden = true;

  /** @type {any} */
  let frame = null;
  /** @type {any} */
  let peek = null;
  /** @type {any} */
  let person = null;
  let ready = false, open = false;
  const tell = () => ready && frame.contentWindow.postMessage({ parley: "open", open, page: { url: location.href, title: document.title }, person }, desk);

  function build() {
    if (frame) return;
    const query = new URLSearchParams({ host: location.origin, theme: theme || "" });
    if (words[known[0]] || words[known[1]]) query.set("language", lang);
    frame = make("iframe", "shut");
    frame.title = title;
    frame.src = desk + "/chat/" + encodeURIComponent(String(key)) + "/?" + query;
    box.append(frame);
  }
  /** @param {boolean} want @param {boolean} [quiet] */
  function toggle(want, quiet) {
    const inside = document.activeElement === host;
    open = want;
    if (open) build();
    keep("session", open ? "open" : "");
    go.hidden = open;
    if (frame) frame.classList.toggle("shut", !open);
    hint();
    fit();
    tell();
    if (!quiet && (open || inside)) (open ? frame : go).focus();
  }
  /** @param {{name: string, initials: string, text: string}} [last] @param {string} [dismiss] */
  function hint(last, dismiss) {
    if (peek) peek.remove();
    if (!last || open) return;
    const say = make("button", "say", make("b", "", last.name), last.text);
    const shut = make("button", "", glyph("m7 7 10 10M17 7 7 17"));
    say.onclick = () => toggle(true);
    shut.onclick = () => hint();
    shut.ariaLabel = dismiss;
    peek = make("div", "peek", make("span", "av", last.initials), say, shut);
    box.append(peek);
  }
  const view = window.visualViewport;
  function fit() { /* a phone's keyboard must not hide the text box */
    if (!frame || !view) return;
    const whole = open && phone() && view.scale === 1;
    frame.style.height = whole ? view.height + "px" : "";
    frame.style.translate = whole ? "0 " + view.offsetTop + "px" : "";
  }
  /** @type {Record<string, (data: any) => void>} */
  const does = {
    ready() { ready = true; tell(); },
    close() { toggle(false); },
    talking() { keep("local", "1"); },
    unread({ count, name, dismiss, last }) {
      badge.hidden = !count;
      badge.textContent = count > 9 ? "9+" : count;
      go.ariaLabel = count ? title + ", " + name : title;
      hint(last, dismiss);
    },
  };
  addEventListener("message", ({ data, source, origin }) => {
    if (!frame || source !== frame.contentWindow || origin !== desk) return;
    if (data && Object.hasOwn(does, data.parley)) does[data.parley](data);
  });
  go.onclick = () => toggle(true);
  if (view) view.onresize = view.onscroll = fit;

  /** @type {Record<string, (value: any) => void>} */
  const commands = {
    open() { toggle(true); },
    close() { if (open) toggle(false); },
    identify({ name }) { person = { name: String(name || "") }; tell(); },
  };
  page.Parley = (/** @type {string} */ name, /** @type {any} */ value) => { if (Object.hasOwn(commands, name)) commands[name](value || {}); };
  const start = () => {
    document.body.append(host);
    if (keep("session") && !phone()) toggle(true, true);
    else if (keep("local")) build();
    if (before) for (const call of before.q) page.Parley(...call);
  };
  if (document.body) start(); else addEventListener("DOMContentLoaded", start);
})();
