"""Being called, in a real browser: choices that hold, a note on the screen of a hidden tab."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]
# A tab that nobody looks at, and what it would have put on the screen.
HIDDEN = """
Object.defineProperty(document, "hidden", { get: () => window.away === true });
window.notes = [];
window.Notification = class { constructor(words, more) { window.notes.push([words, more.tag]); } };
Object.defineProperty(window.Notification, "permission", { value: "granted" });
"""


def test_choices_hold(agent_page: Callable[..., Page], desk: Desk) -> None:
    page = agent_page("aino@parley.example", at="/inbox/")
    page.locator(".rail .me-button").click()
    page.locator(".rail").get_by_role("link", name="Profile and settings").click()
    box = page.locator("[data-event=answered][data-way=sound]")
    expect(box).to_be_checked()
    with page.expect_response("**/api/v1/alerts/"):
        box.uncheck()
    page.locator("button[data-density=compact]").click()
    page.reload()
    expect(box).not_to_be_checked()
    expect(page.locator("button[data-density=compact]")).to_have_attribute("aria-pressed", "true")
    page.route("**/api/v1/alerts/", lambda route: route.abort())
    box.click()
    expect(page.locator(".you [role=alert]")).to_contain_text("That did not work")
    expect(box).not_to_be_checked()  # as the server has it
    page.unroute("**/api/v1/alerts/")
    with page.expect_response("**/api/v1/alerts/"):
        box.check()
    page.goto(f"{desk.base}/inbox/all/")
    assert page.locator("inbox-list a.row").first.evaluate("row => row.offsetHeight") == 56


def test_what_is_given_to_me_is_shown_while_i_am_elsewhere(
    agent_page: Callable[..., Page], desk: Desk
) -> None:
    page = agent_page("aino@parley.example")
    page.add_init_script(HIDDEN)
    page.goto(f"{desk.base}/inbox/all/")
    me = page.evaluate("JSON.parse(document.getElementById('boot').textContent).agent.id")
    row = desk.pick(lambda one: one["channel"] != "chat" and one["assignee"] is None)
    expect(page.locator("inbox-list a.row").first).to_be_visible()
    page.wait_for_timeout(1000)  # the socket is up
    page.evaluate("window.away = true")
    body = {"agent": me, "force": True, "reason": f"test {uuid.uuid4().hex[:6]}"}
    assert desk.post(f"conversations/{row['id']}/assign/", **body).status_code == 200
    until(lambda: page.evaluate("window.notes.length"))
    assert page.evaluate("window.notes[0][1]") == f"c{row['id']}"
    assert "was given to you" in page.evaluate("window.notes[0][0]")
    assert page.title().startswith("●")
