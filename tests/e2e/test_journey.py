"""One customer over five channels: one history, and the composer says by which way and why."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import redis
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, _environment, until
from tests.e2e.test_chat import say, start_chat
from tests.e2e.test_mail import letter, send
from tests.e2e.test_social import make_account

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@dataclass
class Line:
    """A number of ours at the fake Twilio, for texts or for calls."""

    desk: Desk
    fake: str
    hook: str
    number: str

    def comes(self, sender: str, text: str, **more: Any) -> None:
        posted = self.desk.fake(self.fake).incoming(
            hook=f"{self.desk.base}/hooks/{self.hook.partition('/hooks/')[2]}",
            signed_url=self.hook,
            account_sid="AC1",
            auth_token="token & wire",
            to=self.number,
            text=text,
            wait=True,
            **{"from": sender},
            **more,
        )
        assert {one["status"] for one in posted} == {200}


def connect(desk: Desk, page: Page, provider: str, fake: str) -> Line:
    number = f"+38640{uuid.uuid4().int % 900000 + 100000}"
    page.goto(f"{desk.base}/settings/phone/new/")
    page.select_option("[name=provider]", provider)
    page.fill("[name=address]", number)
    page.fill("[name=name]", f"{provider} {number[-4:]}")
    for box in page.locator("[name=teams]").all():
        box.check()
    page.locator(".ends .primary").click()
    page.fill("[name=account_sid]", "AC1")
    page.fill("[name=auth_token]", "token & wire")
    hook = page.locator("input[readonly]").first.input_value().partition("#")[0]
    page.locator("#connection ~ form .primary").click()
    expect(page.locator(".mailbox .banner.good")).to_be_visible()
    pk = int(re.findall(r"/(\d+)/", page.url)[-1])
    home = f"http://127.0.0.1:{desk.ports['FAKE_PORT']}"
    desk.write(
        "UPDATE helpdesk_inbox SET settings = settings || jsonb_build_object('api_base', %s::text)"
        " WHERE id = %s",
        home,
        pk,
    )
    return Line(desk, fake, hook, number)


def left(desk: Desk, conversation: int) -> None:
    """Three minutes without a sign of life of the visitor's browser are over."""
    url = _environment(desk.state)["REDIS_URL"]
    client = redis.from_url(url)
    client.zadd("chat:here", {str(conversation): 0})
    client.close()


def customer_of(desk: Desk, mark: str) -> int:
    found = until(lambda: desk.find(mark), 60)
    return int(found["customer"]["id"])


def consented(page: Page, address: str) -> None:
    """They said that they may be written to: noted beside the conversation, and taken back."""
    box = page.locator("context-panel consent-box")
    box.locator("summary").click()
    expect(box).to_contain_text("Nothing was noted")
    box.get_by_label("At which address").select_option(address)
    proof, note = box.get_by_label("How we know"), box.get_by_role("button", name="Note it")
    proof.fill("x")
    note.click()
    expect(box.get_by_role("alert")).to_contain_text("Say how we know it")
    expect(proof).to_be_focused()
    proof.fill("Said so on the phone <b>")
    note.click()
    expect(box.locator("li")).to_contain_text(address)
    expect(box.locator("li")).to_contain_text("Said so on the phone <b>")
    box.get_by_role("button", name="Withdraw").click()
    expect(box.locator("li.over")).to_contain_text("withdrawn")
    proof.press("Escape")
    expect(proof).to_be_hidden()


def test_one_customer_five_ways_one_history(
    desk: Desk, new_page: Callable[..., Page], agent_page: Callable[..., Page]
) -> None:
    page = agent_page("admin@parley.example")
    texts = connect(desk, page, "twilio", "twilio")
    calls = connect(desk, page, "twilio_voice", "twilio_voice")
    account = make_account(desk, page)
    mark, mobile = uuid.uuid4().hex[:10], f"+48601{uuid.uuid4().int % 900000 + 100000}"
    mail = f"tom-{mark}@reed.example"

    # A chat, from a browser that goes away before anybody answers.
    visitor = new_page()
    frame = start_chat(desk, visitor)
    say(frame, f"Where is my parcel? {mark}")
    chat = desk.conversation_with(mark)
    person = chat["customer"]["id"]
    for kind, address in (("phone", mobile), ("email", mail)):
        found = desk.post(f"customers/{person}/identities/", kind=kind, address=address).json()
        own = next(one["id"] for one in found["identities"] if one["address"] == address)
        answer = desk.agent().patch(
            f"{desk.base}/api/v1/customers/{person}/identities/{own}/",
            json={"verified": True},
            timeout=10,
        )
        assert answer.status_code == 200, answer.text

    # A text: it is theirs, and from now on they may be texted.
    texts.comes(mobile, f"By the way, this is my number. {mark}t")
    assert customer_of(desk, f"{mark}t") == person
    visitor.close()
    page.goto(f"{desk.base}/inbox/c/{chat['id']}/")
    bar = page.locator("way-bar")
    expect(bar).to_be_hidden()
    consented(page, mail)
    left(desk, chat["id"])
    until(lambda: desk.get(f"conversations/{chat['id']}/")["via"]["reason"] == "left", 40)
    page.reload()
    expect(bar).to_contain_text(mobile)
    expect(bar).to_contain_text(re.compile(r"because .{0,2}the customer has left the chat"))
    page.locator("composer-box textarea.text").fill(f"It left today. {mark}")
    page.locator("composer-box [data-do=send]").click()
    sends = desk.fake("twilio")
    until(lambda: [one for one in sends.sends() if one["to"] == mobile and mark in one["body"]])

    # WhatsApp, whose window has closed: templates only. It is the same person, as an agent knows.
    account.say("j1", "text", {"body": f"Also here. {mark}w"}, ago=25 * 3600)
    talk = desk.conversation_with(f"{mark}w")
    other = talk["customer"]["id"]
    assert desk.post(f"customers/{person}/merge/", other=other).status_code in {200, 201}
    page.goto(f"{desk.base}/inbox/c/{talk['id']}/")
    expect(page.locator("window-bar")).to_contain_text("only an approved template may be sent")
    page.locator("composer-box textarea.text").fill("My own words")
    page.locator("composer-box [data-do=send]").click()
    expect(page.locator("composer-box [data-part=checkwords]")).to_contain_text("approved template")
    page.locator("composer-box textarea.text").fill("")

    # A letter, and a call that rings in vain.
    told = letter(f"My parcel {mark}m", f"I write as well. {mark}m")
    del told["From"]
    told["From"] = f"Tom Reed <{mail}>"
    send(desk, told)
    assert customer_of(desk, f"{mark}m") == person
    calls.comes(mobile, "rang_in_vain")
    missed = until(lambda: _of(desk, person, "voice"))
    page.goto(f"{desk.base}/inbox/c/{missed['conversation']}/")
    expect(page.locator("message-log .callcard.missed")).to_contain_text(mobile)

    # One history, in one order, also on one screen.
    entries = desk.get(f"customers/{person}/timeline/")["results"]
    assert {one.get("channel") for one in entries} >= {"chat", "sms", "social", "email", "voice"}
    page.goto(f"{desk.base}/customers/{person}/")
    for words in (f"left today. {mark}", f"{mark}t", f"{mark}w", f"{mark}m"):
        expect(page.locator("main")).to_contain_text(words)


def _of(desk: Desk, person: int, channel: str) -> dict[str, Any] | None:
    found = desk.get(f"customers/{person}/timeline/")["results"]
    return next((one for one in found if one.get("channel") == channel), None)
