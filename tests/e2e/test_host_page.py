"""A stranger's page that carries the widget: nothing of it moves, leaks or obeys a stranger."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk
from tests.e2e.sites import (
    KEY,
    OPENED,
    PHONE,
    SHIFTS,
    Site,
    becomes,
    chat,
    panel,
    press,
    say,
    scripted,
    visit,
)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture
def staffed(agent_page: Callable[..., Page]) -> None:
    """An agent is there: without one the panel offers a form instead of a chat."""
    agent_page(at="/inbox/")


@pytest.mark.usefixtures("staffed")
def test_the_page_keeps_its_place_and_its_globals(
    desk: Desk, new_page: Callable[..., Page], site: Site
) -> None:
    page = new_page()
    page.goto(site.base + "/")
    bare = new_page()
    bare.route("**/widget.js", lambda route: route.abort())
    bare.goto(site.base + "/")
    before = set(bare.evaluate("Object.getOwnPropertyNames(window)"))
    becomes(page, "typeof window.Parley === 'function'")
    page.wait_for_timeout(1500)
    own = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    assert own - before == {"Parley"}

    page = visit(new_page, site)
    frame = chat(page)
    say(frame, f"Hello {uuid.uuid4().hex[:8]}")
    page.evaluate("Parley('close')")
    page.wait_for_timeout(1500)
    assert page.evaluate("__shifts.reduce((sum, one) => sum + one, 0)") == 0
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_widgets_settings_dress_the_launcher_without_a_shift(
    new_page: Callable[..., Page], site: Site
) -> None:
    page = new_page()
    page.add_init_script(OPENED)
    page.add_init_script(SHIFTS)
    look: dict[str, Any] = {
        "label": "Ask our weavers anything",
        "color": "#553388",
        "position": "start",
    }
    look |= {"theme": "dark", "hide": False}

    scripted(page, site, look=look, tracking="off")
    page.goto(site.base + "/")
    becomes(page, "window.__root && __root.querySelector('.go b').textContent.startsWith('Ask')")
    box = page.evaluate(
        "JSON.parse(JSON.stringify(__root.querySelector('.go').getBoundingClientRect()))"
    )
    assert box["left"] == 20
    color = page.evaluate("getComputedStyle(__root.querySelector('.go')).backgroundColor")
    assert color == "rgb(85, 51, 136)"
    page.wait_for_timeout(500)
    assert page.evaluate("__shifts.reduce((sum, one) => sum + one, 0)") == 0
    site.attributes = 'data-label="Mine" data-color="#224400" data-hide-on-phones'
    phone = new_page(**PHONE)
    phone.add_init_script(OPENED)
    scripted(phone, site, look=look, tracking="off")
    phone.goto(site.base + "/")
    becomes(phone, "window.__root && __root.querySelector('.go')")
    phone.wait_for_timeout(1000)
    assert phone.evaluate("__root.querySelector('.go b').textContent") == "Mine"
    assert phone.evaluate("__root.querySelector('.go').getClientRects().length") == 0
    phone.evaluate("Parley('open')")
    panel(phone).wait_for_selector("#begin", state="visible")


@pytest.mark.usefixtures("staffed")
def test_hostile_windows_and_frames_command_nothing(
    new_page: Callable[..., Page], site: Site
) -> None:
    page = visit(new_page, site)
    frame = chat(page)
    page.evaluate("Parley('close')")
    before = page.title()
    words = ["ready", "close", "talking", "unread", "alert", "quiet", "__proto__", "constructor"]
    page.evaluate(
        """(words) => {
          for (const parley of words) {
            const news = { parley, count: 7, name: "x", on: true, text: "hacked",
                           last: { name: "<b>x</b>", initials: "x", text: "y" } };
            window.postMessage(news, "*");
            const child = document.createElement("iframe");
            child.src = "/child";
            document.body.append(child);
            child.onload = () => { dispatchEvent(new MessageEvent("message", { data: news,
              source: child.contentWindow, origin: location.origin })); };
          }
        }""",
        words,
    )
    stranger = next((one for one in page.frames if "/child" in one.url), None)
    if stranger:
        stranger.evaluate("parent.postMessage({ parley: 'unread', count: 9 }, '*')")
    page.wait_for_timeout(1000)
    assert page.evaluate("__root.querySelector('.badge').hidden")
    assert page.evaluate("__root.querySelector('.peek')") is None
    assert page.title() == before
    # And the other way: the page around may not be anybody but who the frame was told of.
    frame.evaluate(
        """() => {
          const event = { data: { parley: "open", open: true, person: { name: "Mallory" } } };
          for (const origin of ["null", "https://evil.example", location.origin])
            dispatchEvent(new MessageEvent("message", { ...event, origin, source: parent }));
          dispatchEvent(new MessageEvent("message", { ...event, origin: "*", source: window }));
        }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("__root.querySelector('iframe').className") == "shut"


