/** @file The same chat in a window of its own. A browser keeps what an iframe stores apart from what
 * the same site stores in a window, so the token goes over by a code that is good once, for a
 * minute; the code is in the address's fragment, which nobody but that window reads. */
import { bearer, keepToken, pinToken } from "./api.js";
import { tellHost } from "./host.js";
import { config, say } from "./kit.js";
import { trouble } from "./views.js";

const NAME = "#hand=";

/** @param {object} body @param {Record<string, string>} headers @returns {Promise<any>} */
async function handover(body, headers) {
  const address = `/chat/${encodeURIComponent(config.key)}/handover/`;
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), credentials: "omit", signal: AbortSignal.timeout(3_000) });
  return answer.ok ? answer.json() : {};
}

/** Called by a press: browsers open windows only then. Unsent texts stay here and go on from here. */
export async function popOut() {
  pinToken();
  const { code } = await handover({}, bearer()).catch(() => ({ code: "" }));
  const address = `/c/${encodeURIComponent(config.key)}?language=${config.language}${code ? NAME + code : ""}`;
  if (!window.open(address, "_blank", "popup,width=420,height=720")) return trouble(say("noWindow"));
  tellHost("close");
}

/** In the new window, before it says hello. Without an answer it begins a chat of its own. */
export async function takeOver() {
  const code = location.hash.slice(NAME.length);
  history.replaceState(null, "", location.pathname + location.search);
  keepToken((await handover({ code }, {})).token, true);
}
