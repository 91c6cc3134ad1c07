"""The main job in a real browser: a visitor asks on the shop page, an agent answers, nobody
loses or doubles a word, also after both reload."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.e2e.conftest import Desk, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def open_widget(page: Page) -> Frame:
    """Click the launcher in the corner of the shop and start a chat."""
    size = page.viewport_size
    assert size
    page.wait_for_function("typeof window.Parley === 'function'")
    page.mouse.click(size["width"] - 60, size["height"] - 46)
    frame = panel(page)
    frame.wait_for_selector("#begin, #text", state="visible")
    return frame


def panel(page: Page) -> Frame:
    """The widget's frame; Playwright learns of frames only while it runs its own loop."""
    for _ in range(150):
        found = next((one for one in page.frames if "/chat/" in one.url), None)
        if found:
            return found
        page.wait_for_timeout(100)
    pytest.fail("the panel did not open")


def start_chat(desk: Desk, page: Page) -> Frame:
    page.goto(f"{desk.base}/demo/shop/")
    frame = open_widget(page)
    frame.click("#begin")
    frame.wait_for_selector("#text", state="visible")
    return frame


def say(frame: Frame, text: str) -> None:
    frame.fill("#text", text)
    frame.press("#text", "Enter")


def send(agent: Page) -> None:
    """A template's file may still be on its way: who is told so presses again."""
    box = agent.locator("composer-box [data-part=text]")

    def gone() -> bool:
        if box.input_value():
            agent.keyboard.press("Enter")
        return not box.input_value()

    until(gone)


def test_visitor_is_answered_with_a_template(
    desk: Desk, new_page: Callable[..., Page], agent_page: Callable[..., Page]
) -> None:
    agent = agent_page()
    agent.goto(f"{desk.base}/inbox/all/")
    visitor = new_page()
    frame = start_chat(desk, visitor)
    question = f"Do you have it in sage? {uuid.uuid4().hex[:8]}"
    say(frame, question)
    expect(frame.locator("#rows").get_by_text(question)).to_have_count(1)

    row = agent.locator("inbox-list .row", has_text=question)
    expect(row.first).to_be_visible()
    row.first.click()
    log = agent.locator("message-log")
    expect(log.get_by_text(question)).to_have_count(1)

    frame.focus("#text")
    frame.page.keyboard.type("one mo")
    expect(log.locator(".who-typing")).to_be_visible()

    box = agent.locator("composer-box [data-part=text]")
    box.focus()
    agent.keyboard.type("Let me look")
    expect(frame.locator("#typing")).to_be_visible()
    box.fill("")
    agent.keyboard.type("/")
    option = agent.locator("template-picker [role=option]").first
    expect(option).to_be_visible()
    agent.keyboard.press("Enter")
    expect(box).not_to_have_value("/")
    greeting = f"Good day, sage is back on Friday. {uuid.uuid4().hex[:8]}"
    box.fill(greeting)
    send(agent)
    expect(frame.locator("#rows").get_by_text(greeting)).to_have_count(1)
    expect(log.get_by_text(greeting)).to_have_count(1)

    visitor.reload()
    agent.reload()
    frame = panel(visitor)
    for text in (question, greeting):
        expect(frame.locator("#rows").get_by_text(text)).to_have_count(1)
        expect(agent.locator("message-log").get_by_text(text)).to_have_count(1)


def test_template_text_reaches_the_customer(
    desk: Desk, new_page: Callable[..., Page], agent_page: Callable[..., Page]
) -> None:
    agent = agent_page(at="/inbox/")
    frame = start_chat(desk, new_page())
    question = f"Hello {uuid.uuid4().hex[:8]}"
    say(frame, question)
    row = desk.conversation_with(question)
    agent.goto(f"{desk.base}/inbox/c/{row['id']}/")
    agent.locator("composer-box [data-part=text]").focus()
    agent.keyboard.type("/")
    expect(agent.locator("template-picker [role=option]").first).to_be_visible()
    agent.keyboard.press("Enter")
    box = agent.locator("composer-box [data-part=text]")
    expect(box).not_to_have_value("/")
    text = box.input_value()
    for gap in ("[[customer.first_name]]", "[[customer.name]]"):
        text = text.replace(gap, "Ann")
    box.fill(text)
    send(agent)
    first_line = text.strip().splitlines()[0]
    expect(agent.locator("message-log")).to_contain_text(first_line)
    expect(frame.locator("#rows")).to_contain_text(first_line)


def test_a_note_never_reaches_the_visitor(desk: Desk, new_page: Callable[..., Page]) -> None:
    visitor = new_page()
    received: list[str] = []
    visitor.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda data: received.append(str(data))),
    )
    frame = start_chat(desk, visitor)
    question = f"Hello {uuid.uuid4().hex[:8]}"
    say(frame, question)
    row = desk.conversation_with(question)
    secret = f"secret-{uuid.uuid4().hex}"
    path = f"conversations/{row['id']}/messages/"
    assert desk.post(path, body=secret, internal=True).status_code == 201
    answer = f"Good day {uuid.uuid4().hex[:8]}"
    assert desk.post(path, body=answer).status_code == 201
    expect(frame.locator("#rows").get_by_text(answer)).to_have_count(1)
    assert received
    assert not any(secret in one for one in received)


def test_a_text_written_offline_arrives_once(desk: Desk, new_page: Callable[..., Page]) -> None:
    visitor = new_page()
    frame = start_chat(desk, visitor)
    first = f"First {uuid.uuid4().hex[:8]}"
    say(frame, first)
    row = desk.conversation_with(first)
    visitor.context.set_offline(True)
    late = f"Late {uuid.uuid4().hex[:8]}"
    say(frame, late)
    expect(frame.locator("#rows").get_by_text(late)).to_have_count(1)
    visitor.context.set_offline(False)

    def stored() -> int:
        messages = desk.get(f"conversations/{row['id']}/")["messages"]
        return sum(one["body"] == late for one in messages)

    until(lambda: stored() == 1, 45)
    expect(frame.locator("#rows").get_by_text(late)).to_have_count(1)
