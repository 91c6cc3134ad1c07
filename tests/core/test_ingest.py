"""Many payloads: what one costs in statements, and how workers share them."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from helpdesk import inbound, nudge, quick_redis
from helpdesk.adapters import InboundMessage, Person, Raw
from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    Customer,
    InboundEvent,
    Inbox,
    Message,
    Presence,
    SLAClock,
    WorkItem,
    WorkState,
)
from helpdesk.routing import engine, snapshot
from helpdesk.routing.work import World
from helpdesk.selectors import belonging
from helpdesk.sla import stored
from tests import factories
from tests.channel import ScriptedChannel
from tests.channels_email.samples import ADDRESS, mail
from tests.core.conftest import Desk
from tests.core.parallel import at_once
from tests.core.test_inbound import raw, text
from tests.core.test_queries import statements

pytestmark = pytest.mark.django_db(transaction=True)

ONCE = nudge.once
FRESH, FURTHER = 12, 8
"""Statements that a first mail and a further one cost beside BEGIN and COMMIT."""
TEXT, FURTHER_TEXT = 9, 8
"""The same of texts, where a worker files one after the other."""


@pytest.fixture(autouse=True)
def long_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not end a worker's turn in the middle of a test."""
    monkeypatch.setattr(inbound, "TURN", 300.0)


@pytest.fixture
def letters(desk: Desk) -> Inbox:
    return factories.inbox(channel="email", address=ADDRESS, teams=[desk.mine])


def kept(inbox: Inbox, number: int, sender: str = "ann", extra: str = "", **more: Any) -> int:
    data = mail(
        more.pop("body", f"Letter {number}\r\n"),
        message_id=more.pop("message_id", f"<{number}@customer.example>"),
        sender=f"Ann <{sender}@customer.example>",
        extra=extra,
        **more,
    )
    headers = {"rcpt": ADDRESS, "mail_from": f"{sender}@customer.example"}
    return inbound.accept(inbox, Raw(f"key {number}", data, headers), wake=False)[0].pk


def cost(pk: int) -> list[str]:
    return statements(lambda: inbound.process(pk))


def test_mails_cost_a_fixed_number_of_statements(letters: Inbox) -> None:
    inbound.process(kept(letters, 1, "bob"))
    # One more each than in a worker, which reads the inbox once for all that it takes.
    first = cost(kept(letters, 2))
    assert len(first) <= FRESH + 1, "\n".join(first)
    answer = cost(kept(letters, 3, extra="In-Reply-To: <2@customer.example>"))
    assert len(answer) <= FURTHER + 1, "\n".join(answer)
    talk = Conversation.objects.get(customer__identities__address="ann@customer.example")
    assert talk.messages.count() == 2


def test_texts_in_a_row_cost_a_fixed_number_of_statements(phone: Inbox, nudges: list[Any]) -> None:
    def keep(first: int, sender: str) -> None:
        for n in range(first, first + 5):
            one = {"from": f"+48{sender or n}", "text": f"Where is parcel {n}?", "id": f"sid-{n}"}
            inbound.accept(phone, raw(one, key=f"k{n}"), wake=False)

    def cost_of_each() -> float:
        # Read once for all: the inbox, the promises, the clock, and that nothing is left.
        return (len(statements(inbound.drain)) - 4) / 5

    keep(0, "100")
    inbound.drain()
    nudges.clear()
    keep(10, "")
    assert cost_of_each() <= TEXT
    keep(20, "10")  # one who has written before
    assert cost_of_each() <= FURTHER_TEXT
    assert Message.objects.count() == 15
    assert Counter(task for task, *_ids in nudges) == {"helpdesk.route": 2}


def test_a_copy_that_no_dedupe_key_tells_is_found_by_the_constraint(phone: Inbox) -> None:
    for number in range(3):
        inbound.accept(phone, raw(text(1), text(number), key=f"k{number}"), wake=False)
    assert inbound.drain() == 3
    assert set(InboundEvent.objects.values_list("state", flat=True)) == {"done"}
    found = Message.objects.values_list("external_id", flat=True)
    assert sorted(found) == ["sid-0", "sid-1", "sid-2"]


