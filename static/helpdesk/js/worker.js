/* Lives in the browser while Parley is closed: shows a call, and leads to what it is about. */
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** Windows of ours. */
const windows = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    return; // not ours
  }
  event.waitUntil(
    windows().then((open) => {
      // Who looks at Parley sees it there; but a test is always shown.
      if (said.tag !== "test" && open.some((one) => one.visibilityState === "visible" && one.focused)) return undefined;
      return self.registration.showNotification(String(said.title || "Parley"), {
        body: String(said.body || ""), tag: String(said.tag || ""), renotify: !!said.tag, icon: "/static/favicon.svg", data: { url: said.url },
      });
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const wanted = String(event.notification.data?.url || "/inbox/");
  // Only a place of our own: what a push says is not trusted with more.
  const url = new URL(wanted.startsWith("/") && !wanted.startsWith("//") ? wanted : "/inbox/", self.location.origin).href;
  event.waitUntil(
    windows().then(async (open) => {
      const here = open.find((one) => new URL(one.url).pathname.startsWith("/inbox/"));
      if (!here) return self.clients.openWindow(url);
      await here.focus();
      here.postMessage({ type: "go", url });
      return undefined;
    }),
  );
});
