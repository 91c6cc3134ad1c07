"""The log of phone calls: one entry for a call, whatever the order in which it is told."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_sms.providers.twilio_signature import signature
from channels_sms.stamps import signature as stamp
from helpdesk import inbound, nudge
from helpdesk.adapters import Person, Raw, adapter_for
from helpdesk.models import (
    Agent,
    Call,
    Conversation,
    InboundEvent,
    Inbox,
    Message,
    SLAClock,
    State,
    Task,
    Visibility,
    WorkItem,
    WorkState,
)
from helpdesk.records import CallReport
from helpdesk.services import calls
from tests import factories

pytestmark = pytest.mark.django_db
ANN, OURS = "+48600123456", "+15005550006"
FORM = "application/x-www-form-urlencoded"


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


@pytest.fixture
def exchange(agent: Agent) -> Inbox:
    return factories.inbox(
        teams=list(agent.teams.all()),
        channel="voice",
        provider="cti",
        address=OURS,
        secrets={"webhook_secret": "s"},
    )


def twilio(phone: Inbox, status: str, sequence: int, **more: str) -> tuple[bytes, dict[str, str]]:
    params = {
        "AccountSid": "AC1",
        "CallSid": "CA1",
        "From": ANN,
        "To": OURS,
        "Direction": "inbound",
        "CallStatus": status,
        "SequenceNumber": str(sequence),
        "Timestamp": "Tue, 14 Nov 2023 22:13:20 +0000",
        **more,
    }
    url = f"{django_settings.PUBLIC_BASE_URL}/hooks/twilio_voice/{phone.key}"
    signed = signature(phone.secrets["auth_token"], url, params.items())
    return urlencode(params).encode(), {"X-Twilio-Signature": signed}


def cti(exchange: Inbox, at: str | None = None, **told: Any) -> tuple[bytes, dict[str, str]]:
    facts = {"call_id": "c1", "direction": "in", "customer": ANN, "number": OURS, **told}
    body, now = json.dumps(facts).encode(), at or str(int(time.time()))
    return body, {"X-Timestamp": now, "X-Signature": stamp("s", now, body)}


def post(inbox: Inbox, body: bytes, headers: dict[str, str]) -> int:
    kind = FORM if inbox.provider == "twilio_voice" else "application/json"
    path = f"/hooks/{inbox.provider}/{inbox.key}"
    return Client().post(path, body, content_type=kind, headers=headers).status_code


def process() -> list[str]:
    for pk in InboundEvent.objects.filter(state="new").order_by("pk").values_list("pk", flat=True):
        inbound.process(pk)
    return list(InboundEvent.objects.order_by("pk").values_list("state", flat=True))


def test_an_answered_call_is_one_entry_that_no_customer_sees(phone: Inbox) -> None:
    for number, status in enumerate(("ringing", "in-progress", "completed")):
        assert post(phone, *twilio(phone, status, number, CallDuration="42")) == 200
    assert process() == ["done"] * 3

    call = Call.objects.get()
    assert (call.state, call.way, call.seconds, call.theirs) == ("completed", "in", 42, ANN)
    message = Message.objects.get()
    assert (message.visibility, message.public_seq) == (Visibility.INTERNAL, None)
    assert message.meta["call"]["state"] == "completed"
    assert message.conversation.state == State.RESOLVED
    assert message.conversation.customer.identities.get().address == ANN
    assert not Task.objects.exists()


@pytest.mark.parametrize("end", ["no-answer", "busy", "canceled", "failed"])
def test_a_missed_call_waits_is_routed_and_is_a_task(phone: Inbox, end: str) -> None:
    before = datetime.now(UTC)
    for number, status in enumerate(("ringing", end)):
        post(phone, *twilio(phone, status, number))
    process()

    talk = Conversation.objects.get()
    assert (talk.state, talk.unread) == (State.OPEN, 1)
    assert talk.waiting_since is not None
    assert WorkItem.objects.get(conversation=talk).state == WorkState.QUEUED
    assert WorkItem.objects.get().channel == "voice"
    task = Task.objects.get()
    assert ANN in task.text
    assert task.due_at is not None
    assert timedelta(minutes=14) < task.due_at - before < timedelta(minutes=16)
    assert Message.objects.get().meta["call"]["missed"] is True


def test_the_clock_of_the_first_reply_runs_until_somebody_calls_back(
    phone: Inbox, agent: Agent
) -> None:
    from helpdesk.models import SLAPolicy

    SLAPolicy.objects.all().delete()
    post(phone, *twilio(phone, "no-answer", 1))
    process()
    talk = Conversation.objects.get()
    assert SLAClock.objects.filter(conversation=talk, metric="frt", open=True).exists()

    calls.log(talk.pk, by=agent, way="out", state="completed", seconds=60, notes="Sorted out")

    talk.refresh_from_db()
    assert talk.waiting_since is None
    assert SLAClock.objects.get(conversation=talk, metric="frt").fulfilled_at is not None
    assert Task.objects.get().done_at is not None
    assert Call.objects.get(way="out").notes == "Sorted out"


def test_an_agent_who_talks_gets_nothing_else_and_then_a_while_to_tidy_up(
    exchange: Inbox, agent: Agent
) -> None:
    facts: dict[str, Any] = {"agent": agent.email, "seconds": 5}
    post(exchange, *cti(exchange, state="in_progress", sequence=1, **facts))
    process()
    item = WorkItem.objects.get()
    assert (item.state, item.agent, item.channel) == (WorkState.ACTIVE, agent, "voice")

    post(exchange, *cti(exchange, state="completed", sequence=2, disposition="Refund", **facts))
    process()
    item.refresh_from_db()
    assert item.state == WorkState.WRAP_UP
    assert item.expires_at is not None
    assert (item.expires_at - datetime.now(UTC)).total_seconds() > 80
    assert Call.objects.get().disposition == "Refund"


def test_the_caller_is_the_customer_of_that_number(phone: Inbox) -> None:
    sms = factories.inbox(channel="sms", provider="twilio", address=OURS)
    known = factories.conversation(sms, ANN, kind="phone").customer
    post(phone, *twilio(phone, "completed", 3))
    process()

    assert Message.objects.get(inbox=phone).conversation.customer == known


def test_a_recording_is_a_link_by_https_alone(exchange: Inbox) -> None:
    post(exchange, *cti(exchange, state="completed", recording_url="javascript:alert(1)"))
    process()
    assert Call.objects.get().recording_url == ""
    facts: dict[str, Any] = {"recording_url": "https://pbx.example/r/1", "recording_notice": True}
    post(exchange, *cti(exchange, sequence=9, **facts))
    process()
    call = Call.objects.get()
    assert (call.recording_url, call.recording_notice) == ("https://pbx.example/r/1", True)
    assert call.state == "completed"


def test_forged_stale_and_foreign_calls_are_refused(phone: Inbox, exchange: Inbox) -> None:
    body, headers = twilio(phone, "ringing", 1)
    assert post(phone, body + b"&x=1", headers) == 403
    assert post(phone, body[:-1], headers) == 403
    assert post(phone, body, {}) == 403
    assert post(phone, *twilio(phone, "ringing", 1, AccountSid="AC2")) == 403
    assert post(phone, *twilio(phone, "ringing", 1, To="+15005550009")) == 403
    body, headers = cti(exchange, state="ringing")
    now = int(time.time())
    assert post(exchange, body.replace(b": ", b":"), headers) == 403
    assert post(exchange, body[:-1], headers) == 403
    for at in (now - 400, now + 400, now * 1000):
        assert post(exchange, *cti(exchange, at=str(at), state="ringing")) == 403
    assert post(exchange, *cti(exchange, state="ringing", number="+15005550009")) == 403
    assert not InboundEvent.objects.exists()


def test_the_same_call_again_is_stored_once(exchange: Inbox) -> None:
    told = cti(exchange, state="ringing", sequence=1)
    assert [post(exchange, *told) for _ in range(3)] == [200] * 3
    assert process() == ["done"]
    assert Call.objects.count() == 1


@pytest.mark.parametrize(
    "told",
    [
        {"state": "flying"},
        {"call_id": ""},
        {"customer": ""},
        {"direction": "up"},
        {"call_id": 7},
        {"customer": None},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_put_aside(exchange: Inbox, told: dict[str, Any]) -> None:
    assert post(exchange, *cti(exchange, **{"state": "ringing", **told})) == 200
    assert process() == ["quarantined"]


@pytest.mark.parametrize("number", [-5, 10**30, True, "7", None, 1.5])
def test_huge_and_negative_counts_are_none(exchange: Inbox, number: Any) -> None:
    post(exchange, *cti(exchange, state="completed", seconds=number, hold_seconds=number))
    assert process() == ["done"]
    assert Call.objects.get().seconds == 0


STEPS = [
    {"state": "queued", "sequence": 0},
    {"state": "ringing", "sequence": 1},
    {"state": "in_progress", "sequence": 2, "notes": "first"},
    {"state": "", "sequence": 3, "notes": "second", "disposition": "Refund"},
    {"state": "completed", "sequence": 4, "seconds": 42, "hold_seconds": 3},
]
MISSED = [
    {"state": "ringing", "sequence": 0},
    {"state": "no_answer", "sequence": 1},
]


def outcome(phone: Inbox, told: list[tuple[str, dict[str, Any]]]) -> list[tuple[Any, ...]]:
    with transaction.atomic():
        for name, step in told:
            at = datetime(2023, 11, 14, 22, 13, step["sequence"], tzinfo=UTC)
            person = Person("phone", ANN, verified=True)
            calls.report(phone, CallReport(id=name, person=person, way="in", at=at, **step))
        found: list[tuple[Any, ...]] = [
            (*row, Task.objects.count())
            for row in Call.objects.order_by("external_id").values_list(
                "external_id",
                "state",
                "seconds",
                "hold_seconds",
                "notes",
                "disposition",
                "began_at",
                "answered_at",
                "ended_at",
            )
        ]
        found.append((Conversation.objects.filter(inbox=phone).count(), Message.objects.count()))
        transaction.set_rollback(True)
    return found


def test_any_order_and_any_repeats_end_alike(phone: Inbox) -> None:
    pool = [("a", step) for step in STEPS] + [("b", step) for step in MISSED]
    pool += [("c", step) for step in STEPS]
    ordered = outcome(phone, pool)
    assert [one[1] for one in ordered[:-1]] == ["completed", "no_answer", "completed"]

    repeats = st.lists(st.sampled_from(pool), min_size=18, max_size=18)

    @settings(
        max_examples=int(os.environ.get("PARLEY_CASES", "500")) // 10,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(repeats.flatmap(lambda more: st.permutations(pool + more)))
    def in_any_order(told: list[tuple[str, dict[str, Any]]]) -> None:
        assert outcome(phone, told) == ordered

    in_any_order()


def test_a_call_carries_no_text(phone: Inbox) -> None:
    from helpdesk.adapters import PermanentError

    with pytest.raises(PermanentError):
        adapter_for(phone).send(phone, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("way", "state", "seconds"), [("up", "completed", 1), ("in", "ringing", 1), ("in", "busy", -1)]
)
def test_an_odd_call_is_not_written_down(
    phone: Inbox, agent: Agent, way: str, state: str, seconds: int
) -> None:
    talk = factories.conversation(phone, ANN, kind="phone")

    with pytest.raises(calls.InvalidCallError):
        calls.log(talk.pk, by=agent, way=way, state=state, seconds=seconds)


def test_the_leg_to_an_agents_phone_is_no_call_of_its_own(phone: Inbox) -> None:
    body, _headers = twilio(phone, "completed", 1, ParentCallSid="CA0")
    event, _new = inbound.accept(phone, Raw("x", body, {"content-type": FORM}))
    inbound.process(event.pk)

    assert process() == ["done"]  # of a call in 2023, which nobody waits for any more
    assert not Call.objects.exists()
