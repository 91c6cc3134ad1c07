"""A provider says that a customer wants no texts: the agent sees it at once, and a way out."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
OPTED_OUT = 21610


def write(desk: Desk, text: str) -> None:
    """Write a text as Noa, on the sandbox's own address."""
    answer = desk.agent().post(
        f"{desk.base}/demo/sandbox/send/",
        data={"as": "noa", "device": "sms", "text": text},
        timeout=10,
    )
    assert answer.status_code == 201, answer.text


def test_a_refusal_is_heard_without_a_reload_and_leaves_a_way(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    mark = uuid.uuid4().hex[:12]
    write(desk, f"START {mark}")
    row = desk.conversation_with(mark)
    page = agent_page(at=f"/inbox/c/{row['id']}/")
    words = page.locator("composer-box textarea.text")
    expect(words).to_be_visible()
    desk.fake("twilio").fault("error", code=OPTED_OUT)
    try:
        words.fill(f"first {mark}")
        words.press("Enter")
        bar = page.locator("composer-box returned-bar")
        expect(bar).to_contain_text("wants no more texts", timeout=30_000)
        words.fill(f"second {mark}")
        words.press("Enter")
        refused = page.locator("message-log .msg.failed", has_text=f"second {mark}")
        refused.get_by_role("button", name="Use it in the reply").click(timeout=30_000)
        expect(words).to_have_value(f"second {mark}")
        words.fill("")
    finally:
        desk.fake("twilio").reset()
        write(desk, "START")
