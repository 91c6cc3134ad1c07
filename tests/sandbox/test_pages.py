"""The demo's pages: there only in a demo, and honest when nobody plays the providers."""

from __future__ import annotations

import time
from typing import Any, Self

import pytest
from django.conf import LazySettings
from django.test import Client

from helpdesk.models import Inbox
from helpdesk.sandbox import personas, web
from helpdesk.sandbox.control import Control, SandboxError

pytestmark = pytest.mark.django_db
PAGES = ("/demo/shop/", "/demo/sandbox/", "/demo/sandbox/feed/")


@pytest.fixture
def ledgers(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"twilio": [], "telegram": [], "mailbox": []}
    monkeypatch.setattr(Control, "sends", lambda self: found[self._fake])
    return found


def test_nothing_is_there_outside_a_demo(client: Client, settings: LazySettings) -> None:
    settings.DEMO = False
    assert [client.get(path).status_code for path in PAGES] == [404, 404, 404]
    assert client.post("/demo/sandbox/send/", {"device": "sms", "text": "x"}).status_code == 404


def test_shop_carries_the_widget_by_one_line(client: Client, settings: LazySettings) -> None:
    assert "data-widget" not in client.get("/demo/shop/").content.decode()
    Inbox.objects.create(name="Chat", channel="chat", key="the-key")
    settings.PUBLIC_BASE_URL = "https://desk.example"
    page = client.get("/demo/shop/?language=he").content.decode()
    line = '<script async src="https://desk.example/widget.js" data-widget="the-key"'
    assert f'{line} data-language="he"></script>' in page


def test_sending_needs_a_csrf_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    fields = {"device": "sms", "text": "x"}
    assert strict.post("/demo/sandbox/send/", fields).status_code == 403


def test_a_text_goes_out_signed_and_stands_on_the_phone(
    client: Client, ledgers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Inbox.objects.create(
        name="SMS",
        channel="sms",
        provider="twilio",
        address="+447700900123",
        settings={"account_sid": "AC1"},
        secrets={"auth_token": "t"},
    )
    orders: list[dict[str, Any]] = []
    monkeypatch.setattr(Control, "incoming", lambda _self, **order: orders.append(order))
    fields = {"as": "tom", "device": "sms", "text": "Where is it?"}
    assert client.post("/demo/sandbox/send/", fields).status_code == 201
    assert orders[0]["from"] == "+447700900412"
    assert orders[0]["auth_token"] == "t"
    later = time.time() + 1
    ledgers["twilio"] += [
        {"to": "+447700900412", "body": "On its way", "at": later},
        {"to": "+447700900999", "body": "not for Tom", "at": later},
    ]
    lines = client.get("/demo/sandbox/feed/?as=tom").json()["sms"]
    assert [(line["text"], line["mine"]) for line in lines] == [
        ("Where is it?", True),
        ("On its way", False),
    ]
    assert client.get("/demo/sandbox/feed/?as=anna").json()["sms"] == []


def test_a_mail_answers_in_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    Inbox.objects.create(name="Mail", channel="email", address="help@shop.example")
    sent: list[Any] = []

    class Server:
        def __init__(self, *_where: object, **_options: object) -> None: ...
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_error: object) -> None: ...
        def send_message(self, mail: Any, _sender: str, to: list[str]) -> None:
            sent.append((mail, to))

    monkeypatch.setattr("smtplib.SMTP", Server)
    thread = {"subject": "Re: Linen", "answering": "<a@x>", "references": "<0@x>", "to": ""}
    facts = personas.write(personas.BY_KEY["noa"], "email", "שלום", thread)
    mail, to = sent[0]
    assert to == ["help@shop.example"]
    assert mail["In-Reply-To"] == "<a@x>"
    assert mail["References"] == "<0@x> <a@x>"
    assert facts["id"].endswith("@levi.example>")


def test_a_mail_of_ours_is_read_with_its_thread() -> None:
    raw = "From: Marta <help@x>\nReply-To: r+1@x\nMessage-ID: <m@x>\nSubject: Re: A\n\nHello"
    kept = {"raw": raw, "text": "Hello", "subject": "Re: A", "received_at": "2026-01-02T03:04:05Z"}
    letter = web._letter(kept)
    assert (letter["to"], letter["id"], letter["mine"]) == ("r+1@x", "<m@x>", False)


def test_missing_fakes_and_accounts_are_said(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Control) -> None:
        raise SandboxError("the fake providers do not answer")

    monkeypatch.setattr(Control, "sends", refuse)
    feed = client.get("/demo/sandbox/feed/")
    assert (feed.status_code, feed.json()["detail"]) == (502, "the fake providers do not answer")
    fields = {"device": "telegram", "text": "hi"}
    sent = client.post("/demo/sandbox/send/", fields)
    assert (sent.status_code, "telegram" in sent.json()["detail"]) == (502, True)
    empty = client.post("/demo/sandbox/send/", {"device": "sms", "text": "  "})
    assert empty.status_code == 400
