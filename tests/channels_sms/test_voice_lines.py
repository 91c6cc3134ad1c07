"""Calls that make phones ring: who talked, in whatever order it is told; and what agents add."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from channels_sms.fake_voice import PLOTS, TwilioVoiceFake
from helpdesk import inbound, nudge
from helpdesk.adapters import Person
from helpdesk.call_lines import outcome, with_report
from helpdesk.models import Agent, Call, Conversation, InboundEvent, Inbox, Message, Task
from helpdesk.records import CallReport
from helpdesk.sandbox.caller import Caller, Webhook
from helpdesk.sandbox.fakes import Ledger
from helpdesk.services import calls
from tests import factories

pytestmark = pytest.mark.django_db
ANN, OURS = "+48600123456", "+15005550006"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC).isoformat()
STATES = {"in-progress": "in_progress", "no-answer": "no_answer", "initiated": "queued"}


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudge, "wake", lambda *_args, **_more: True)


@pytest.fixture
def agent() -> Agent:
    return factories.agent(teams=[factories.team()], presence="online")


@pytest.fixture
def phone(agent: Agent) -> Inbox:
    return factories.inbox(
        teams=list(agent.teams.all()),
        channel="voice",
        provider="twilio_voice",
        address=OURS,
        settings={"account_sid": "AC1"},
        secrets={"auth_token": "t"},
    )


def called(phone: Inbox, plot: str, **more: Any) -> list[Webhook]:
    fake = TwilioVoiceFake(Ledger("twilio_voice"), Caller(1), "http://127.0.0.1:1")
    hook = f"{settings.PUBLIC_BASE_URL}/hooks/twilio_voice/{phone.key}"
    facts = {"account_sid": "AC1", "auth_token": "t", "from": ANN, "to": OURS, "text": plot}
    return fake.webhooks({**facts, "hook": hook, **more})


def post(phone: Inbox, hooks: Iterable[Webhook]) -> None:
    for hook in hooks:
        path = f"/hooks/twilio_voice/{phone.key}"
        kind = hook.headers["Content-Type"]
        answer = Client().post(path, hook.body, content_type=kind, headers=dict(hook.headers))
        assert answer.status_code == 200
    for pk in InboundEvent.objects.filter(state="new").order_by("pk").values_list("pk", flat=True):
        inbound.process(pk)


@pytest.mark.parametrize("backwards", [False, True])
def test_phones_that_rang_in_vain_are_a_missed_call(phone: Inbox, *, backwards: bool) -> None:
    hooks = called(phone, "rang_in_vain")
    first, rest = hooks[:1], hooks[1:]
    post(phone, first + (rest[::-1] if backwards else rest))

    call = Call.objects.get()
    assert (call.state, call.answered_at) == ("no_answer", None)
    assert Message.objects.get().meta["call"]["missed"] is True
    assert Conversation.objects.get().waiting_since is not None
    assert Task.objects.get().done_at is None


def test_a_flow_that_takes_the_call_by_itself_calls_nobody_back(phone: Inbox) -> None:
    post(phone, called(phone, "missed"))
    post(phone, called(phone, "rang_in_vain")[:2])  # its words play; no phone rings yet

    assert Call.objects.latest("pk").state == "ringing"
    assert Task.objects.get().done_at is None


def test_a_phone_that_was_picked_up_is_an_answer(phone: Inbox) -> None:
    post(phone, called(phone, "answered"))

    call = Call.objects.get()
    assert (call.state, call.seconds) == ("completed", 42)
    assert call.answered_at is not None
    assert not Task.objects.exists()


def test_a_recording_that_names_nobody_waits_for_its_call(phone: Inbox) -> None:
    *steps, recording = called(phone, "direct", recorded=True)
    post(phone, [recording])
    event = InboundEvent.objects.get()
    assert (event.state, event.attempts, Call.objects.exists()) == ("new", 0, False)

    post(phone, steps)
    InboundEvent.objects.filter(pk=event.pk).update(next_at=datetime.now(UTC))
    assert inbound.process(event.pk) == "done"
    assert Call.objects.get().recording_url.startswith("https://")


def test_after_a_day_nobody_waits_for_a_call_that_was_never_told_of(phone: Inbox) -> None:
    old = datetime.now(UTC) - timedelta(hours=25)
    said = CallReport("CA9", Person("phone", ""), "in", at=old, recording_url="https://x.example")

    assert calls.report(phone, said) is None


@pytest.mark.parametrize("plot", sorted(PLOTS))
def test_any_order_of_reports_is_one_outcome(plot: str) -> None:
    steps = [(n, line, STATES.get(state, state)) for n, (line, state) in enumerate(PLOTS[plot])]
    some = itertools.islice(itertools.permutations(steps), 0, None, 997)
    found = set()
    for order in [tuple(steps), *itertools.islice(some, 300)]:
        lines: dict[str, Any] = {}
        for number, line, state in order:
            at = NOON if state == "in_progress" else ""
            lines = with_report(lines, line, state, number, at)
        found.add(outcome(lines))

    assert len(found) == 1


def test_an_outcome_is_written_later_and_no_report_writes_over_it(
    phone: Inbox, agent: Agent
) -> None:
    hooks = called(phone, "direct")
    post(phone, hooks[:-1])
    message = Message.objects.get()
    calls.edit(message.pk, by=agent, disposition="Sold", notes="<b>Two</b> pots")
    post(phone, hooks[-1:])
    name = Call.objects.get().external_id
    late = CallReport(name, Person("phone", ANN), "in", sequence=99, disposition="None")
    calls.report(phone, late)

    call = Call.objects.get()
    assert (call.state, call.disposition, call.notes) == ("completed", "Sold", "<b>Two</b> pots")
    message.refresh_from_db()
    assert message.meta["call"]["disposition"] == "Sold"