def test_another_promise_counts_a_second_later_at_most(
    phone: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stored.remembered():
        (_none, first), *_ = stored.in_force()
        now = stored.database_now()
        stored.default_rows()[0].save()
        assert statements(lambda: (stored.in_force(), stored.database_now())) == []
        assert stored.database_now() > now
        monkeypatch.setattr(stored, "MEMORY", 0.0)
        assert len(stored.in_force()) == 1
        assert len(statements(lambda: (stored.in_force(), stored.database_now()))) == 2
    assert first.targets


def test_what_a_new_conversation_writes_at_last_is_all_there(letters: Inbox) -> None:
    inbound.process(kept(letters, 1))
    talk = Conversation.objects.get()
    assert list(talk.events.order_by("seq").values_list("seq", "kind")) == [
        (1, "conversation_started"),
        (2, "message_received"),
    ]
    clocks = {row.metric: row for row in SLAClock.objects.filter(conversation=talk)}
    assert set(clocks) == {"frt", "resolution"}
    assert all(row.timers.exists() for row in clocks.values())
    item = WorkItem.objects.get(conversation=talk)
    assert item.due_at == clocks["frt"].due_at == talk.promised_at
    assert item.target == clocks["frt"].clock["target"]


def test_a_worker_takes_all_that_is_new_and_each_failure_is_its_own(
    phone: Inbox, channel: ScriptedChannel
) -> None:
    for number in range(6):
        broken = number == 2
        one = {"from": f"+4861{number}", "text": None if broken else "Hi", "id": f"s{number}"}
        inbound.accept(phone, raw(one, key=f"k{number}"), wake=False)
    assert inbound.drain() == 6
    states = Counter(InboundEvent.objects.values_list("state", flat=True))
    assert states == {"done": 5, "new": 1}
    assert inbound.drain() == inbound.drain(again=True) == 0, "the failed one is not due yet"
    InboundEvent.objects.filter(state="new").update(next_at="2020-01-01T00:00Z")
    assert inbound.drain() == 0, "what failed before is not among the new ones"
    with inbound._slow_lane:
        assert inbound.drain(again=True) == 0
    assert inbound.drain(again=True) == 1


def test_a_slow_payload_holds_up_only_its_own_worker(
    phone: Inbox, channel: ScriptedChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        inbound.accept(phone, raw(text(number), key=f"k{number}"), wake=False)
    others_done, parse = threading.Event(), channel.parse

    def slow(inbox: Inbox, given: Raw) -> Any:
        if given.dedupe_key == "k0":
            assert others_done.wait(30)
        return parse(inbox, given)

    monkeypatch.setattr(channel, "parse", slow)

    def quick_one() -> int:
        while not InboundEvent.objects.filter(attempts=1).exists():
            pass
        done = inbound.drain()
        others_done.set()
        return done

    assert sorted(at_once([inbound.drain, quick_one])) == [1, 4]
    assert Message.objects.count() == 5


def test_after_its_turn_a_worker_lets_others_in(
    phone: Inbox, nudges: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "TURN", 0.0)
    inbound.accept(phone, raw(text()), wake=False)
    assert inbound.drain(1) == 0
    assert nudges == [("helpdesk.drain", 1)]


def test_workers_share_without_doubling(phone: Inbox) -> None:
    for number in range(30):
        inbound.accept(phone, raw(text(number), key=f"k{number}"), wake=False)
    done = at_once([inbound.drain] * 4)
    assert sum(done) == 30
    assert Message.objects.count() == 30


def test_first_letters_of_one_sender_at_once_make_one_customer(letters: Inbox) -> None:
    pks = [kept(letters, number) for number in range(6)]
    assert at_once([partial(inbound.process, pk) for pk in pks]) == ["done"] * 6
    assert Customer.objects.count() == 1
    assert Message.objects.count() == 6


def test_a_payload_that_two_workers_file_is_filed_once(
    letters: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease ran out under a slow worker, and another one took it meanwhile."""
    pk, file = kept(letters, 1), inbound._file

    def overtaken(event: InboundEvent, *facts: Any, **more: Any) -> None:
        monkeypatch.setattr(inbound, "_file", file)
        InboundEvent.objects.filter(pk=pk).update(next_at="2020-01-01T00:00Z")
        assert inbound.process(pk) == "done"
        InboundEvent.objects.filter(pk=pk).update(message=None)
        Message.objects.all().delete()  # even then: the mark is what counts
        file(event, *facts, **more)

    monkeypatch.setattr(inbound, "_file", overtaken)
    assert inbound.process(pk) == "done"
    assert Message.objects.count() == 0


def test_a_copy_stores_no_file_again(letters: Inbox) -> None:
    whole = {
        "content_type": "multipart/mixed; boundary=b",
        "body": "--b\r\nContent-Type: text/plain\r\n\r\nHi\r\n--b\r\n"
        "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n"
        "words\r\n--b--\r\n",
        "message_id": "<same@customer.example>",
    }
    for number in range(3):
        assert inbound.process(kept(letters, number, **whole)) == "done"
    assert (Message.objects.count(), Attachment.objects.count()) == (1, 1)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What goes to the broker by the real once() and soon()."""
    found: list[tuple[Any, ...]] = []

    def wake(task: str, *args: Any, countdown: float = 0) -> bool:
        found.append((task, args, countdown))
        return True

    monkeypatch.setattr(nudge, "once", ONCE)
    monkeypatch.setattr(nudge, "wake", wake)
    client = quick_redis.client()
    for key in client.scan_iter("parley:*"):
        client.delete(key)
    return found


def test_a_nudge_waits_once_until_a_worker_takes_it_up(sent: list[Any]) -> None:
    nudge.drain(1)
    nudge.drain(1)
    nudge.drain(2)
    assert sent == [("helpdesk.drain", (1,), 0), ("helpdesk.drain", (0,), 0)]
    nudge.took_up("helpdesk.drain", 1)
    nudge.drain(3)
    nudge.drain(4)
    assert sent[2:] == [("helpdesk.drain", (1,), 0)]


def test_the_router_rests_after_a_long_pass(sent: list[Any]) -> None:
    nudge.route(1)
    nudge.took_up(nudge.ROUTE)
    nudge.rest(nudge.ROUTE, 1.5)
    nudge.route(2)
    nudge.route(3)
    (_, _, at_once_), (_, _, rested) = sent
    assert at_once_ == 0
    assert 0 < rested <= 1.5


def test_what_is_gathered_goes_together(sent: list[Any]) -> None:
    with nudge.gathered():
        nudge.soon("helpdesk.detect_language", 1)
        nudge.soon("helpdesk.detect_language", 2)
        assert sent == []
    nudge.soon("helpdesk.detect_language", 3)
    assert [args for _task, args, _countdown in sent] == [(1, 2), (3,)]


def test_who_is_an_agent_is_asked_once_and_known_a_second_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def claimed(address: str) -> Agent | None:
        person = Person("email", address)
        return belonging.claimed_agent(InboundMessage(sender=person, body=""))

    with belonging.remembered():
        assert claimed("nobody@customer.example") is None
        assert statements(lambda: claimed("other@customer.example")) == []
        assert claimed(desk.agent.email.swapcase()) == desk.agent
        Agent.objects.filter(pk=desk.agent.pk).update(is_active=False)
        assert claimed(desk.agent.email) is None  # their right is read from the row
    monkeypatch.setattr(belonging, "MEMORY", 0.0)
    with belonging.remembered():
        assert claimed("new@parley.example") is None
        Agent.objects.filter(pk=desk.agent.pk).update(is_active=True, email="new@parley.example")
        assert claimed("new@parley.example") == desk.agent


def test_where_nobody_is_there_the_router_reads_no_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.conversation(desk.inbox)
    Agent.objects.update(presence=Presence.OFFLINE)
    read: list[datetime] = []
    world = snapshot.world

    def reading(now: datetime) -> World:
        read.append(now)
        return world(now)

    monkeypatch.setattr(snapshot, "world", reading)
    assert engine.route_all() == 0
    assert not read
    WorkItem.objects.update(state=WorkState.ACTIVE, agent=desk.agent)  # somebody left with it
    engine.route_all()
    assert len(read) == 1
    WorkItem.objects.update(state=WorkState.QUEUED, agent=None)
    Agent.objects.filter(pk=desk.agent.pk).update(presence=Presence.ONLINE)
    engine.route_all()
    assert len(read) > 1
