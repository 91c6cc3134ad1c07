"""A stranger's website for the browser tests, and what its visitor and the widget's script do.

It stands on another site than the desk (localhost and 127.0.0.1), so that the browser keeps the
panel's storage apart as it does on the web.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import requests
from playwright.sync_api import Frame, Page, Route, expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Desk

KEY = "birch-and-linen"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}

# What docs/widget.md asks of a page's policy, and not a word more (frames of its own apart).
POLICY = (
    "default-src 'none'; script-src {desk} 'self'; frame-src {desk} 'self'; connect-src {desk}; "
    "require-trusted-types-for 'script'"
)
# The closed root is opened for the test, before the loader makes it.
OPENED = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  return (window.__root = attach.call(this, { ...options, mode: "open" }));
};
"""
SHIFTS = """
window.__shifts = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) __shifts.push(one.value);
}).observe({ type: "layout-shift", buffered: true });
"""


class Site(ThreadingHTTPServer):
    """Somebody's website: every path is the same page with the widget's one line."""

    desk = ""
    attributes = ""
    language = "en"

    @property
    def base(self) -> str:
        return f"http://localhost:{self.server_address[1]}"

    def page(self) -> str:
        source = f"{self.desk}/widget.js"
        line = f'<script async src="{source}" data-widget="{KEY}" {self.attributes}></script>'
        words = "<p>words of the page</p>" * 60
        return (
            f'<!doctype html><html lang="{self.language}"><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><title>Shop</title>{line}'
            f"<h1>Shop</h1><button>buy</button><form><input required>"
            f"<button>send</button></form>{words}</html>"
        )


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        body = self.server.page().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY.format(desk=self.server.desk))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture
def site(desk: Desk) -> Iterator[Site]:
    server = Site(("127.0.0.1", 0), Handler)
    server.desk = desk.base
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def visit(new_page: Callable[..., Page], site: Site, path: str = "/", **options: Any) -> Page:
    """A visitor on the site, with the root of the widget opened to the test."""
    page = new_page(**options)
    page.add_init_script(OPENED)
    page.add_init_script(SHIFTS)
    page.goto(site.base + path)
    becomes(page, "typeof window.Parley === 'function' && Boolean(window.__root)")
    return page


def press(page: Page, selector: str) -> None:
    page.evaluate("(what) => __root.querySelector(what).click()", selector)


def panel(page: Page) -> Frame:
    """The widget's frame; Playwright learns of frames only while it runs its own loop."""
    for _ in range(300):
        found = next((one for one in page.frames if "/chat/" in one.url), None)
        if found:
            return found
        page.wait_for_timeout(50)
    pytest.fail("the panel did not open")


def chat(page: Page) -> Frame:
    press(page, ".go")
    frame = panel(page)
    frame.click("#begin")
    frame.wait_for_selector("#text", state="visible")
    return frame


def say(frame: Frame, text: str) -> None:
    frame.fill("#text", text)
    frame.press("#text", "Enter")
    expect(frame.locator("#rows").get_by_text(text)).to_have_count(1)


def hits_of(page: Page, reply: Callable[[dict[str, Any]], dict[str, Any]]) -> list[dict[str, Any]]:
    """Answer the page's hits here; what it told, in order. The desk's side has its own tests."""
    told: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        hit = json.loads(route.request.post_data or "{}")
        told.append(hit)
        body = {"visitor": hit["visitor"], "visit": hit["visit"], "beat": 1, "invite": None}
        route.fulfill(json={**body, **reply(hit)}, headers={"Access-Control-Allow-Origin": "*"})

    page.route("**/hit/", answer)
    return told


def scripted(page: Page, site: Site, **changes: Any) -> None:
    """Serve the page's script as the desk does, but as if the widget's settings were these."""
    address = f"{site.desk}/chat/{KEY}/page.js?language={site.language}&commands=1"
    text = requests.get(address, timeout=20).text
    head, _, last = text.rpartition("$main.start(on, ")
    settings = json.loads(last.rsplit(");", 1)[0]) | changes
    body = f"{head}$main.start(on, {json.dumps(settings)});\n"
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
    page.route("**/page.js*", lambda route: route.fulfill(body=body, headers=headers))


def becomes(page: Page, expression: str, seconds: float = 20) -> None:
    """Wait until it is true. Playwright's own waiting needs eval, which the page forbids."""
    for _ in range(int(seconds * 20)):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never true: {expression}")


def tracked(
    new_page: Callable[..., Page],
    site: Site,
    tracking: str,
    reply: Callable[[dict[str, Any]], dict[str, Any]] = lambda hit: {},
    path: str = "/",
    **options: Any,
) -> tuple[Page, list[dict[str, Any]]]:
    page = new_page(**options)
    page.add_init_script(OPENED)
    page.add_init_script(SHIFTS)
    scripted(page, site, tracking=tracking)
    told = hits_of(page, reply)
    page.goto(site.base + path)
    becomes(page, "typeof window.Parley === 'function' && Boolean(window.__root)")
    return page, told


def nth(page: Page, told: list[dict[str, Any]], kind: str, times: int = 1) -> dict[str, Any] | None:
    page.wait_for_timeout(50)
    found = [one for one in told if one["kind"] == kind]
    return found[times - 1] if len(found) >= times else None


def wait_for(
    page: Page, told: list[dict[str, Any]], kind: str, seconds: float = 15
) -> dict[str, Any]:
    """The first hit of a kind."""
    for _ in range(int(seconds * 20)):
        found = nth(page, told, kind)
        if found:
            return found
    pytest.fail(f"no {kind} within {seconds} s: {[one['kind'] for one in told]}")
