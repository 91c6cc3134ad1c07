/** @file An invitation beside the launcher, in the loader's closed shadow root. It moves nothing,
 * makes no sound and takes no focus; Escape and its cross send it away. */

const STYLE = `
.ask{position:fixed;z-index:2147483000;inset-block-end:calc(var(--end) + 66px);inset-inline-end:var(--side);width:320px;max-width:calc(100vw - 40px);padding:14px;border-radius:14px;border-end-end-radius:3px;background:var(--ground);color:var(--ink);box-shadow:var(--edge)}
.start .ask{inset-inline:var(--side) auto;border-end-end-radius:14px;border-end-start-radius:3px}
.ask .who{display:flex;align-items:center;gap:10px;padding-inline-end:36px;min-height:32px;margin-block-end:8px}
.ask.plain .who{float:inline-end;padding:0;width:36px}
.ask .av{flex:none;width:32px;height:32px;background:light-dark(oklch(.92 .028 var(--hue)),oklch(.37 .03 var(--hue)));color:light-dark(oklch(.38 .06 var(--hue)),oklch(.9 .035 var(--hue)))}
.ask p{overflow-wrap:anywhere;max-height:40dvh;overflow:auto;text-align:match-parent}
.ask .x{position:absolute;inset-block-start:4px;inset-inline-end:4px;width:44px;height:44px;display:grid;place-items:center;border-radius:10px}
.ask .do{display:inline-flex;align-items:center;justify-content:center;min-height:44px;padding-inline:18px;margin-block-start:12px;border-radius:6px;background:var(--brand);color:#fff;font-weight:600;text-decoration:none}
.ask .do:focus-visible{outline-color:var(--ink)}
@media(prefers-reduced-motion:no-preference){.ask{transition:opacity .16s;@starting-style{opacity:0}}}`;

/** @typedef {{id: string, text: string, button: string, action: string, url?: string, agent: {name: string, initials: string, hue: number} | null}} Invitation */

/** @param {any} loader @param {{dismiss: string, chat: string, invitation: string}} words @param {{accepted(): void, declined(): void}} told */
export function makeBubble(loader, words, told) {
  const { box, make, glyph } = loader;
  /** @type {any} */
  let bubble = null;
  let styled = false;
  /* A live region speaks only of what changes in it while it stands there. */
  const voice = make("div", "");
  voice.setAttribute("aria-live", "polite");
  box.append(voice);

  function remove() {
    bubble?.remove();
    bubble = null;
    removeEventListener("keydown", escape);
  }

  function decline() {
    remove();
    told.declined();
  }

  /** @param {KeyboardEvent} event */
  function escape(event) {
    if (event.key === "Escape" && !event.isComposing) decline();
  }

  /** @param {Invitation} invite */
  function action(invite) {
    const link = invite.action === "card" && URL.canParse(invite.url || "") && /^https?:$/.test(new URL(invite.url || "").protocol);
    const node = make(link ? "a" : "button", "do", invite.button || words.chat);
    if (link) node.href = invite.url;
    if (link && new URL(node.href).origin !== location.origin) Object.assign(node, { target: "_blank", rel: "noopener" });
    node.onclick = () => {
      remove();
      told.accepted();
      if (link) return;
      if (invite.action === "callback") loader.about.view = "callback";
      loader.toggle(true);
    };
    return node;
  }

  return {
    remove, shown: () => bubble !== null,
    /** @param {Invitation} invite */
    show(invite) {
      if (!styled) {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(STYLE);
        loader.shadow.adoptedStyleSheets.push(sheet);
        styled = true;
      }
      remove();
      const { agent } = invite;
      const face = agent ? [make("span", "av", agent.initials), make("b", "", agent.name)] : [];
      if (agent) Object.assign(face[0], { ariaHidden: "true" }).style.setProperty("--hue", agent.hue);
      const text = make("p", "", invite.text);
      text.dir = "auto";
      const shut = make("button", "x", glyph("m7 7 10 10M17 7 7 17"));
      shut.ariaLabel = words.dismiss;
      shut.onclick = decline;
      bubble = make("div", agent ? "ask" : "ask plain", make("div", "who", ...face), text, action(invite), shut);
      bubble.role = "group";
      bubble.ariaLabel = words.invitation;
      voice.append(bubble);
      addEventListener("keydown", escape);
    },
  };
}
