"""A mail that came back: seen in the thread, at the customer and above the next answer."""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.channels_email import reports
from tests.e2e.conftest import Desk, until
from tests.e2e.test_mail import HELP, sent_mail

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


def hand_in(desk: Desk, raw: bytes, mail_from: str) -> None:
    with smtplib.SMTP("127.0.0.1", desk.ports["SMTP_PORT"], timeout=10) as server:
        server.sendmail(mail_from, [HELP], raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def letter(sender: str, subject: str, text: str, **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, HELP, subject
    mail["Message-ID"] = f"<{uuid.uuid4()}@example.org>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def _kinds(desk: Desk, pk: int) -> list[str]:
    return [one["kind"] for one in desk.get(f"conversations/{pk}/")["events"]]


def test_a_mail_that_comes_back_is_said_and_undone(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    mark = uuid.uuid4().hex[:12]
    address = f"ann-{mark}@customer.example"
    hand_in(desk, letter(f"Ann <{address}>", f"Parcel {mark}", f"Where is it? {mark}"), address)
    row = desk.conversation_with(mark)
    said = desk.post(
        f"conversations/{row['id']}/messages/",
        body=f"On its way {mark}",
        client_id=str(uuid.uuid4()),
    )
    assert said.status_code == 201
    ours = message_from_bytes(until(lambda: sent_mail(desk, f"On its way {mark}")))["Message-ID"]
    away = letter(
        f"Ann <{address}>",
        "Out of office",
        "I am away until Monday.",
        Auto_Submitted="auto-replied",
        In_Reply_To=ours,
    )
    hand_in(desk, away, "<>")
    report = reports.dsn(
        daemon="MAILER-DAEMON@mx.example (Mail Delivery System)",
        subject="Undelivered Mail Returned to Sender",
        text=f"<{address}>: 550 5.1.1 user unknown",
        to=address,
        original=ours.strip("<>"),
    )
    hand_in(desk, report, "<>")
    until(lambda: "came_back" in _kinds(desk, row["id"]), 90)
    until(lambda: len(desk.get(f"conversations/{row['id']}/")["messages"]) == 3, 60)
    page = agent_page("admin@parley.example")
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    expect(page.locator(".sys", has_text="came back")).to_contain_text(address, timeout=30_000)
    note = page.locator("details.away")
    expect(note).to_have_count(1)
    expect(note.get_by_text("I am away until Monday.")).to_be_hidden()
    note.locator("summary").click()
    expect(note.get_by_text("I am away until Monday.")).to_be_visible()
    bar = page.locator("returned-bar")
    expect(bar).to_contain_text(address)
    bar.get_by_role("button", name="Write to it again").click()
    expect(bar).to_be_hidden()


def test_the_automatic_answer_is_set_up_where_inboxes_are(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    page = agent_page("admin@parley.example")
    page.goto(f"{desk.base}/settings/inboxes/")
    page.locator(".listed a", has_text="mail").first.click()
    page.get_by_role("link", name="Automatic answer").click()
    page.get_by_label("Answer new mail automatically").check()
    page.get_by_label("English").fill("We have your mail.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".banner.good[role=status]")).to_contain_text("Saved")
    page.locator(".listed a", has_text="mail").first.click()
    page.get_by_role("link", name="Automatic answer").click()
    page.get_by_label("Answer new mail automatically").uncheck()
    page.get_by_role("button", name="Save").click()
