/** The dashed bubble of a reply that leaves later. */
import { clone, make, parts } from "./dom.js";
import { acts, fate } from "./later.js";
import { putText } from "./long-text.js";
import { store } from "./store.js";

/** A reply that leaves later: of ours, but nothing of it is a message yet. @param {import("./types.js").Scheduled} one @param {import("./types.js").Row} row */
export function drawScheduled(one, row) {
  const item = clone("msg");
  const place = parts(item);
  item.classList.add("out", "later");
  item.classList.toggle("failed", one.state === "failed");
  place.avatar.remove();
  place.author.textContent = `${one.by.name}: `;
  putText(place.body, one.body);
  place.extras.remove();
  place.files.remove();
  if (one.by.id !== store.agent.id) place.foot.append(make("bdi", "", one.by.name), "·");
  place.foot.append(make("span", one.state === "failed" ? "why" : "num", fate(one)), ...acts(row.id, one));
  return item;
}
