"""Mail comes in: a real mailbox is set up on its screen and fetched by the running desk."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.channels_email import dovecot
from tests.channels_email.samples import mail
from tests.e2e.conftest import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
ADMIN, SUPERVISOR = "admin@parley.example", "henrik@parley.example"


@pytest.fixture
def server() -> Iterator[dovecot.Dovecot]:
    if not shutil.which("dovecot", path="/usr/sbin:/usr/bin"):
        pytest.skip("needs dovecot-imapd")
    made = dovecot.Dovecot()
    made.start()
    yield made
    made.remove()


@pytest.fixture
def forgotten(desk: Desk) -> Iterator[None]:
    yield
    for table in ("skippedmail", "mailfolder", "fetchedmailbox"):
        desk.write(f"DELETE FROM channels_email_{table}")  # noqa: S608  our own names
    desk.write("DELETE FROM helpdesk_channelhealth")


def test_a_mailbox_is_connected_looked_at_and_fetched(
    desk: Desk, agent_page: Callable[..., Page], server: dovecot.Dovecot, forgotten: None
) -> None:
    word = uuid.uuid4().hex[:8]
    server.drop(
        mail(f"Is {word} there?", message_id=f"<{word}@x>", sender=f"{word} <{word}@x.example>")
    )
    page = agent_page(ADMIN)
    page.goto(f"{desk.base}/settings/inboxes/")
    page.locator(".listed li", has_text="@").first.get_by_role("link").first.click()
    page.get_by_role("link", name="Fetch mail from a mailbox").click()
    page.get_by_label("Server").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(server.port))
    page.get_by_label("Encryption").select_option("none")
    page.get_by_label("User name").fill(dovecot.USER)
    page.get_by_role("textbox", name="Password").fill("wrong")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Look what is there").click()
    expect(page.get_by_text("It does not work yet")).to_be_visible()
    page.get_by_role("textbox", name="Password").fill(dovecot.PASSWORD)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Look what is there").click()
    expect(page.locator(".sample")).to_contain_text(word)
    page.get_by_label("What is there already").select_option("all")
    page.get_by_role("button", name="Start fetching").click()
    expect(page.get_by_text("Mail is fetched from now on.")).to_be_visible()

    page = agent_page("henrik@parley.example")
    page.goto(f"{desk.base}/inbox/all/")
    expect(page.locator("inbox-list")).to_contain_text(word, timeout=60_000)


def test_what_could_not_be_read_is_looked_at_and_given_up(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    page = agent_page(ADMIN)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{desk.base}/settings/unread/")
    rows = page.locator(".listed li")
    many = rows.count()
    assert many > 0
    rows.first.get_by_role("link", name="Look").click()
    expect(page.locator(".way li").first).to_contain_text("Received")
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "nothing sticks out on a phone"
    page.get_by_text("Give it up").click()
    page.get_by_label("Why").fill("no customer wrote this")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("Discarded.")).to_be_visible()
    assert rows.count() == many - 1
    desk.write(
        "UPDATE helpdesk_inboundevent SET state = 'quarantined', discard_reason = ''"
        " WHERE discard_reason = 'no customer wrote this'"
    )
