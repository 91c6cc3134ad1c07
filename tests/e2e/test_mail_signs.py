"""Mail that lies or is too much: said before it is opened, and readable on a dark screen."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e import mails
from tests.e2e.conftest import Desk, until
from tests.e2e.test_mailview import deliver, opened

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
Agents = Callable[..., Page]


def arrived(desk: Desk, make: Callable[[str], EmailMessage]) -> int:
    mark = uuid.uuid4().hex[:8]
    return deliver(desk, make(mark), mark)


def ground(frame: FrameLocator) -> str:
    color: str = frame.locator("body").evaluate("one => getComputedStyle(one).backgroundColor")
    return color


def light_words(frame: FrameLocator, words: str) -> bool:
    """Whether these words are drawn light."""
    color: str = frame.get_by_text(words).evaluate("one => getComputedStyle(one).color")
    return min(int(part) for part in color.strip("rgb()").split(",")[:3]) > 150


def test_a_disguise_is_said_before_anything_is_opened(desk: Desk, agent_page: Agents) -> None:
    page = agent_page()
    page.goto(f"{desk.base}/inbox/c/{arrived(desk, mails.disguised)}/")
    said = page.locator("message-log .mailcard .quietbar")
    expect(said).to_have_count(3)
    told = " ".join(said.all_inner_texts()).replace("\u2068", "").replace("\u2069", "")
    for words in (
        "help@birchandl1nen.example only looks like birchandlinen.example",
        "asks for answers at another domain: collect@elsewhere.example",
        "A link names one place and leads to another: secure-login.evil.example, evil.example",
    ):
        assert words in told


def test_an_honest_mail_is_under_no_suspicion(desk: Desk, agent_page: Agents) -> None:
    page = agent_page()
    page.goto(f"{desk.base}/inbox/c/{arrived(desk, mails.outlook)}/")
    expect(page.locator("message-log .mailcard")).to_be_visible()
    expect(page.locator("message-log .mailcard .quietbar")).to_have_count(0)


def test_words_without_a_ground_are_read_on_the_dark_one(desk: Desk, agent_page: Agents) -> None:
    page = agent_page(color_scheme="dark")
    frame = opened(page, desk, arrived(desk, mails.outlook))
    assert ground(frame) == "rgb(31, 28, 26)"
    assert light_words(frame, "Both chairs are broken")
    coloured = opened(page, desk, arrived(desk, mails.newsletter))
    assert ground(coloured) == "rgb(255, 255, 255)"
    assert not light_words(coloured, "Spring at Birch")


def test_ten_thousand_lines_do_not_bury_the_thread(desk: Desk, agent_page: Agents) -> None:
    page = agent_page()
    page.goto(f"{desk.base}/inbox/c/{arrived(desk, mails.endless)}/")
    card = page.locator("message-log .mailcard")
    expect(card).to_contain_text("See below.")
    assert card.evaluate("one => one.scrollHeight") < 20_000
    page.locator("composer-box textarea[data-part=text]").fill("Thank you, I read it.")
    until(lambda: page.locator("composer-box [data-do=send]").is_enabled())


def test_names_do_not_turn_what_stands_after_them(desk: Desk, agent_page: Agents) -> None:
    page = agent_page()
    page.goto(f"{desk.base}/inbox/c/{arrived(desk, mails.backwards)}/")
    card = page.locator("message-log .mailcard")
    expect(card).to_contain_text("ivo@turned.example")
    shown = page.locator("body").inner_text()
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067") & set(shown)
    expect(card.locator(".att")).to_contain_text("billfdp.exe")


def test_a_letter_sent_on_is_given_to_who_wrote_it_and_back(desk: Desk, agent_page: Agents) -> None:
    def sent_on(mark: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = "Jonas <jonas@parley.example>"
        mail["To"] = "help@birchandlinen.example"
        mail["Subject"] = f"Fwd: Broken {mark}"
        mail["Message-ID"] = f"<{uuid.uuid4()}@example.org>"
        inner = f"From: Cid {mark} <cid-{mark}@other.example>\nSubject: Broken\nTo: <a@b.example>"
        mail.set_content(f"Look.\n\n-------- Forwarded message --------\n{inner}\n\nIt is. {mark}")
        return mail

    page = agent_page()
    mark = uuid.uuid4().hex[:8]
    page.goto(f"{desk.base}/inbox/c/{deliver(desk, sent_on(mark), mark)}/")
    card = page.locator("message-log .mailcard")
    give = card.get_by_role("button", name=re.compile("^Make .* the customer$"))
    give.click()
    expect(page.locator(".thead h2")).to_have_text(f"Cid {mark}")
    expect(card).to_contain_text(f"Cid {mark}")
    card.get_by_role("button", name="Undo").click()
    expect(page.locator(".thead h2")).not_to_have_text(f"Cid {mark}")
    expect(give).to_be_visible()
