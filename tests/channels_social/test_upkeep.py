"""Looking after the accounts: subscriptions, approved texts and what was missed (PRV-6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels_social import watching
from channels_social.models import Upkeep
from channels_social.providers import telegram_api
from helpdesk import inbound, nudge
from helpdesk.adapters import adapter_for, hook_url
from helpdesk.models import ApprovedText, ChannelHealth, InboundEvent, Inbox, Message
from helpdesk.sandbox.control import Control
from helpdesk.sandbox.fakes import HttpFake
from helpdesk.sandbox.providers import HOST, Host
from tests.contracts.networks import MessengerSubject, ViberSubject, WhatsAppSubject
from tests.contracts.subjects import TelegramSubject

pytestmark = pytest.mark.django_db
REPAIRED = (MessengerSubject, WhatsAppSubject, ViberSubject)
SUBJECTS = {one.provider: one for one in (*REPAIRED, TelegramSubject)}


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    import threading

    names = ("fake_networks.WhatsAppFake", "fake_networks.MessengerFake", "fake_viber.ViberFake")
    fakes = [f"channels_social.{name}" for name in names]
    with Host(["channels_social.fake.TelegramFake", *fakes]) as host:
        thread = threading.Thread(target=host.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield host
        host.shutdown()
        thread.join(5)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []

    def wake(*args: Any, **_more: Any) -> bool:
        found.append(args)
        return True

    monkeypatch.setattr(nudge, "wake", wake)
    return found


def account(host: Host, provider: str, settings: Any) -> tuple[Inbox, Any, HttpFake]:
    port = host.server_address[1]
    settings.OUTBOUND_ALLOWED_HOSTS = [f"{HOST}:{port}"]
    control = Control(int(port), provider)
    control.reset()
    subject = SUBJECTS[provider](control, f"http://{HOST}:{port}")
    return subject.inbox(), subject, host.http_fakes[provider]


def test_what_was_missed_is_fetched_once(
    host: Host, settings: Any, woken: list[tuple[Any, ...]]
) -> None:
    inbox, subject, _fake = account(host, "messenger", settings)
    subject.write(inbox, hook="http://127.0.0.1:1/", text="while you were away", missed=True)

    for _ in range(3):
        assert watching.catch_up(inbox, datetime.now(UTC) - timedelta(minutes=1))
    event = InboundEvent.objects.get()
    inbound.process(event.pk)
    assert Message.objects.get().body == "while you were away"
    assert Message.objects.get().conversation.customer.name == "Ann Lee"


def test_what_came_by_webhook_is_not_fetched_again(
    host: Host, settings: Any, woken: list[tuple[Any, ...]]
) -> None:
    inbox, subject, fake = account(host, "messenger", settings)
    subject.write(inbox, hook="http://127.0.0.1:1/", text="hello", missed=True)
    mid = fake.told[0]["id"]  # type: ignore[attr-defined]
    hook = subject.events(inbox, subject.event(message={"mid": mid, "text": "hello"}))
    from tests.contracts.test_webhooks import post, process

    assert post(inbox, hook).status_code == 200
    watching.catch_up(inbox, None)
    process()
    assert Message.objects.count() == 1


@pytest.mark.parametrize("provider", [one.provider for one in REPAIRED])
def test_a_lost_subscription_is_an_alarm_and_put_back_by_one_click(
    host: Host, settings: Any, woken: list[tuple[Any, ...]], provider: str
) -> None:
    inbox, _subject, fake = account(host, provider, settings)
    assert watching.check(inbox) == ""
    fake.subscribed = False  # type: ignore[attr-defined]
    assert watching.check(inbox)
    way = ChannelHealth.objects.get()
    assert (way.broken, way.advice) == (True, "subscribe")

    from helpdesk.adapters import adapter_for

    adapter: Any = adapter_for(inbox)
    adapter.connect(inbox, hook_url(inbox))
    assert watching.check(inbox) == ""
    assert not ChannelHealth.objects.filter(broken=True).exists()


def test_a_bot_is_connected_until_it_is_told_otherwise(host: Host, settings: Any) -> None:
    """Also in the sandbox, whose customers call us by themselves."""
    inbox, _subject, _fake = account(host, "telegram", settings)
    assert watching.check(inbox) == ""

    telegram_api.ask(inbox, "deleteWebhook", {})
    assert watching.check(inbox) == "webhook_off"
    adapter: Any = adapter_for(inbox)
    adapter.connect(inbox, hook_url(inbox))
    assert watching.check(inbox) == ""


def test_approved_texts_are_kept_and_forgotten(
    host: Host, settings: Any, woken: list[tuple[Any, ...]]
) -> None:
    inbox, _subject, fake = account(host, "whatsapp", settings)
    assert watching.read_approved(inbox) == 2
    found = {one.name: (one.approved, one.gaps) for one in ApprovedText.objects.all()}
    assert found == {"back_again": (True, 2), "held_back": (False, 0)}
    fake.templates = []  # type: ignore[attr-defined]
    watching.read_approved(inbox)
    assert not ApprovedText.objects.filter(approved=True).exists()
    del fake.templates  # type: ignore[attr-defined]


def test_each_inbox_is_looked_after_when_it_is_due(
    host: Host, settings: Any, woken: list[tuple[Any, ...]]
) -> None:
    inbox, _subject, _fake = account(host, "whatsapp", settings)
    assert watching.wake_due() == 1
    assert watching.wake_due() == 0  # claimed for a minute
    assert woken == [(watching.TASK, inbox.pk)]
    watching.look_after(inbox.pk)
    row = Upkeep.objects.get()
    now = datetime.now(UTC)
    assert row.check_at > now + timedelta(minutes=55)
    assert row.catch_up_at > now + timedelta(minutes=4)
    assert ApprovedText.objects.exists()
    Inbox.objects.update(enabled=False)
    Upkeep.objects.update(check_at=now)
    assert watching.wake_due() == 0
