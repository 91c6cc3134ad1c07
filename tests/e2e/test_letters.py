"""Letters in the browser: recipients and signature in the composer, warnings, a mailbox set up."""

from __future__ import annotations

import re
import smtplib
import uuid
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.test_mail import HELP, sent_mail

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


def deliver(desk: Desk, mark: str, sender: str, **headers: str) -> str:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, HELP
    mail["Subject"] = f"Order {mark}"
    mail["Message-ID"] = f"<{uuid.uuid4()}@mail.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(f"Where is it? {mark}")
    with smtplib.SMTP("127.0.0.1", desk.ports["SMTP_PORT"], timeout=10) as server:
        server.send_message(mail, "a@mail.example", [HELP])
    return str(mail["Message-ID"])


def test_recipients_and_signature_are_shown_and_changed(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    mark = uuid.uuid4().hex[:10]
    page = agent_page()
    page.goto(f"{desk.base}/you/")
    page.get_by_label("Signature").fill("{{ agent.name }}\nBirch & Linen")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    deliver(desk, mark, "Ann <ann@example.org>", Cc="bob@example.org", Reply_To="ann@else.example")
    row = desk.conversation_with(mark)
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    head, foot = page.locator("letter-head"), page.locator(".letterfoot")
    expect(head).to_contain_text("ann@else.example")
    expect(head).to_contain_text("bob@example.org")
    expect(head).to_contain_text("another domain")
    expect(page.locator(".mailcard").first).to_contain_text("asks for answers at another domain")
    expect(foot).to_contain_text("Birch & Linen")
    head.get_by_role("button").click()
    page.get_by_label("To", exact=True).fill("ann@example.org")
    page.get_by_label("Bcc").fill("boss@example.org")
    page.get_by_label("Bcc").press("Enter")
    expect(head).not_to_contain_text("another domain")
    foot.get_by_role("button", name="Without signature").click()
    expect(foot.get_by_text("Birch & Linen")).to_be_hidden()
    foot.get_by_role("button", name="Add the signature").click()
    expect(foot.get_by_text("Birch & Linen")).to_be_visible()
    page.locator("composer-box textarea.text").fill(f"It left today. {mark}")
    page.get_by_role("button", name="Send", exact=True).click()
    out = page.locator(".mailcard.out")
    expect(out).to_contain_text("boss@example.org", timeout=20_000)
    expect(out).to_contain_text("Birch & Linen")
    raw = until(lambda: sent_mail(desk, f"It left today. {mark}"), 60)
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["To"].addresses[0].addr_spec == "ann@example.org"
    assert mail["Cc"] == "bob@example.org"
    assert b"boss@" not in raw
    plain = mail.get_body(("plain",))
    assert plain is not None
    words = plain.get_content().replace("\r\n", "\n")
    assert "\n-- \n" in words
    assert f"> Where is it? {mark}" in words


def test_a_stranger_is_kept_apart_and_shown(desk: Desk, agent_page: Callable[..., Page]) -> None:
    mark = uuid.uuid4().hex[:10]
    first = deliver(desk, mark, "Ann <ann@example.org>")
    row = desk.conversation_with(mark)
    deliver(desk, f"{mark}-eve", "Eve <eve@stranger.example>", In_Reply_To=first)
    other = desk.conversation_with(f"{mark}-eve")
    assert other["id"] != row["id"]
    page = agent_page()
    page.goto(f"{desk.base}/inbox/c/{other['id']}/")
    warning = page.locator(".mailcard .quietbar")
    expect(warning).to_contain_text(str(row["id"]))
    warning.get_by_role("link").click()
    expect(page).to_have_url(f"{desk.base}/inbox/c/{row['id']}/")


def test_a_mailbox_is_made_and_tested(desk: Desk, agent_page: Callable[..., Page]) -> None:
    mark = uuid.uuid4().hex[:8]
    page = agent_page("admin@parley.example")
    page.goto(f"{desk.base}/settings/mail/new/")
    page.get_by_label("Address").fill(f"sales-{mark}@parley.example")
    page.get_by_label("Name").fill(f"Sales {mark}")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Sales {mark}")
    page.locator("[name=way]").select_option("smtp")
    going = page.locator("form", has=page.locator("[value=going]"))
    going.get_by_label("Server", exact=True).fill("127.0.0.1")
    going.get_by_label("Port").fill("1")
    going.get_by_label("Security").select_option("none")
    going.get_by_role("button").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    page.get_by_role("button", name="Test now").click()
    expect(page.locator("live-test .banner.late")).to_contain_text("Nobody answers")
    page.get_by_role("button", name="Sign mail with DKIM: make a key").click()
    value = re.compile(r"v=DKIM1; k=rsa; p=[A-Za-z0-9+/=]{300,}")
    expect(page.locator("#records ~ dl input").nth(1)).to_have_value(value)
