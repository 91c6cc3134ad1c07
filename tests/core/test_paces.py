"""The pace to each address: a burst, then one after the other, and nobody else waits for it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from helpdesk import nudge, outbox, paces
from helpdesk.adapters import Sent, adapter_for
from helpdesk.models import Agent, Delivery, Inbox, SendingPace
from helpdesk.records import Pace
from helpdesk.services import messages
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setattr(nudge, "wake", lambda *_args, **_more: True)
    monkeypatch.setattr(outbox, "close_old_connections", lambda: None)  # by a clock that stands
    made = factories.inbox(teams=[factories.team()], channel="social", provider="telegram")
    ids = itertools.count(1)
    took = lambda *_args: Sent(f"9:{next(ids)}")  # noqa: E731
    monkeypatch.setattr(type(adapter_for(made)), "send", took)
    return made


@pytest.fixture
def agent(inbox: Inbox) -> Agent:
    return factories.agent(teams=list(inbox.teams.all()))


def rows(inbox: Inbox, agent: Agent, to: str, many: int) -> list[Delivery]:
    talk = factories.conversation(inbox, to, kind="telegram", external_id=f"{to}:1")
    for number in range(many):
        messages.reply(talk.pk, by=agent, body=str(number))
    return list(Delivery.objects.filter(to=to).order_by("pk"))


def test_a_burst_and_then_one_a_second(inbox: Inbox, agent: Agent) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        waiting = rows(inbox, agent, "42", 5)
        assert [outbox.deliver(one.pk) for one in waiting[:4]] == ["sent"] * 3 + ["retry"]
        held = Delivery.objects.get(pk=waiting[3].pk)
        assert (held.attempts, held.error) == (0, paces.SLOWER)
        assert held.next_at == NOW + timedelta(seconds=1)
        (other,) = rows(inbox, agent, "43", 1)
        assert outbox.deliver(other.pk) == "sent"

        clock.shift(1)
        assert outbox.deliver(held.pk) == "sent"
        assert outbox.deliver(waiting[4].pk) == "retry"
        clock.shift(1)
        assert outbox.deliver(waiting[4].pk) == "sent"


def test_a_group_is_slower_than_a_person(inbox: Inbox) -> None:
    told = adapter_for(inbox).pace  # type: ignore[attr-defined]
    assert told(inbox, "42") == Pace(1.0, 3)
    assert 60 / told(inbox, "-1001").every == 20


def test_what_is_long_over_is_forgotten(inbox: Inbox, agent: Agent) -> None:
    with time_machine.travel(NOW, tick=False):
        (one,) = rows(inbox, agent, "42", 1)
        outbox.deliver(one.pk)
        assert paces.forget_old() == 0
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        assert paces.forget_old() == 1
    assert not SendingPace.objects.exists()


def test_who_has_no_pace_costs_no_query(django_assert_num_queries: object) -> None:
    mail = factories.inbox(channel="email", provider="smtp")
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert paces.wait(Delivery(inbox=mail, to="a@b.example")) is None
