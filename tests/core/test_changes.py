"""Edits, deletions, reactions, echoes, watermarks: what comes after a message, in any order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk import happenings, inbound, outbox
from helpdesk.adapters import InboundFile, InboundMessage, Person
from helpdesk.models import (
    Attachment,
    Conversation,
    ConversationEvent,
    Delivery,
    InboundEvent,
    Inbox,
    Message,
    MessageChange,
)
from helpdesk.realtime import payloads
from helpdesk.records import Change, Moved, Reached, Watermark
from helpdesk.selectors import search, thread
from helpdesk.services import changes, messages, transcripts
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANN = Person("phone", "+48600123456", name="Ann", verified=True)


def said(body: str = "Secretword", number: int = 1, **more: Any) -> InboundMessage:
    return InboundMessage(ANN, body, external_id=f"m{number}", sent_at=NOON, **more)


def change(
    kind: str, text: str = "", *, minute: int = 1, target: str = "m1", by: str = ""
) -> Change:
    who = by or ANN.address
    at = NOON + timedelta(minutes=minute)
    return Change(kind, target, f"{kind}:{target}:{minute}:{who}", at, who, text)


def state(message: Message) -> tuple[Any, ...]:
    message = Message.objects.get(pk=message.pk)
    kept = {k: v for k, v in message.meta.items() if k in ("edited", "deleted", "reactions")}
    return message.body, kept


def test_changes_in_any_order_and_twice_end_in_one_state(desk: Desk) -> None:
    steps: list[Any] = [
        change("edited", "second", minute=1),
        change("edited", "third", minute=2),
        change("reaction", "👍", minute=3),
        change("reaction", "", minute=4),
        change("reaction", "🎉", minute=3, by="other"),
    ]
    ends = set()
    for run, order in enumerate(itertools.permutations([None, *steps])):
        if run % 9:
            continue
        number = run + 1
        for step in [*order, order[0], order[-1]]:
            if step is None:
                inbound.receive(desk.inbox, said("first", number))
            else:
                moved = Change(
                    step.kind, f"m{number}", f"{step.key}:{number}", step.at, step.sender, step.text
                )
                changes.apply(desk.inbox, moved)
        body, kept = state(Message.objects.get(external_id=f"m{number}"))
        ends.add((body, repr(kept)))

    assert ends == {
        (
            "third",
            repr(
                {
                    "edited": "2026-03-02T12:02:00+00:00",
                    "reactions": [{"by": "other", "emoji": "🎉"}],
                }
            ),
        )
    }


@pytest.mark.parametrize("first", ["message", "deletion"])
def test_a_deleted_message_stands_nowhere_and_leaves_a_trace(desk: Desk, first: str) -> None:
    file = InboundFile("Secretword.txt", b"Secretword", "text/plain")
    steps: list[Callable[[], Any]] = [
        lambda: inbound.receive(desk.inbox, said("Secretword", files=(file,))),
        lambda: changes.apply(desk.inbox, change("edited", "Secretword again")),
        lambda: changes.apply(desk.inbox, change("deleted", minute=2)),
    ]
    for step in steps if first == "message" else reversed(steps):
        step()
    changes.apply(desk.inbox, change("edited", "Secretword late", minute=3))
    message = Message.objects.get()
    conversation = Conversation.objects.get()

    shown = repr(thread.detail(desk.agent, conversation.pk)) + repr(payloads.row(conversation))
    rows = transcripts._rows(conversation, 0, "Us")
    assert "Secretword" not in shown + repr(rows)
    assert search.find(desk.agent, "Secretword")["results"] == []
    assert "Secretword" not in repr(list(MessageChange.objects.values_list("text", flat=True)))
    assert not Attachment.objects.filter(message=message).exists()
    (event,) = ConversationEvent.objects.filter(kind="message_deleted")
    assert event.payload["message"] == str(message.pk)
    assert payloads.message(thread.joined(Message.objects.all()).get())["deleted_at"]


def test_the_raw_payload_of_a_deleted_message_is_blanked(desk: Desk) -> None:
    inbound.receive(desk.inbox, said())
    message = Message.objects.get()
    raw = InboundEvent.objects.create(
        inbox=desk.inbox, dedupe_key="x", content_sha256=b"0" * 32, body=b"Secretword",
        received_at=NOON, next_at=NOON, state="done", message=message,
    )  # fmt: skip
    changes.apply(desk.inbox, change("deleted"))
    raw.refresh_from_db()

    assert bytes(raw.body) == b""


def test_nobody_changes_anothers_words(desk: Desk, phone: Inbox) -> None:
    inbound.receive(phone, said("mine"))
    message, _ = messages.reply(Conversation.objects.get().pk, by=desk.agent, body="ours")
    Message.objects.filter(pk=message.pk).update(external_id="o1")
    changes.apply(phone, change("edited", "forged", by="+48999999999"))
    changes.apply(phone, change("deleted", target="o1"))
    changes.apply(phone, change("reaction", "👍", target="o1"))

    assert [one.body for one in Message.objects.order_by("seq")] == ["mine", "ours"]
    assert Message.objects.get(pk=message.pk).meta["reactions"][0]["emoji"] == "👍"


def test_a_change_that_came_first_is_attached_by_the_sweep(desk: Desk) -> None:
    inbound.receive(desk.inbox, said("first"))
    MessageChange.objects.create(
        inbox=desk.inbox, target="m1", key="k", kind="edited", text="second", at=NOON
    )

    assert changes.attach_parked() == 1
    assert changes.attach_parked() == 0
    assert Message.objects.get().body == "second"


def test_an_echo_is_ours_and_asks_nobody(desk: Desk, phone: Inbox) -> None:
    inbound.receive(phone, said())
    before = Conversation.objects.get()
    echo = InboundMessage(ANN, "From the phone", external_id="e1", echo=True)
    happenings.take(phone, echo)
    happenings.take(phone, echo)
    after = Conversation.objects.get()

    message = Message.objects.get(external_id="e1")
    assert (message.direction, message.author, message.meta["echo"]) == ("out", None, True)
    assert (after.unread, after.waiting_since) == (before.unread, before.waiting_since)
    assert after.last_preview == "From the phone"
    assert not Delivery.objects.exists()


def test_an_echo_to_a_stranger_makes_no_work(desk: Desk) -> None:
    happenings.take(desk.inbox, InboundMessage(ANN, "Hello", external_id="e1", echo=True))

    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.unread, conversation.waiting_since) == (
        "resolved", 0, None,
    )  # fmt: skip


def test_an_echo_of_what_is_on_its_way_settles_it(desk: Desk, phone: Inbox) -> None:
    inbound.receive(phone, said())
    messages.reply(Conversation.objects.get().pk, by=desk.agent, body="ours")
    Delivery.objects.update(state="uncertain")
    happenings.take(phone, InboundMessage(ANN, "ours", external_id="e1", echo=True))

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.provider_id) == ("sent", "e1")
    assert Message.objects.filter(direction="out").count() == 1
    assert outbox.deliver(delivery.pk) == ""


def test_a_watermark_reaches_what_left_before_it(desk: Desk, phone: Inbox) -> None:
    inbound.receive(phone, said())
    pk = Conversation.objects.get().pk
    for minute in (1, 2, 3):
        message, _ = messages.reply(pk, by=desk.agent, body=f"no {minute}")
        Message.objects.filter(pk=message.pk).update(sent_at=NOON + timedelta(minutes=minute))
    Delivery.objects.update(state="sent")
    happenings.take(phone, Watermark("read", ANN.address, NOON + timedelta(minutes=2)))
    happenings.take(phone, Watermark("delivered", ANN.address, NOON + timedelta(minutes=3)))

    found = Delivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(found) == ["read", "read", "delivered"]


def test_a_moved_address_and_one_that_blocked_us(desk: Desk, phone: Inbox) -> None:
    inbound.receive(phone, said())
    happenings.take(phone, Moved("phone", ANN.address, "+48600999999"))
    happenings.take(phone, Reached("phone", "+48600999999", blocked=True))
    message, _ = messages.reply(Conversation.objects.get().pk, by=desk.agent, body="ours")

    assert message.delivery.to == "+48600999999"
    assert ConversationEvent.objects.filter(kind="customer_blocked_us").count() == 1
