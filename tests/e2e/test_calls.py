"""Phone calls as agents see them: a telephone system is connected, and calls come."""

from __future__ import annotations

import json
import os
import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from channels_sms.stamps import signature
from tests.e2e.conftest import Desk, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
SECRET = "wire & word"  # of the telephone system that this test plays
SHOTS = os.environ.get("PARLEY_SHOTS", "")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def connect(desk: Desk, page: Page) -> str:
    """A telephone system, connected on the screens; the address that it calls."""
    number = f"+38640{uuid.uuid4().int % 900000 + 100000}"
    page.goto(f"{desk.base}/settings/phone/new/")
    page.select_option("[name=provider]", "cti")
    page.fill("[name=address]", number)
    page.fill("[name=name]", f"Calls {number[-4:]}")
    for box in page.locator("[name=teams]").all():
        box.check()
    shot(page, "setup-new")
    page.locator(".ends .primary").click()
    page.fill("[name=webhook_secret]", SECRET)
    hook = page.locator("input[readonly]").first.input_value()
    page.locator("#connection ~ form .primary").click()
    expect(page.locator(".mailbox .banner.good")).to_be_visible()
    assert SECRET not in page.content()
    shot(page, "setup")
    return f"{desk.base}/hooks/{hook.partition('/hooks/')[2]}"


def tell(hook: str, **facts: object) -> None:
    body, now = json.dumps(facts).encode(), str(int(time.time()))
    headers = {"X-Timestamp": now, "X-Signature": signature(SECRET, now, body)}
    answer = requests.post(hook, data=body, headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text


def test_calls_in_the_thread(desk: Desk, agent_page: Callable[..., Page]) -> None:
    hook = connect(desk, agent_page("admin@parley.example"))
    caller = f"+48600{uuid.uuid4().int % 900000 + 100000}"
    facts = {"direction": "in", "customer": caller}
    tell(hook, call_id="a", state="no_answer", sequence=1, **facts)
    row = desk.conversation_with(caller)
    tell(
        hook,
        call_id="b",
        state="completed",
        sequence=2,
        seconds=95,
        hold_seconds=12,
        agent="marta@parley.example",
        disposition="<b>Refund</b>",
        notes="She wants the money back.",
        recording_url="https://pbx.example/r/1",
        recording_notice=True,
        **facts,
    )
    until(lambda: len(desk.get(f"conversations/{row['id']}/")["messages"]) == 2, 60)

    page = agent_page("marta@parley.example")
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    cards = page.locator(".callcard")
    expect(cards).to_have_count(2)
    expect(cards.first).to_have_class(re.compile("missed"))
    expect(cards.last).to_contain_text("1:35")
    expect(cards.last).to_contain_text("<b>Refund</b>")
    expect(cards.last.locator("a")).to_have_attribute("href", "https://pbx.example/r/1")
    expect(page.locator("returned-bar")).to_be_visible()
    shot(page, "light")
    page.locator("thread-view").locator("[data-do=call]:visible").first.click()
    page.fill("call-form [name=minutes]", "2")
    page.fill("call-form [name=notes]", "Called back")
    shot(page, "form")
    page.locator("call-form .primary").click()
    expect(cards).to_have_count(3)
    expect(cards.last).to_contain_text("2:00")
    for name, email, options in (
        ("dark", "marta@parley.example", {"color_scheme": "dark"}),
        ("phone", "marta@parley.example", {"viewport": {"width": 390, "height": 844}}),
        ("hebrew", "noam@parley.example", {}),
    ):
        if not SHOTS:
            break
        other = agent_page(email, **options)
        other.goto(f"{desk.base}/inbox/c/{row['id']}/")
        expect(other.locator(".callcard")).to_have_count(3)
        shot(other, name)
