/** @file Who the site says the visitor is. Its signed token goes to the desk once; the desk answers
 * with a new token of its own, which opens his conversations. When the site says that he has left,
 * this browser forgets him. Names that a page merely states go with the hello, unverified. */
import { act, keepToken } from "./api.js";
import { request } from "./session.js";
import { load, save } from "./store.js";
import { talk } from "./talk.js";

let wanted = "";
let told = "";

async function leave() {
  save("known", false);
  await act({ type: "sign_out" }).catch(() => {});
  for (const name of ["token", "queue", "draft"]) save(name, null);
  location.reload();
}

/** What the page around has said of him. @param {{token?: unknown} | null | undefined} person null: signed out */
export function vouch(person) {
  if (person && typeof person.token === "string") wanted = person.token;
  if (person === null && load("known", false)) leave();
  recognise();
}

/** Called at each change: says it as soon as there is a line. */
export function recognise() {
  if (!wanted || wanted === told || talk.line === "down") return;
  told = wanted;
  request({ type: "identify", token: wanted }).then(
    (reply) => {
      keepToken(reply.token, true);
      save("known", true);
    },
    (error) => { if (error.retryable) setTimeout(() => { told = ""; recognise(); }, 5_000); },
  );
}