def test_a_page_that_lies_about_itself_hears_nothing(
    new_page: Callable[..., Page], site: Site
) -> None:
    """The frame speaks to the origin it was told of, and hears nobody else."""
    page = visit(new_page, site)
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.evaluate(
        """(source) => {
          window.heard = [];
          addEventListener("message", ({ data }) => heard.push(data));
          const frame = document.createElement("iframe");
          frame.src = source;
          frame.onload = () => frame.contentWindow.postMessage({ parley: "open", open: true }, "*");
          document.body.append(frame);
        }""",
        f"{site.desk}/chat/{KEY}/?host=https://bank.example",
    )
    panel(page).wait_for_selector("#greeting", state="attached")
    page.wait_for_timeout(1500)
    assert page.evaluate("heard") == []
    assert sockets == []


def test_the_title_flashes_while_nobody_looks_and_comes_back(
    new_page: Callable[..., Page], site: Site
) -> None:
    page = visit(new_page, site)
    press(page, ".go")
    frame = panel(page)
    frame.wait_for_selector("#begin", state="visible")
    page.evaluate("window.__away = false")
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { get: () => __away, configurable: true })"
    )
    page.evaluate("window.__away = true")
    frame.evaluate("parent.postMessage({ parley: 'alert', text: 'Marta writes' }, '*')")
    becomes(page, "document.title === 'Marta writes'")
    page.evaluate("document.title = 'Another page'")
    page.wait_for_timeout(2500)
    page.evaluate("window.__away = false")
    becomes(page, "document.title === 'Another page'")
    page.wait_for_timeout(2500)
    assert page.title() == "Another page"


def test_unknown_and_early_calls_wait_and_events_are_told(
    new_page: Callable[..., Page], site: Site
) -> None:
    page = new_page()
    page.add_init_script(
        """window.Parley = function () { (Parley.q = Parley.q || []).push(arguments); };
           window.told = [];
           for (const name of ["ready", "open", "close"])
             Parley("on", name, () => told.push(name));
           Parley("no such thing", 1); Parley("__proto__", 1); Parley("open");"""
    )
    page.goto(site.base + "/")
    becomes(page, "told.includes('open')")
    page.evaluate("Parley('close')")
    becomes(page, "told.includes('close')")
    assert page.evaluate("told") == ["ready", "open", "close"]


@pytest.mark.usefixtures("staffed")
def test_a_window_of_its_own_shows_the_same_conversation(
    desk: Desk, new_page: Callable[..., Page], site: Site
) -> None:
    page = visit(new_page, site)
    frame = chat(page)
    question = f"Same chat? {uuid.uuid4().hex[:8]}"
    say(frame, question)
    conversation = desk.conversation_with(question)
    frame.click("#menu")
    with page.expect_popup() as opening:
        frame.get_by_role("button", name="Open in a window").click()
    window = opening.value
    expect(window.locator("#rows").get_by_text(question)).to_have_count(1)
    assert "hand=" not in window.url
    assert urlsplit(window.url).path == f"/c/{KEY}"
    answer = f"Yes, the same. {uuid.uuid4().hex[:8]}"
    desk.post(f"conversations/{conversation['id']}/messages/", body=answer)
    expect(window.locator("#rows").get_by_text(answer)).to_have_count(1)
    window.reload()
    expect(window.locator("#rows").get_by_text(answer)).to_have_count(1)
    window.fill("#text", "Written in the window")
    window.press("#text", "Enter")
    press(page, ".go")
    expect(frame.locator("#rows").get_by_text("Written in the window")).to_have_count(1)
    expect(frame.locator("#rows").get_by_text(answer)).to_have_count(1)


@pytest.mark.usefixtures("staffed")
def test_the_chat_needs_no_website(desk: Desk, new_page: Callable[..., Page]) -> None:
    for options in ({}, PHONE, {"locale": "he-IL"}):
        page = new_page(**options)
        page.goto(f"{desk.base}/c/{KEY}")
        page.click("#begin")
        text = f"By a link {uuid.uuid4().hex[:8]}"
        page.fill("#text", text)
        page.press("#text", "Enter")
        expect(page.locator("#rows").get_by_text(text)).to_have_count(1)
        page.reload()
        expect(page.locator("#rows").get_by_text(text)).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
