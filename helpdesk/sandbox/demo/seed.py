"""Puts the demo together: the desk, its customers and their history, in one transaction."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery

from helpdesk.adapters import InboundFile
from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    ConversationEvent,
    Delivery,
    InboundEvent,
    InboundState,
    Message,
    Role,
    Template,
    WorkItem,
    WorkState,
)
from helpdesk.sandbox.demo import desk as desks
from helpdesk.sandbox.demo import ledger, people, vocabulary
from helpdesk.sandbox.demo.goods import paper, picture
from helpdesk.sandbox.demo.history import Files, History
from helpdesk.sandbox.demo.plans import WHOLE, plans
from helpdesk.sandbox.demo.thread import Thread
from helpdesk.services import attachments, promises, template_files

CUSTOMERS = 200
_BATCH = 1000
_RUNNING = 14  # letters whose promises are counted
_TINTS = ((206, 196, 178), (170, 178, 150), (176, 110, 84), (74, 84, 108), (232, 228, 220))
_UNREADABLE = (
    ("telegram", b'{"result": "not an update"}', "UnreadableError: not an update: no update_id"),
    ("sms", b"Body=Hello&From=%2B447700900555", "UnreadableError: no MessageSid"),
    ("email", b"\r\n\r\n", "UnreadableError: the mail is empty"),
)


@dataclass(frozen=True, slots=True)
class Seeded:
    """How much was written."""

    agents: int
    customers: int
    conversations: int
    messages: int


@transaction.atomic
def seed(*, small: bool = False, number: int = 7) -> Seeded:
    """Fill an empty desk. small: a tenth of it. number: of the dice, the same gives the same."""
    dice = random.Random(number)  # noqa: S311  a demo needs no secrets
    now = datetime.now(UTC)
    part = 10 if small else 1
    desk = desks.make(dice)
    someone = people.customers(CUSTOMERS // part, dice, now)
    history = History(desk, someone, _files(part), dice=dice, now=now)
    told = [history.thread(plan) for plan in plans(WHOLE // part, dice)]
    threads = sorted(told, key=lambda one: one.row.created_at)
    vocabulary.make()
    _save(threads)
    _care_card()
    _promises()
    _quarantine(desk, now)
    ledger.make(desk.inboxes, now, days=ledger.DAYS // part)
    messages = sum(len(thread.messages) for thread in threads)
    return Seeded(len(desks.PEOPLE), len(someone), len(threads), messages)


def _files(part: int) -> Files:
    """A few real files: photos of a torn seam, offers and invoices."""
    photos = [
        _stored(f"seam-{number}.png", picture(160 + 16 * number, 120, tint))
        for number, tint in enumerate(_TINTS[: 5 // part or 1])
    ]
    offers = [
        _stored(f"offer-{number}.pdf", paper(("Birch & Linen", f"Offer {number}: 30 linen sets")))
        for number in range(2024, 2024 + (3 // part or 1))
    ]
    invoices = [
        _stored(f"invoice-{number}.pdf", paper(("Birch & Linen", f"Invoice {number}")))
        for number in range(7100, 7100 + (3 // part or 1))
    ]
    return {("damaged", 2): photos, ("wholesale", 4): offers, ("invoice", 4): invoices}


def _care_card() -> None:
    """The template about washing brings a card to print."""
    template = Template.objects.get(shortcut="wash")
    lines = ("Birch & Linen", "40 degrees, similar colours, no softener.", "Iron it damp.")
    author = Agent.objects.get(role=Role.SUPERVISOR)
    template_files.add(template, "washing-linen.pdf", paper(lines), by=author)


def _stored(name: str, data: bytes) -> Attachment:
    return attachments.store(InboundFile(name=name, data=data, size=len(data)))


def _save(threads: list[Thread]) -> None:
    """Everything in bulk, oldest first, so that ids follow time as they do in life."""
    Conversation.objects.bulk_create([thread.row for thread in threads], batch_size=_BATCH)
    messages = [message for thread in threads for message in thread.messages]
    messages.sort(key=lambda one: one.created_at)
    Message.objects.bulk_create(messages, batch_size=_BATCH)
    events = [event for thread in threads for event in thread.events]
    events.sort(key=lambda one: (one.created_at, one.seq))
    ConversationEvent.objects.bulk_create(events, batch_size=_BATCH)
    deliveries = [delivery for thread in threads for delivery in thread.deliveries]
    deliveries.sort(key=lambda one: one.message.created_at)
    Delivery.objects.bulk_create(deliveries, batch_size=_BATCH)
    _date_back()
    files = [pair for thread in threads for pair in thread.files]
    for file, message in files:
        file.message = message
        file.uploaded_by = message.author
        file.created_at = message.created_at
    Attachment.objects.bulk_update(
        [file for file, _message in files], ["message", "uploaded_by", "created_at"]
    )
    Attachment.objects.filter(message__isnull=True).delete()
    _save_turns_of_agents(events)
    _save_work([thread.row for thread in threads])


def _save_work(rows: list[Conversation]) -> None:
    """The live chats are in their agents' hands; what else waits is for the router to find."""
    WorkItem.objects.bulk_create(
        [
            WorkItem(
                conversation=row,
                queue=row.inbox.queue,
                channel=row.inbox.channel,
                state=WorkState.ACTIVE,
                agent=row.assignee,
                enqueued_at=row.waiting_since,
                accepted_at=row.waiting_since,
            )
            for row in rows
            if row.inbox.channel == "chat" and row.waiting_since is not None
        ]
    )


def _promises() -> None:
    """Some letters that wait run against their promises: some near, some over.

    Only these: clocks of a whole history would all ring at the worker's first look.
    """
    waiting = Conversation.objects.filter(
        inbox__channel="email", state__in=promises.LIVING, waiting_since__isnull=False
    )
    found = list(waiting.order_by("-waiting_since", "pk").values_list("pk", flat=True))
    # The oldest and the newest: on a working day the ones are over, the others near.
    for pk in {*found[: _RUNNING // 2], *found[-_RUNNING // 2 :]}:
        promises.begin(pk)


def _date_back() -> None:
    """Columns that always say "now" on insert get the time of what they belong to."""
    first = ConversationEvent.objects.filter(conversation=OuterRef("pk"), seq=1)
    Conversation.objects.update(created_at=Subquery(first.values("created_at")))
    message = Message.objects.filter(pk=OuterRef("message_id"))
    Delivery.objects.update(updated_at=Subquery(message.values("created_at")))


def _save_turns_of_agents(events: list[ConversationEvent]) -> None:
    """The router goes by who got work longest ago."""
    newest: dict[int, datetime] = {}
    for event in events:
        if event.kind == "assigned":
            newest[event.payload["agent"]] = event.created_at
    agents = list(Agent.objects.filter(pk__in=newest))
    for agent in agents:
        agent.last_assigned_at = newest[agent.pk]
    Agent.objects.bulk_update(agents, ["last_assigned_at"])


def _quarantine(desk: desks.Desk, now: datetime) -> None:
    """What could not be read, so that its screen has something to show."""
    InboundEvent.objects.bulk_create(
        [
            InboundEvent(
                inbox=desk.inboxes[kind],
                dedupe_key=f"demo:{kind}",
                content_sha256=hashlib.sha256(body).digest(),
                headers={},
                body=body,
                received_at=now,
                next_at=now,
                attempts=1,
                state=InboundState.QUARANTINED,
                error=error,
                parser_version=1,
            )
            for kind, body, error in _UNREADABLE
        ]
    )
