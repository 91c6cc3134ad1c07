"""Twilio beside plain texts: files out, WhatsApp, and catching up with what its webhooks missed."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from channels_sms import catching_up
from channels_sms.providers.twilio import TwilioAdapter
from channels_sms.providers.twilio_media import media_urls
from channels_sms.providers.twilio_whatsapp import TwilioWhatsAppAdapter
from helpdesk import inbound, nudge
from helpdesk.adapters import FileLink, InboundMessage, Outgoing, PermanentError, Raw
from helpdesk.models import ChannelHealth, InboundEvent, Inbox, Message
from helpdesk.sandbox.control import Control
from helpdesk.sandbox.providers import HOST, Host

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
FORM = "application/x-www-form-urlencoded"
OUT = Outgoing(7, UUID(int=7), 7, "+48600123456", "Ann", "Look")


def link(size: int = 1000, kind: str = "image/png") -> FileLink:
    return FileLink("a.png", size, "https://desk.example/f/abc/", datetime.now(UTC), kind)


@pytest.fixture
def fake(settings: Any) -> Iterator[Control]:
    with Host(("channels_sms.fake.TwilioFake",)) as host:
        threading.Thread(target=host.serve_forever, args=(0.05,), daemon=True).start()
        port = host.server_address[1]
        settings.OUTBOUND_ALLOWED_HOSTS = [f"{HOST}:{port}"]
        control = Control(port, "twilio")
        control.base = f"http://{HOST}:{port}"  # type: ignore[attr-defined]
        yield control
        host.shutdown()


def an_inbox(fake: Any, provider: str = "twilio", address: str = "+15005550006") -> Inbox:
    return Inbox(
        name="SMS",
        channel="sms" if provider == "twilio" else "social",
        provider=provider,
        address=address,
        settings={"account_sid": "AC1", "api_base": fake.base},
        secrets={"auth_token": "t"},
    )


def test_files_go_as_links_that_twilio_fetches(fake: Control) -> None:
    sent = TwilioAdapter().send(an_inbox(fake), replace(OUT, body="", links=(link(), link())))

    assert sent.provider_id.startswith("SM")
    assert [one["media"] for one in fake.sends()] == [["https://desk.example/f/abc/"] * 2]


@pytest.mark.parametrize(
    "links",
    [[link()] * 11, [link(5 * 1024 * 1024 + 1)], [link(500 * 1024 + 1, "application/pdf")]],
    ids=["eleven", "big picture", "big file"],
)
def test_what_twilio_would_refuse_is_refused_at_once(links: list[FileLink]) -> None:
    with pytest.raises(PermanentError):
        media_urls(links)


def test_a_whatsapp_answer_goes_to_the_network_of_that_name(fake: Control) -> None:
    inbox = an_inbox(fake, "twilio_whatsapp", "whatsapp:+15005550006")

    sent = TwilioWhatsAppAdapter().send(inbox, OUT)

    (told,) = fake.sends()
    assert (told["to"], told["sender"]) == ("whatsapp:+48600123456", "whatsapp:+15005550006")
    assert TwilioWhatsAppAdapter().find.__func__ is TwilioAdapter.find  # type: ignore[attr-defined]
    assert sent.provider_id == told["provider_id"]


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ("Body=hi", "hi"),
        ("Latitude=52.2&Longitude=21.0&Label=Office", "Office\n52.2, 21.0"),
        ("Body=", ""),
    ],
)
def test_whatsapp_tells_the_name_the_number_and_what_is_answered(fields: str, body: str) -> None:
    raw = (
        "MessageSid=SM1&From=whatsapp%3A%2B48600123456&WaId=48600123456&ProfileName=Ann+%F0%9F%98%80"
        f"&OriginalRepliedMessageSid=SM0&{fields}"
    )
    (found,) = TwilioWhatsAppAdapter().parse(
        Inbox(provider="twilio_whatsapp"), Raw("SM1", raw.encode(), {"content-type": FORM})
    )

    assert isinstance(found, InboundMessage)
    assert (found.sender.kind, found.sender.address) == ("phone", "+48600123456")
    assert (found.sender.name, found.body, found.references) == ("Ann 😀", body, ("SM0",))


@pytest.mark.django_db(transaction=True)
def test_what_no_webhook_brought_is_pulled_once(
    fake: Control, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    monkeypatch.setattr(nudge, "wake", lambda *_args, **_facts: True)
    settings.MEDIA_ROOT = tmp_path
    inbox = an_inbox(fake)
    inbox.save()
    picture = {"content_type": "image/png", "data": PNG}
    facts = {"account_sid": "AC1", "auth_token": "t", "to": inbox.address, "from": "+48600123456"}
    nowhere = "http://127.0.0.1:9/"  # the desk is down: the webhook is lost
    fake.incoming(hook=nowhere, text="one", wait=True, **facts)
    fake.incoming(hook=nowhere, text="two", files=[picture], wait=True, **facts)
    fake.incoming(hook=nowhere, text="elsewhere", wait=True, **{**facts, "to": "+15005550007"})

    assert catching_up.pull(inbox.pk) == 2
    assert catching_up.pull(inbox.pk) == 0
    for pk in InboundEvent.objects.order_by("pk").values_list("pk", flat=True):
        inbound.process(pk)

    assert list(Message.objects.order_by("pk").values_list("body", flat=True)) == ["one", "two"]
    file = Message.objects.get(body="two").attachments.get()
    with file.file.open("rb") as stored:
        assert (file.content_type, stored.read()) == ("image/png", base64.b64decode(PNG))
    event = InboundEvent.objects.first()
    assert event is not None
    assert parse_qs(bytes(event.body).decode())["MessageSid"] == [event.dedupe_key]
    health = ChannelHealth.objects.get(inbox=inbox, way="pull")
    assert health.worked_at is not None


@pytest.mark.django_db
def test_a_list_that_cannot_be_had_is_told(fake: Control) -> None:
    inbox = an_inbox(fake)
    inbox.settings["api_base"] = "http://127.0.0.1:9"
    inbox.save()

    assert catching_up.pull(inbox.pk) == 0
    health = ChannelHealth.objects.get(inbox=inbox, way="pull")
    assert health.failing_since is not None
    assert health.error


@pytest.mark.django_db
def test_each_inbox_is_asked_at_the_start_and_then_each_five_minutes(
    fake: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []
    now = [100.0]
    monkeypatch.setattr(nudge, "wake", lambda *args: asked.append(args))
    monkeypatch.setattr(catching_up, "_due", {})
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    inbox = an_inbox(fake)
    inbox.save()

    assert [catching_up.sweep(), catching_up.sweep()] == [1, 0]
    now[0] += 300
    assert catching_up.sweep() == 1
    assert asked == [("channels_sms.pull", inbox.pk)] * 2
