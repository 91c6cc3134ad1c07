"""Our reactions to customers' messages: out, changed and off again, wherever they are known."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from helpdesk import inbound, lanes, nudge, reacting_out
from helpdesk.adapters import adapters
from helpdesk.models import Agent, Circuit, Inbox, InboxHealth, Message, SentReaction
from helpdesk.realtime import payloads
from helpdesk.services import reacting
from helpdesk.services.carrying import RejectedError
from tests.contracts.every import SUBJECTS
from tests.contracts.subject import Subject
from tests.contracts.test_sending import each

pytestmark = pytest.mark.django_db
KNOWS = [(one.channel, one.provider) for one in adapters() if hasattr(one, "react")]
each_that_reacts = each(*KNOWS)
HEART = "❤"
# By hand: a network that should know them and lost them would otherwise not be missed.
EXPECTED = {"telegram", "whatsapp", "messenger", "instagram"}


def asked(subject: Subject, inbox: Inbox) -> Message:
    event, _ = inbound.accept(inbox, subject.raw(inbox, "question"))
    inbound.process(event.pk)
    return Message.objects.get(direction="in")


def reactions(subject: Subject) -> list[tuple[str, str]]:
    return [(one["on"], one["body"]) for one in subject.sends() if "on" in one]


def shown(message: Message) -> Any:
    return payloads.social(Message.objects.get(pk=message.pk))["our_reaction"]


def test_those_that_know_them_take_part() -> None:
    assert {provider for _channel, provider in KNOWS} == EXPECTED
    for one in adapters():
        assert bool(getattr(one, "reactions", ())) is hasattr(one, "react"), one.provider


@each_that_reacts
def test_a_reaction_goes_out_and_is_taken_off(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    message = asked(subject, inbox)
    reacting.react(message, HEART, by=agent)
    row = SentReaction.objects.get()
    assert shown(message) == {"emoji": HEART, "state": "queued", "error": ""}
    assert reacting_out.send(row.pk) == "sent"
    assert reacting_out.send(row.pk) == ""
    assert shown(message)["state"] == "sent"
    assert SentReaction.objects.get().to == ""

    reacting.react(message, "", by=agent)
    assert reacting_out.send(row.pk) == "sent"
    assert shown(message) is None
    assert not SentReaction.objects.exists()
    said = "love" if inbox.provider == "instagram" else HEART
    assert reactions(subject) == [(message.external_id, said), (message.external_id, "")]


@pytest.mark.parametrize("subject", [("social", "whatsapp")], indirect=True)
def test_what_fails_is_tried_again_or_says_why(
    subject: Subject, inbox: Inbox, agent: Agent
) -> None:
    message = asked(subject, inbox)
    reacting.react(message, "👍", by=agent)
    row = SentReaction.objects.get()
    inbox.health = InboxHealth.BROKEN
    inbox.save()
    assert reacting_out.send(row.pk) == "retry"
    inbox.health = InboxHealth.OK
    inbox.save()
    SentReaction.objects.update(next_at=datetime.now(UTC))
    SentReaction.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert reacting_out.send(row.pk) == "failed"
    assert shown(message) == {"emoji": "👍", "state": "failed", "error": reacting_out.TOO_LATE}

    reacting.react(message, "👍", by=agent)  # after a failure the same one is another try
    assert reacting_out.send(row.pk) == "sent"
    assert reactions(subject) == [(message.external_id, "👍")]


@pytest.mark.parametrize("subject", [("social", "whatsapp")], indirect=True)
def test_behind_a_slow_provider_it_waits_and_no_try_is_counted(
    subject: Subject, inbox: Inbox, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = asked(subject, inbox)
    reacting.react(message, HEART, by=agent)
    monkeypatch.setattr(lanes, "MOMENT", 0.0)
    with contextlib.ExitStack() as full:
        for _place in range(lanes.MOST):
            assert full.enter_context(lanes.lane(inbox.pk))
        assert reacting_out.send(SentReaction.objects.get().pk) == "retry"
    assert SentReaction.objects.get().attempts == 0
    assert not Circuit.objects.filter(inbox=inbox, failures__gt=0).exists()
    assert reactions(subject) == []
    SentReaction.objects.update(next_at=datetime.now(UTC))
    assert reacting_out.send(SentReaction.objects.get().pk) == "sent"


@pytest.mark.parametrize("subject", [("social", "telegram")], indirect=True)
def test_the_last_wish_counts(
    subject: Subject, inbox: Inbox, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent changes his mind while the first is under way: the second follows it."""
    message = asked(subject, inbox)
    reacting.react(message, "👍", by=agent)
    row = SentReaction.objects.get()
    real, woken = reacting_out._send, []

    def slow(one: SentReaction) -> bool:
        left = real(one)
        reacting.react(message, HEART, by=agent)
        assert reacting_out.send(one.pk) == "", "two of one message are never under way"
        return left

    monkeypatch.setattr(reacting_out, "_send", slow)
    reacting_out.send(row.pk)
    monkeypatch.setattr(reacting_out, "_send", real)
    assert shown(message) == {"emoji": HEART, "state": "queued", "error": ""}
    monkeypatch.setattr(nudge, "wake", lambda *given, **_more: woken.append(given))
    SentReaction.objects.update(next_at=datetime.now(UTC) - timedelta(seconds=5))
    assert reacting_out.sweep() == 1
    assert woken == [(reacting_out.TASK, row.pk)]
    assert reacting_out.send(row.pk) == "sent"
    assert [emoji for _on, emoji in reactions(subject)] == ["👍", HEART]


@pytest.mark.parametrize(
    "subject", [key for key in SUBJECTS if key not in KNOWS], indirect=True, ids="-".join
)
def test_elsewhere_it_is_refused_with_the_reason(subject: Subject, inbox: Inbox) -> None:
    assert reacting_out.offered(inbox) == ()
    message = Message(inbox=inbox, direction="in", external_id="1", meta={"from": "x"})
    with pytest.raises(RejectedError, match="no reactions"):
        reacting._may(message.conversation if message.conversation_id else None, message, "👍")  # type: ignore[arg-type]


@pytest.mark.parametrize("subject", [("social", "whatsapp")], indirect=True)
def test_what_gets_no_reaction(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    message = asked(subject, inbox)
    for emoji, why in (("🦄", "does not know"), ("👍👍", "does not know")):
        with pytest.raises(RejectedError, match=why), transaction.atomic():
            reacting.react(message, emoji, by=agent)
    Message.objects.filter(pk=message.pk).update(external_id="")
    with pytest.raises(RejectedError, match="which message"), transaction.atomic():
        reacting.react(message, "👍", by=agent)
    Message.objects.filter(pk=message.pk).update(
        external_id="wamid.1", created_at=datetime.now(UTC) - timedelta(hours=25)
    )
    with pytest.raises(RejectedError, match="too old"), transaction.atomic():
        reacting.react(message, "👍", by=agent)
    assert not SentReaction.objects.exists()
