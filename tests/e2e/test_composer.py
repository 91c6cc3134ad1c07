"""The composer in a real browser: modes, drafts in two tabs, undo, later, a lost session."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import PASSWORD, Desk, until
from tests.e2e.test_mail import letter as mail
from tests.e2e.test_mail import send

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
WHO = "jonas@parley.example"
Agents = Callable[..., Page]


@pytest.fixture
def context(agent_page: Agents) -> BrowserContext:
    return agent_page(WHO).context


@pytest.fixture
def letter(desk: Desk) -> dict[str, Any]:
    """An open e-mail conversation that stands in the agent's own list."""
    mark = uuid.uuid4().hex[:12]
    send(desk, mail(f"A question {mark}", f"Please look at this. {mark}"))
    row = desk.conversation_with(mark)
    jonas = desk.agent(WHO).get(f"{desk.base}/api/v1/me/", timeout=10).json()["agent"]["id"]
    facts = {"agent": jonas, "force": True, "reason": "his test"}
    assert desk.post(f"conversations/{row['id']}/assign/", **facts).ok
    return dict(desk.get(f"conversations/{row['id']}/")["row"])


def opened(context: BrowserContext, desk: Desk, row: dict[str, Any]) -> Page:
    page = context.new_page()
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    expect(page.locator("composer-box .text")).to_be_visible()
    return page


def write(page: Page, words: str, mode: str = "reply") -> None:
    page.locator(f"composer-box [data-mode={mode}]").click()
    page.locator("composer-box .text").fill(words)


def words(page: Page) -> str:
    return page.locator("composer-box .text").input_value()


def test_three_modes_that_nobody_mistakes(
    context: BrowserContext, desk: Desk, letter: dict[str, Any]
) -> None:
    page = opened(context, desk, letter)
    send, grounds = page.locator("composer-box [data-do=send]"), set()
    for mode, word in (("reply", "Send"), ("note", "Add note"), ("ask", "Ask")):
        page.locator(f"composer-box [data-mode={mode}]").click()
        expect(send).to_have_text(word)
        style = "e => getComputedStyle(e).backgroundColor"
        grounds.add(page.locator("composer-box").evaluate(style))
    assert len(grounds) == 3
    page.locator("composer-box .via").click()
    page.get_by_role("menuitemcheckbox", name="Marta Nowak").click()
    expect(send).to_have_text(re.compile(r"Ask \W*Marta"))
    page.keyboard.press("Escape")
    page.locator("composer-box .text").click()
    page.keyboard.type("What does @pet")
    page.keyboard.press("Enter")
    assert words(page) == "What does @Petra Kranjc "
    with page.expect_request("**/messages/") as sent:
        page.keyboard.press("Control+Enter")
    body: Any = sent.value.post_data_json
    assert (body["internal"], body["paper"], len(body["to"])) == (True, "ask", 1)
    assert len(body["mentions"]) == 1


def test_a_draft_is_in_every_tab_and_outlives_it(
    context: BrowserContext, desk: Desk, letter: dict[str, Any], agent_page: Agents
) -> None:
    first, second = opened(context, desk, letter), opened(context, desk, letter)
    write(first, "Dear Tom")
    expect(first.locator("composer-box .saved")).to_be_visible()
    until(lambda: words(second) == "Dear Tom")
    elsewhere = agent_page(WHO).context  # another device: nothing is stored there
    third = opened(elsewhere, desk, letter)
    assert words(third) == "Dear Tom"
    assert letter["id"] in json.loads(third.locator("#boot").text_content() or "")["drafts"]
    # Both write at once: each keeps its own words and is told of the other's.
    context.set_offline(True)
    first.locator("composer-box .text").fill("Dear Tom, mine")
    write(third, "Dear Tom, theirs")
    expect(third.locator("composer-box .saved")).to_be_visible()
    context.set_offline(False)
    first.locator("composer-box .text").press("End")
    first.keyboard.type("!")
    expect(first.locator("[data-part=theirs]")).to_be_visible(timeout=20_000)
    assert words(first) == "Dear Tom, mine!"
    first.locator("[data-do=use-theirs]").click()
    assert words(first) == "Dear Tom, theirs"
    write(first, "")


def test_an_answer_is_taken_back(
    context: BrowserContext, desk: Desk, letter: dict[str, Any]
) -> None:
    page = opened(context, desk, letter)
    write(page, "Not yet")
    page.locator("composer-box .text").press("Control+Enter")
    expect(page.get_by_text("Sending in").first).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_text("Taken back before it was sent").last).to_be_visible()
    until(lambda: words(page) == "Not yet")
    expect(page.locator("inbox-list a.row[aria-current=true] .tag.draft")).to_be_visible()
    write(page, "")


def test_a_reply_for_later_waits_at_the_end(
    context: BrowserContext, desk: Desk, letter: dict[str, Any]
) -> None:
    page = opened(context, desk, letter)
    write(page, "Good morning")
    page.locator("composer-box [data-menu=send] > button").click()
    page.get_by_role("menuitem", name="Tomorrow").click()
    bubble = page.locator("message-log .msg.later", has_text="Good morning")
    expect(bubble).to_contain_text("Will be sent")
    page.reload()
    bubble.get_by_role("button", name="Edit").click()
    until(lambda: words(page) == "Good morning")
    expect(bubble).to_have_count(0)
    write(page, "")


def test_a_lost_session_loses_no_words(
    context: BrowserContext, desk: Desk, letter: dict[str, Any]
) -> None:
    page = opened(context, desk, letter)
    context.clear_cookies()
    write(page, "In the middle of a sen")
    bar = page.locator("composer-box sign-in-bar")
    expect(bar).to_be_visible(timeout=20_000)
    assert words(page) == "In the middle of a sen"
    with context.expect_page() as opening:
        bar.get_by_role("link", name="Sign in").click()
    login = opening.value
    login.fill("[name=username]", WHO)
    login.fill("[name=password]", PASSWORD)
    login.press("[name=password]", "Enter")
    login.wait_for_url("**/inbox/**")
    expect(bar).to_be_hidden(timeout=20_000)
    until(lambda: words(page) == "In the middle of a sen")
    expect(page.locator("composer-box .saved")).to_be_visible(timeout=20_000)
    write(page, "")
