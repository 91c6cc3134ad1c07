"""The live list in real browsers: a visitor on the shop appears, is invited, and chats."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.test_chat import panel

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def seen(visitor: Page) -> str:
    """The invitation that the page was told of. Its policy forbids Playwright to poll in it."""
    visitor.wait_for_timeout(200)
    return str(visitor.evaluate("window.asked || ''"))


def test_visitor_appears_is_invited_and_chats(
    desk: Desk, new_page: Callable[..., Page], agent_page: Callable[..., Page]
) -> None:
    agent = agent_page()
    agent.goto(f"{desk.base}/visitors/")
    visitor = new_page()
    visitor.goto(f"{desk.base}/demo/shop/")
    row = agent.locator("#rows tr", has_text="/demo/shop/").first
    expect(row).to_be_visible()
    expect(row.locator("[data-part=since]")).to_have_text("0:05")

    # The bubble lives in a closed shadow root: the page itself tells that it was shown.
    visitor.evaluate("window.Parley('on', 'invited', (told) => { window.asked = told.text; })")
    row.get_by_role("button", name="Invite").click()
    words = agent.get_by_label("Invite to a chat")
    expect(words).to_be_focused()
    words.fill("Shall I <b>help</b> you?")
    words.press("Tab")
    agent.keyboard.press("Enter")
    expect(agent.locator("#one .pills")).to_contain_text("Invited")
    until(lambda: seen(visitor) == "Shall I <b>help</b> you?")

    visitor.evaluate("window.Parley('open')")
    frame = panel(visitor)
    frame.wait_for_selector("#begin, #text", state="visible")
    if frame.is_visible("#begin"):
        frame.click("#begin")
    frame.fill("#text", "Yes please, which size?")
    frame.press("#text", "Enter")
    expect(row.get_by_role("link", name="Open the chat")).to_be_visible()
    row.get_by_role("link", name="Open the chat").click()
    expect(agent.locator(".log")).to_contain_text("Yes please, which size?")
    expect(agent.locator(".ctx")).to_contain_text("Linen duvet set")


def test_list_says_when_it_is_old(desk: Desk, agent_page: Callable[..., Page]) -> None:
    agent = agent_page(viewport={"width": 390, "height": 844})
    agent.goto(f"{desk.base}/visitors/")
    agent.context.set_offline(True)
    expect(agent.locator("#link")).to_contain_text("No network.")
    agent.context.set_offline(False)
    expect(agent.locator("#link")).to_be_hidden()
    wide = agent.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide
