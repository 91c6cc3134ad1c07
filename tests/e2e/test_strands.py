"""A merged conversation in the thread where it is read: found, typed in, and taken back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.test_chat import say, start_chat
from tests.e2e.test_mail import letter, send

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
MARTA = "marta@parley.example"


def written(desk: Desk, words: str) -> int:
    """A fresh mail with these words."""
    send(desk, letter(f"About {words}", f"It is about {words}."))
    pk: int = desk.conversation_with(words)["id"]
    return pk


def merge(desk: Desk, source: int, into: int) -> None:
    assert desk.post(f"conversations/{source}/merge/", into=into).status_code == 200


def test_found_in_the_strand_shown_in_the_target(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    needle = f"needle{uuid.uuid4().hex[:8]}"
    source, target = written(desk, needle), written(desk, uuid.uuid4().hex[:12])
    merge(desk, source, target)
    path = f"conversations/{target}/messages/"
    for number in range(80):
        assert desk.post(path, body=f"Hay {number}", internal=True).status_code == 201
    page = agent_page(MARTA, at="/inbox/")
    page.locator("search-box input").fill(needle)
    page.locator("inbox-list a.row mark").first.click()
    expect(page).to_have_url(re.compile(rf"/inbox/c/{target}/#m\d+\.{source}$"))
    expect(page.locator("message-log :focus")).to_contain_text(needle)
    expect(page.locator("message-log").get_by_text(needle).first).to_be_in_viewport()
    page.reload()
    expect(page.locator("message-log").get_by_text(needle).first).to_be_in_viewport()


def test_an_answer_to_the_strand_is_taken_back(desk: Desk, agent_page: Callable[..., Page]) -> None:
    target, source = written(desk, uuid.uuid4().hex[:12]), written(desk, uuid.uuid4().hex[:12])
    merge(desk, source, target)
    page = agent_page(MARTA)
    page.goto(f"{desk.base}/inbox/c/{target}/")
    expect(page.locator("message-log article")).to_have_count(2)
    text = page.locator("composer-box textarea[data-part=text]")
    text.fill("Not yet")
    text.press("Control+Enter")
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_text("Taken back before it was sent").last).to_be_visible()
    expect(text).to_have_value("Not yet")
    row = desk.get(f"conversations/{target}/")["row"]
    assert row["waiting_since"], "nobody has answered"
    text.fill("")


def test_nobody_types_into_a_strand_of_an_inbox_that_is_not_theirs(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    """The thread shows it, the composer stays with whom one may answer and says why."""
    target, source = written(desk, uuid.uuid4().hex[:12]), written(desk, uuid.uuid4().hex[:12])
    merge(desk, source, target)
    page = agent_page(MARTA)
    detail = desk.get(f"conversations/{target}/")
    detail["strands"][0]["answerable"] = False
    detail["strands"][0]["inbox"]["name"] = "Wholesale"
    detail["answer_in"] = target
    page.route(f"**/api/**/conversations/{target}/", lambda route: route.fulfill(json=detail))
    page.goto(f"{desk.base}/inbox/all/")
    page.locator(f"inbox-list a.row[data-id='{target}']").click()
    expect(page.locator("way-bar")).to_contain_text("only colleagues who work there")
    page.locator("composer-box [data-part=viabutton]").click()
    menu = page.locator("[data-menu=via] .menu")
    expect(menu.locator(".opt", has_text=f"#{source}")).to_be_disabled()
    expect(menu.locator(".opt", has_text=f"#{target}")).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Escape")
    text = page.locator("composer-box textarea.text")
    text.fill("For who may be answered")
    with page.expect_request(f"**/conversations/{target}/messages/") as sent:
        text.press("Control+Enter")
    assert sent.value.method == "POST"


def test_typing_in_the_strand_is_seen_in_the_target(
    desk: Desk, agent_page: Callable[..., Page], new_page: Callable[..., Page]
) -> None:
    panel = start_chat(desk, new_page())
    question = f"Is it soft? {uuid.uuid4().hex[:10]}"
    say(panel, question)
    source = desk.conversation_with(question)["id"]
    solved = {"state": "resolved", "reason": "solved"}
    desk.post(f"conversations/{source}/state/", **solved)
    until(lambda: desk.get(f"conversations/{source}/")["row"]["state"] == "resolved")
    target = written(desk, uuid.uuid4().hex[:12])
    merge(desk, source, target)
    page = agent_page(MARTA)
    page.goto(f"{desk.base}/inbox/c/{target}/")
    expect(page.locator("message-log")).to_contain_text(question)
    field = panel.locator("#text")
    dots = page.locator("message-log .who-typing")

    def typed() -> bool:
        field.press_sequentially("One more ")
        return dots.count() > 0

    until(typed, 30)
    expect(dots).to_contain_text("is typing")
