/** @file What a site may say: Parley('cart', …) and its kin. Where nothing may be tracked, the words
 * reach only the panel, and through it only the agent whom the visitor himself has written to. */

/** @param {any} value */
const flat = (value) => (value && typeof value === "object" ? value : {});

/** @param {any} loader @param {any} memory @param {(kind: string, data?: object, asked?: boolean) => Promise<void>} send
 * @param {{begin(): void, end(): void}} tracking */
export function makeCommands(loader, memory, send, tracking) {
  const { about } = loader;
  return {
    /** @param {any} cart */
    cart(cart) {
      about.cart = flat(cart);
      loader.tell();
      send("cart", about.cart);
    },
    /** @param {any} order */
    order(order) {
      const { id, value, currency, visitor, signature } = flat(order);
      delete about.cart;
      loader.tell();
      send("order", { id, value, currency });
      if (!signature || !memory.allowed()) return;
      const texts = [id, value, currency, visitor ?? (memory.visitor() || memory.visit()), signature].map(String);
      const [number, amount, code, who, mark] = texts;
      const body = JSON.stringify({ number, value: amount, currency: code, visitor: who, signature: mark });
      fetch(`${loader.base}order/`, { method: "POST", mode: "no-cors", credentials: "omit", keepalive: true, body }).catch(() => {});
    },
    /** @param {string} name @param {any} [data] */
    track(name, data) {
      send("track", { ...flat(data), name: String(name) });
    },
    /** @param {any} search */
    search(search) {
      const { term, results } = flat(search);
      send("search", { term: String(term ?? ""), results });
    },
    /** @param {any} attributes */
    set(attributes) {
      about.data = { ...about.data, ...flat(attributes) };
      loader.tell();
      send("set", flat(attributes));
    },
    /** @param {boolean} given @param {{version?: string}} [detail] */
    consent(given, detail) {
      if (!memory.askable) return;
      if (given === true && !memory.allowed()) send("consent", { granted: true, ...flat(detail) }, true).then(tracking.begin);
      if (given === true || !memory.visitor()) return;
      send("consent", { granted: false }, true);
      tracking.end();
    },
    /** For the site's server, which signs its orders with it. @param {(id: string) => void} fn */
    visitor(fn) {
      fn(memory.visitor() || (memory.allowed() ? memory.visit() : ""));
    },
  };
}
