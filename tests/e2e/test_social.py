"""A WhatsApp account made on its page, a customer who does everything, and a window that closes."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
SECRET = "app-secret"
EVIL = "<img src=x onerror=alert(1)>"


@dataclass
class Account:
    """One number of ours, and one customer who writes to it."""

    desk: Desk
    pk: int
    hook: str
    number: str
    sender: str

    def post(self, **value: Any) -> None:
        whole = {"metadata": {"phone_number_id": self.number}, **value}
        entry = [{"id": "W", "changes": [{"field": "messages", "value": whole}]}]
        body = json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}
        answer = requests.post(self.hook, body, headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text

    def say(self, named: str, kind: str, content: Any, *, ago: float = 0, **more: Any) -> None:
        at = str(int(time.time() - ago))
        said = {"id": named, "from": self.sender, "timestamp": at, "type": kind, kind: content}
        people = [{"profile": {"name": f"Ola {self.sender[-4:]}"}, "wa_id": self.sender}]
        self.post(contacts=people, messages=[{**said, **more}])

    def row(self) -> dict[str, Any]:
        name = f"Ola {self.sender[-4:]}"
        return until(lambda: self._row(name))

    def _row(self, name: str) -> dict[str, Any] | None:
        rows = self.desk.get("conversations/", view="all")["results"]
        return next((row for row in rows if row["customer"]["name"] == name), None)


def make_account(desk: Desk, page: Page) -> Account:
    """As an administrator makes it, except that the provider is the fake."""
    mark = str(uuid.uuid4().int)[:8]
    page.goto(f"{desk.base}/settings/social/new/whatsapp/")
    fields = {
        "Name": f"WhatsApp {mark}",
        "Phone number": f"+1555{mark}",
        "Phone number ID": mark,
        "WhatsApp Business account ID": "W",
        "App secret": SECRET,
        "Access token": "token",
    }
    for label, text in fields.items():
        page.locator(f'.field:has(.label:text-is("{label}")) input').fill(text)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"WhatsApp {mark}")
    hook = page.get_by_label("Address of the webhook").input_value()
    pk = int(page.url.rstrip("/").rpartition("/")[2])
    home = f"http://127.0.0.1:{desk.ports['FAKE_PORT']}/whatsapp"
    desk.write(
        "UPDATE helpdesk_inbox SET settings = settings || %s::jsonb WHERE id = %s",
        json.dumps({"api_base": home}),
        pk,
    )
    hook = desk.base + "/hooks/" + hook.partition("/hooks/")[2]
    return Account(desk, pk, hook, mark, f"48600{mark[-6:]}")


def tell_everything(account: Account) -> int:
    """One of each kind; the conversation."""
    account.say("a1", "text", {"body": "Dzień dobry, where is my parcel?"})
    row = account.row()
    account.say("a2", "location", {"latitude": 52.2297, "longitude": 21.0122, "name": EVIL})
    card = {"name": {"formatted_name": f"Bo {EVIL}"}, "phones": [{"phone": "+48 600 100 200"}]}
    account.say("a3", "contacts", [card])
    account.say("a4", "text", {"body": "It is the blue one"}, context={"id": "a1"})
    account.say("a5", "sticker", {"id": "none", "mime_type": "image/webp"})
    account.say("a6", "hologram", {"size": 3})
    account.say("a7", "text", {"body": "I should not have said this"})
    account.say("a8", "revoke", {"original_message_id": "a7"})
    new = {"type": "text", "text": {"body": "It is the green one"}}
    account.say("a9", "edit", {"original_message_id": "a4", "message": new})
    account.say("b1", "reaction", {"message_id": "a1", "emoji": "👍"})
    echo = {"id": "b2", "from": account.number, "to": account.sender, "type": "text"}
    now = str(int(time.time()))
    account.post(message_echoes=[{**echo, "timestamp": now, "text": {"body": "On its way"}}])
    until(lambda: _bodies(account, row["id"]).get("b2"))
    until(lambda: _bodies(account, row["id"]).get("a4") == "It is the green one")
    return int(row["id"])


def _bodies(account: Account, pk: int) -> dict[str, str]:
    shown = account.desk.get(f"conversations/{pk}/")["messages"]
    return {one["external_id"]: one["body"] for one in shown}


def test_everything_that_a_customer_does_is_shown(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    page = agent_page("admin@parley.example")
    account = make_account(desk, page)
    pk = tell_everything(account)
    page.goto(f"{desk.base}/inbox/c/{pk}/")
    log = page.locator("message-log")

    expect(log).to_contain_text("The sender deleted this message")
    expect(log).not_to_contain_text("I should not have said this")
    expect(log.locator(".bub.shaped a")).to_have_attribute("href", _map())
    expect(log).to_contain_text(EVIL)
    expect(log.locator(".reactions .chip")).to_have_text("👍")
    expect(log.locator(".edited")).to_contain_text("edited")
    expect(log.locator(".answers").first).to_contain_text("where is my parcel")
    expect(log).to_contain_text(re.compile(r"cannot be shown here: \W?hologram"))
    expect(log.locator(".msg.out")).to_contain_text("Sent with another tool")
    found = desk.get("search/", q="should not have said")
    assert found["results"] == []
    reacts(desk, page, account.sender)


def reacts(desk: Desk, page: Page, to: str) -> None:
    """An agent puts a mark on the first message and takes it off again."""
    log = page.locator("message-log")
    first = log.locator(".msg", has_text="where is my parcel").first

    def choose(name: str) -> None:
        first.hover()
        first.locator("menu-button button[aria-haspopup]").click()
        first.get_by_role("menuitemradio", name=re.compile(name)).click()

    def marks() -> list[str]:
        sent = desk.fake("whatsapp").sends()
        return [one["body"] for one in sent if one["to"] == to and one.get("on") == "a1"]

    choose(r"React with \W*❤")
    own = log.locator(".chip.own")
    expect(own).to_contain_text("You reacted with")
    assert marks() == ["❤"]
    choose("Take your reaction off")
    expect(own).to_have_count(0)
    until(lambda: marks() == ["❤", ""])


def _map() -> Any:
    return re.compile(r"openstreetmap\.org/\?mlat=52\.2297&mlon=21\.0122")


def test_a_closed_window_offers_templates_only(desk: Desk, agent_page: Callable[..., Page]) -> None:
    page = agent_page("admin@parley.example")
    account = make_account(desk, page)
    account.say("c1", "text", {"body": "Hello?"}, ago=25 * 3600)
    pk = account.row()["id"]
    desk.write(
        "INSERT INTO helpdesk_approvedtext (inbox_id, name, language, category, body, gaps,"
        " approved, seen_at) VALUES (%s, 'back_again', 'en', 'UTILITY',"
        " 'Hello {{1}}, your order {{2}} is ready.', 2, true, now())",
        account.pk,
    )
    page.goto(f"{desk.base}/inbox/c/{pk}/")
    bar = page.locator("window-bar")
    expect(bar).to_contain_text("only an approved template may be sent")
    page.locator("composer-box textarea[data-part=text]").fill("I write all the same")
    page.locator("composer-box [data-do=send]").click()
    expect(page.locator("composer-box [data-part=checkwords]")).to_contain_text("approved template")

    bar.get_by_role("button", name="Choose a template").click()
    form = page.locator("approved-form")
    expect(form.get_by_label("Gap 2")).to_be_visible()
    form.get_by_role("button", name="Send the template").click()
    expect(form.get_by_role("alert")).to_contain_text("Fill every gap")
    form.get_by_label("Gap 1").fill("Ola")
    form.get_by_label("Gap 2").fill("4711")
    expect(form).to_contain_text("Hello Ola, your order 4711 is ready.")
    form.get_by_role("button", name="Send the template").click()
    expect(page.locator("message-log")).to_contain_text("your order 4711 is ready")
    sends = desk.fake("whatsapp")
    sent = until(lambda: [one for one in sends.sends() if one["to"] == account.sender])
    assert sent[0]["kind"] == "template"
    values = [one["text"] for one in sent[0]["said"]["components"][0]["parameters"]]
    assert values == ["Ola", "4711"]


def test_one_message_is_answered_by_name(desk: Desk, agent_page: Callable[..., Page]) -> None:
    """The address is copied by its button; an answer names the message that was chosen."""
    page = agent_page("admin@parley.example")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    account = make_account(desk, page)
    field = page.get_by_label("Address of the webhook")
    copy = page.locator(".copied", has=field).get_by_role("button")
    copy.click()
    expect(copy).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == field.input_value()

    account.say("d1", "text", {"body": "Which size is it?"})
    page.goto(f"{desk.base}/inbox/c/{account.row()['id']}/")
    bar = page.locator("reply-bar")
    asked = page.locator("message-log article", has_text="Which size is it?")

    def choose(meanwhile: str = "") -> None:
        asked.hover()
        asked.get_by_role("button", name="What to do with this message").click()
        if meanwhile:  # what comes now draws the message anew, but not from under an open menu
            account.say("d2", "text", {"body": meanwhile})
            expect(page.locator("message-log")).to_contain_text(meanwhile)
        page.get_by_role("menuitem", name=re.compile("Answer this")).click()
        expect(bar).to_contain_text("Which size is it?")

    choose(meanwhile="And which colour?")
    expect(asked).to_have_class(re.compile(r"\bmid\b"))
    bar.get_by_role("button", name="Answer no single message").click()
    expect(bar).to_be_hidden()
    choose()
    text = page.locator("composer-box textarea.text")
    text.fill("It is 160 x 200")
    text.press("Enter")
    expect(bar).to_be_hidden()
    sends = desk.fake("whatsapp")
    sent = until(lambda: [one for one in sends.sends() if one["to"] == account.sender])
    assert sent[0]["answers"] == "d1"
