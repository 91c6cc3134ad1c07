"""Eight hours without a mouse: three chats at once and two mails, by keys alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.test_mail import letter, send
from tests.e2e.test_routing import MARTA, ask, nobody_there, online  # noqa: F401  fixtures

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def write(page: Page, words: str, key: str) -> None:
    """`r` leads into the answer; whoever is there already types on."""
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.locator("composer-box textarea.text")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press(key)


def switch(page: Page, question: str) -> None:
    """`Alt+1` to `Alt+9` until the chat with this question is before us."""
    shown = page.locator("message-log > .talk:not(.away)")
    mine = shown.get_by_text(question)
    for place in range(1, 10):
        page.keyboard.press(f"Alt+{place}")
        expect(page.locator(".livebar a.live[aria-current]")).to_have_count(1)
        if until(lambda: shown.locator("article").count()) and mine.count():
            return
    pytest.fail("no key leads to the chat")


def walk_to(page: Page, mark: str) -> None:
    """`j` until the row under the keys is the one."""
    expect(page.locator("inbox-list a.row", has_text=mark)).to_be_visible()
    for _ in range(60):
        page.keyboard.press("j")
        if mark in (page.locator("inbox-list a.row:focus").inner_text() or ""):
            return
    pytest.fail("j does not reach the row")


def answered(desk: Desk, row: dict[str, Any]) -> list[str]:
    shown = desk.get(f"conversations/{row['id']}/")["messages"]
    return [one["body"] for one in shown if one["direction"] == "out" and not one["internal"]]


def test_three_chats_and_two_mails_without_a_mouse(
    desk: Desk,
    new_page: Callable[..., Page],
    online: Callable[[str], Page],  # noqa: F811
) -> None:
    marta = online(MARTA)
    chats: list[tuple[Frame, str]] = []
    for words in ("Is it in stock?", "Can I pay later?", "Do you ship to Malta?"):
        frame, question = ask(desk, new_page(), words)
        expect(marta.locator(".livebar .live.offer")).to_be_visible()
        marta.keyboard.press("Alt+a")
        expect(marta.locator("message-log").get_by_text(question)).to_have_count(1)
        chats.append((frame, question))
    for round_ in ("First", "Second"):
        for frame, question in chats:
            switch(marta, question)
            reply = f"{round_} answer {uuid.uuid4().hex[:6]}"
            write(marta, reply, "Enter")
            expect(frame.locator("#rows").get_by_text(reply)).to_have_count(1)
            for other, _question in chats:
                if other is not frame:
                    expect(other.locator("#rows").get_by_text(reply)).to_have_count(0)
    mails = []
    for subject in ("Invoice", "Returns"):
        mark = uuid.uuid4().hex[:12]
        send(desk, letter(f"{subject} {mark}", f"Please look at this. {mark}"))
        mails.append((mark, desk.conversation_with(mark)))
    (first, invoice), (second, returns) = mails
    marta.keyboard.press("Escape")
    marta.keyboard.press("g")
    marta.keyboard.press("u")
    walk_to(marta, first)
    marta.keyboard.press("Enter")
    expect(marta.locator("message-log").get_by_text(first).first).to_be_visible()
    write(marta, "The invoice is attached to your order.", "Control+Enter")
    marta.keyboard.press("Escape")
    marta.keyboard.press("f")
    marta.keyboard.type(second)
    expect(marta.locator("inbox-list a.row mark").first).to_be_visible()
    marta.keyboard.press("ArrowDown")
    marta.keyboard.press("Enter")
    expect(marta.locator("message-log").get_by_text(second).first).to_be_visible()
    write(marta, "Send it back within 30 days.", "Control+Enter")
    until(lambda: answered(desk, invoice) == ["The invoice is attached to your order."])
    until(lambda: answered(desk, returns) == ["Send it back within 30 days."])
    marta.keyboard.press("Escape")
    marta.keyboard.press("e")
    expect(marta.get_by_role("menu")).to_be_visible()
    marta.keyboard.press("ArrowDown")
    marta.keyboard.press("Enter")
    until(lambda: desk.get(f"conversations/{returns['id']}/")["row"]["state"] == "resolved")


def test_a_key_right_behind_a_dialog_acts(desk: Desk, agent_page: Callable[..., Page]) -> None:
    page = agent_page()
    row = desk.pick(lambda one: one["channel"] == "email")
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    expect(page.locator("message-log article").first).to_be_visible()
    page.keyboard.press("m")
    expect(page.locator("macro-picker input")).to_be_focused()
    # In one breath: until the next frame, the field that is gone still has the focus.
    page.evaluate(
        """() => {
            document.querySelector("macro-picker dialog").close();
            const key = { key: "e", code: "KeyE", bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", key));
        }"""
    )
    expect(page.locator("thread-view [data-menu=resolve] .menu")).to_be_visible()
