"""Mails as they were written: folded, safe, fetching nothing unasked; and files of drafts."""

from __future__ import annotations

import hashlib
import smtplib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e import mails
from tests.e2e.conftest import Desk, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
MAILS = {
    "newsletter": mails.newsletter,
    "outlook": mails.outlook,
    "hebrew": mails.hebrew,
    "pictures": mails.pictures,
    "phishing": mails.phishing,
}


def deliver(desk: Desk, mail: EmailMessage, mark: str) -> int:
    """Send it in by SMTP; the conversation it made."""
    with smtplib.SMTP("127.0.0.1", desk.ports["SMTP_PORT"], timeout=10) as server:
        server.send_message(mail, "somebody@mail.example", [mails.HELP])
    pk: int = until(lambda: _found(desk, mark), 60)["id"]
    return pk


def _found(desk: Desk, mark: str) -> dict[str, Any] | None:
    rows: list[dict[str, Any]] = desk.get("conversations/", view="all")["results"]
    return next((row for row in rows if mark in row["subject"]), None)


def opened(page: Page, desk: Desk, pk: int) -> FrameLocator:
    page.goto(f"{desk.base}/inbox/c/{pk}/")
    page.get_by_role("button", name="Show original").click()
    frame = page.frame_locator("iframe.original")
    expect(frame.locator("body")).to_be_visible()
    return frame


@pytest.fixture
def mail(desk: Desk) -> Callable[[str], int]:
    def make(name: str) -> int:
        mark = uuid.uuid4().hex[:8]
        return deliver(desk, MAILS[name](mark), mark)

    return make


def test_pictures_from_elsewhere_come_when_asked_for_and_through_us(
    desk: Desk, mail: Callable[[str], int], agent_page: Callable[..., Page]
) -> None:
    page = agent_page()
    outside: list[str] = []
    page.context.on(
        "request", lambda one: outside.append(one.url) if desk.base not in one.url else None
    )
    pk = mail("newsletter")
    address = f"{mails.SHOP}/item.png"
    desk.write(
        "INSERT INTO helpdesk_fetchedpicture VALUES (%s, 'image/png', %s, %s)"
        " ON CONFLICT (key) DO UPDATE SET fetched_at = excluded.fetched_at",
        hashlib.sha256(address.encode()).hexdigest(),
        mails.png(276, 150, 150, 170, 140),
        datetime.now(UTC),
    )
    frame = opened(page, desk, pk)
    expect(frame.locator("img")).to_have_count(0)
    expect(frame.locator(".nopic")).to_have_count(3)
    expect(frame.get_by_text("Only until Sunday")).to_be_hidden()
    expect(page.locator(".picbar")).to_contain_text("1 picture from")
    expect(page.locator(".picbar")).to_contain_text("img.linen-news.example")
    expect(frame.locator(".host")).to_have_text(["click.tracker.example"])
    page.get_by_role("button", name="Show the pictures of this mail").click()
    expect(frame.locator("img")).to_have_count(3)
    until(lambda: frame.locator("img").first.evaluate("one => one.naturalWidth") == 276)
    page.get_by_role("button", name="Always for this sender").click()
    expect(page.locator(".picbar")).to_contain_text("always shown")
    frame = opened(page, desk, pk)
    expect(frame.locator("img")).to_have_count(3)
    page.get_by_role("button", name="Ask again").click()
    expect(frame.locator("img")).to_have_count(0)
    assert outside == []


def test_an_old_message_is_folded_and_opens_without_a_script(
    desk: Desk, mail: Callable[[str], int], agent_page: Callable[..., Page]
) -> None:
    frame = opened(agent_page(), desk, mail("outlook"))
    expect(frame.get_by_text("Both chairs are broken, see below.")).to_be_visible()
    expect(frame.get_by_text("Which of the chairs")).to_be_hidden()
    frame.get_by_text("Show quoted text").click()
    expect(frame.get_by_text("Which of the chairs")).to_be_visible()
    expect(frame.get_by_text("The chair is broken.")).to_be_visible()
    frame.get_by_text("Hide quoted text").click()
    expect(frame.get_by_text("Which of the chairs")).to_be_hidden()


def test_hebrew_is_read_from_the_right(
    desk: Desk, mail: Callable[[str], int], agent_page: Callable[..., Page]
) -> None:
    frame = opened(agent_page(), desk, mail("hebrew"))
    assert frame.locator("body").evaluate("one => getComputedStyle(one).direction") == "rtl"
    expect(frame.get_by_text("ציפית")).to_be_visible()
    expect(frame.get_by_text("Your parcel has left")).to_be_hidden()
    expect(frame.get_by_text("054-555-0101")).to_be_hidden()
    frame.get_by_text("Show signature").click()
    expect(frame.get_by_text("054-555-0101")).to_be_visible()


def test_a_mails_own_pictures_are_simply_there(
    desk: Desk, mail: Callable[[str], int], agent_page: Callable[..., Page]
) -> None:
    page = agent_page()
    frame = opened(page, desk, mail("pictures"))
    expect(frame.locator("img")).to_have_count(5)
    for number in range(5):
        one = frame.locator("img").nth(number)
        until(lambda one=one: one.evaluate("one => one.naturalWidth") == 240)  # type: ignore[misc]
    expect(page.locator(".picbar")).to_have_count(0)


def test_a_lying_mail_shows_where_its_links_lead(
    desk: Desk, mail: Callable[[str], int], agent_page: Callable[..., Page]
) -> None:
    frame = opened(agent_page(), desk, mail("phishing"))
    expect(frame.locator(".host")).to_have_text(["secure-login.evil.example", "evil.example"])
    expect(frame.locator("form, input, button, base")).to_have_count(0)
    sheet = frame.get_by_text("Sign in again")
    assert sheet.evaluate("one => getComputedStyle(one).position") == "static"


def test_files_of_a_draft_are_in_another_tab_and_leave_with_it(
    desk: Desk, mail: Callable[[str], int], agent_page: Callable[..., Page]
) -> None:
    pk = mail("outlook")
    here, there = agent_page(), agent_page()
    for page in (here, there):
        page.goto(f"{desk.base}/inbox/c/{pk}/")
        expect(page.locator("message-log .mailcard")).to_be_visible()
    with here.expect_response(lambda one: one.url.endswith("/draft/") and one.ok):
        here.locator("composer-box input[data-part=file]").set_input_files(
            {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"The plan"}
        )
    expect(there.locator(".upload")).to_contain_text("plan.txt")
    there.reload()
    expect(there.locator(".upload")).to_contain_text("plan.txt")
    there.locator("composer-box [data-mode=note]").click()
    expect(there.locator(".upload")).to_have_count(0)  # a reply's file is not a note's
    there.locator("composer-box [data-mode=reply]").click()
    with there.expect_response(lambda one: one.url.endswith("/draft/") and one.ok):
        there.locator(".upload button").click()
    expect(here.locator(".upload")).to_have_count(0)
    with here.expect_response(lambda one: one.url.endswith("/draft/") and one.ok):
        here.locator("composer-box input[data-part=file]").set_input_files(
            {"name": "list.txt", "mimeType": "text/plain", "buffer": b"The list"}
        )
    expect(there.locator(".upload")).to_contain_text("list.txt")
    there.locator("composer-box textarea[data-part=text]").fill("Here it is.")
    there.locator("composer-box [data-do=send]").click()
    expect(there.locator(".mailcard.out .att")).to_contain_text("list.txt")
    for page in (here, there):
        expect(page.locator(".upload")).to_have_count(0)
    assert desk.get(f"conversations/{pk}/")["drafts"] == []
