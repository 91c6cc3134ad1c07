from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk import nudge, quick_redis, typing_out
from helpdesk.adapters import Capabilities, TransientError
from helpdesk.models import Conversation, Inbox, Message
from tests import factories
from tests.channel import ScriptedChannel, registered

pytestmark = pytest.mark.django_db


@dataclass
class ShowingChannel(ScriptedChannel):
    """Remembers whom it showed that we write."""

    shown: list[tuple[str, str]] = field(default_factory=list)
    ill: bool = False

    def say_typing(self, inbox: Inbox, to: str, last: str) -> None:
        if self.ill:
            raise TransientError("ill")
        self.shown.append((to, last))


@pytest.fixture
def channel() -> Iterator[ShowingChannel]:
    made = ShowingChannel(capabilities=Capabilities(typing=20, window=3600))
    with registered(made):
        yield made


@pytest.fixture
def talk(channel: ShowingChannel) -> Conversation:
    inbox = factories.inbox(channel="test")
    return factories.conversation(inbox, "+48600100200", kind="phone", external_id="theirs")


def test_the_network_is_told_to_whom_and_after_which_message(
    talk: Conversation, channel: ShowingChannel
) -> None:
    assert typing_out.say(talk.pk) is True
    assert channel.shown == [("+48600100200", "theirs")]


def test_an_ill_network_costs_nothing(talk: Conversation, channel: ShowingChannel) -> None:
    channel.ill = True

    assert typing_out.say(talk.pk) is False


@pytest.mark.parametrize("why", ["live", "window", "off", "gone"])
def test_nothing_is_said_where_it_cannot_be_shown(
    talk: Conversation, channel: ShowingChannel, why: str
) -> None:
    if why == "live":
        channel.capabilities = replace(channel.capabilities, typing=0)
    elif why == "window":
        Message.objects.update(created_at=datetime.now(UTC) - timedelta(hours=2))
    elif why == "off":
        Inbox.objects.update(enabled=False)

    assert typing_out.say(0 if why == "gone" else talk.pk) is False
    assert channel.shown == []


def test_a_worker_is_woken_once_in_the_time_that_it_shows(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch, channel: ShowingChannel
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(nudge, "wake", lambda _task, pk: woken.append(pk))
    key = nudge.key("typing", talk.pk)
    quick_redis.client().delete(key)
    for _ in range(5):
        typing_out.typed(talk.pk)

    assert woken == [talk.pk]
    assert 15 <= quick_redis.client().ttl(key) <= 19
