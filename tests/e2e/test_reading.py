"""Mail of the wild, by SMTP into the thread: what is packed in it, and what the agent is told."""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk
from tests.mails import packing
from tests.mails.making import attached, message, multipart, part
from tests.mails.odd_parts import PDF, text

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
HELP = "help@birchandlinen.example"


def deliver(desk: Desk, body: bytes, mark: str) -> None:
    data = message(
        body,
        sender="Ann Archer <ann@example.org>",
        to=HELP,
        subject=f"Packed {mark}",
        message_id=f"{uuid.uuid4()}@example.org",
    )
    with smtplib.SMTP("127.0.0.1", desk.ports["SMTP_PORT"], timeout=10) as server:
        server.sendmail("ann@example.org", [HELP], data)


def test_b15_winmail_is_unpacked_in_the_thread(desk: Desk) -> None:
    mark = uuid.uuid4().hex[:12]
    blob = packing.tnef(("Oferta łódź.pdf", PDF), body=f"Packed words {mark}")
    deliver(desk, multipart("mixed", attached("winmail.dat", "application/ms-tnef", blob)), mark)
    row = desk.conversation_with(mark)
    [shown] = desk.get(f"conversations/{row['id']}/")["messages"]
    assert shown["body"] == f"Packed words {mark}"
    assert [file["name"] for file in shown["attachments"]] == ["Oferta łódź.pdf", "winmail.dat"]


def test_b16_agents_are_told_that_a_mail_is_encrypted(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    mark = uuid.uuid4().hex[:12]
    sealed = part("application/pkcs7-mime; name=smime.p7m", packing.enveloped(), "base64")
    deliver(desk, multipart("mixed", text(f"Notice {mark}"), sealed), mark)
    row = desk.conversation_with(mark)
    page = agent_page()
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    note = page.locator(".mailcard [role=note]")
    expect(note).to_contain_text("encrypted")
    expect(page.locator(".mailcard")).to_contain_text("smime.p7m")
