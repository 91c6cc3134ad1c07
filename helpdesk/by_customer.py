"""What a customer does beside writing: answers our questions, leaves, ends, rates, asks for a copy.

A port for channel apps, as `inbound` is for messages. Every verb is one transaction under the
conversation's lock, records an event that agents see in the thread, and is harmless to repeat.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import tzinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Func, JSONField, Value
from django.db.models.functions import Lower

from helpdesk import nudge
from helpdesk.adapters import Person
from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, locked, record
from helpdesk.models import Conversation as Thread
from helpdesk.models import (
    ConversationEvent,
    Customer,
    Inbox,
    Message,
    Rating,
    Skill,
    State,
    Visibility,
)
from helpdesk.realtime import groups, publish
from helpdesk.routing.reliefs import rushes
from helpdesk.routing.slots import Slots, slots
from helpdesk.routing.snapshot import SEEN_WITHIN
from helpdesk.routing.waiting import DEFAULT_AHT, NO_WAIT, Estimate, estimate
from helpdesk.services import conversations, customers, surveys, transcripts, ways
from helpdesk.services.orders import Bill, ForgedOrderError, InvalidOrderError, record_order
from helpdesk.services.recognition import recognise
from helpdesk.services.text import clean, clean_line, mask_cards

__all__ = [
    "DEFAULT_AHT",
    "ENDED",
    "NO_WAIT",
    "SEEN_WITHIN",
    "Bill",
    "Estimate",
    "ForgedOrderError",
    "InvalidOrderError",
    "RefusedError",
    "Slots",
    "answer",
    "back",
    "end",
    "estimate",
    "gone",
    "hold_back",
    "leave",
    "mail_address",
    "press",
    "rate",
    "recognise",
    "record_order",
    "rushes",
    "set_context",
    "slots",
    "transcript",
]

ENDED = "ended by the customer"
MAX_ANSWER = 1000
OVER = frozenset({State.RESOLVED, State.CLOSED, State.SPAM})


class RefusedError(ValueError):
    """A verb that cannot be done; `code` is for the customer's screen, the text for the log."""

    def __init__(self, code: str, *, retryable: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.retryable = retryable


def mail_address(text: str) -> str:
    """A typed e-mail address as we keep it. Raises RefusedError("email")."""
    address = clean_line(text, 254)
    try:
        validate_email(address)
    except ValidationError:
        raise RefusedError("email") from None
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"


@transaction.atomic
def answer(
    conversation_id: int,
    answers: Mapping[str, str],
    *,
    name: str = "",
    email: str = "",
    chosen: Collection[str] = (),
) -> bool:
    """Keep answers to the inbox's questions; True if any is new.

    name and email are those among the answers that tell who he is: the name fills a gap, the
    address is linked unverified if nobody else has it. chosen: what he picked, in the words of
    every language; where it is called like a skill, agents who have that skill are asked first.
    """
    if name or email:  # the customer's lock comes before the conversation's, as everywhere
        customers.held_of(conversation_id)
    with locked(conversation_id) as conversation:
        given = {
            clean_line(one, 60): mask_cards(clean(text, MAX_ANSWER).strip())
            for one, text in answers.items()
        }
        fresh = {
            one: text
            for one, text in given.items()
            if text and conversation.answers.get(one) != text
        }
        if not fresh:
            return False
        conversation.answers = {**conversation.answers, **fresh}
        if name:
            customers.fill_name(conversation.customer, name)
        if email:
            _link(conversation.customer, email)
        _ask_for(conversation, chosen)
        record(conversation, Kind.CUSTOMER_ANSWERED, payload={"answers": fresh})
    return True


def _ask_for(conversation: Thread, chosen: Collection[str]) -> None:
    """Route by the skills that his answers name; one he named before stays asked for."""
    words = {one.strip().lower() for one in chosen}
    named = Skill.objects.annotate(lower=Lower("name")).filter(lower__in=words) if words else ()
    before = set(conversation.context.get("asks", ()))
    asks = sorted(before | {skill.pk for skill in named})
    if len(asks) > len(before):
        conversation.context = {**conversation.context, "asks": asks}
        after_commit(nudge.route, conversation.pk)


def _link(customer: Customer, email: str) -> bool:
    """Link a typed address, unverified; False if it is somebody else's (nobody is merged)."""
    try:
        with transaction.atomic():
            customers.link_identity(
                customer, Person("email", email), evidence="typed by the customer"
            )
    except IntegrityError:
        return False
    return True


def leave(conversation_id: int, inbox: Inbox, email: str) -> None:
    """He goes and wants the next answers by e-mail, through `inbox`. He gave his consent.

    Raises RefusedError for an address that is none and for a closed conversation.
    """
    address = mail_address(email)
    with locked(conversation_id) as conversation:
        if conversation.state in {State.CLOSED, State.SPAM}:
            raise RefusedError("closed")
        if conversation.reply_inbox_id == inbox.pk and conversation.reply_address == address:
            return
        conversation.reply_inbox = inbox
        conversation.reply_address = address
        facts = {"email": address, "inbox": inbox.name, "consent": True}
        facts["linked"] = _link(conversation.customer, address)
        record(conversation, Kind.CUSTOMER_LEFT, payload=facts)


def end(conversation_id: int) -> None:
    """The customer is done: the conversation is resolved. His next text opens it again."""
    with locked(conversation_id) as conversation:
        if conversation.state in OVER:
            return
        conversations.move(conversation, State.RESOLVED, by=None, reason=ENDED)
        conversation.reason = ENDED


def gone(conversation_id: int) -> bool:
    """His last connection is lost for good: an answered chat waits for him; where he waits for an
    answer it goes to him by another way, if there is one that he wants. True if that changed it.
    """
    try:
        return conversations.rest(conversation_id, why="left") or ways.left_waiting(conversation_id)
    except Thread.DoesNotExist:
        return False


def back(*conversation_ids: int) -> None:
    """Their visitors are connected again, after a while in which they were not, or for the first
    time: what goes elsewhere only because they had gone is answered here again. One query.
    """
    ways.back(*conversation_ids)


def hold_back(conversation_id: int, why: str) -> None:
    """Put what a robot seems to have written among the spam: kept, shown to nobody by itself."""
    with locked(conversation_id) as conversation:
        if conversation.state not in {State.CLOSED, State.SPAM}:
            conversations.move(conversation, State.SPAM, by=None, reason=why)


def rate(conversation_id: int, *, score: int, text: str = "", solved: bool | None = None) -> Rating:
    """His verdict, 1 to 5; within 24 h of the first he may change it.

    Raises RefusedError: "bad_score", or "too_late" once it stands.
    """
    if not 1 <= score <= 5:
        raise RefusedError("bad_score")
    rating = surveys.rate(conversation_id, score=score, text=text, solved=solved)
    if rating is None:
        raise RefusedError("too_late")
    return rating


def transcript(
    conversation_id: int,
    inbox: Inbox,
    email: str,
    *,
    title: str,
    after: int = 0,
    language: str = "",
    zone: tzinfo,
) -> None:
    """Send him a copy by e-mail: public messages after a public seq, times in `zone`.

    title: what he calls us.

    Raises RefusedError: "email", or "too_soon" when that address got one within the hour or the
    conversation was copied five times within a day.
    """
    address = mail_address(email)
    if not transcripts.send(
        conversation_id, inbox, address, title=title, after=after, language=language, zone=zone
    ):
        raise RefusedError("too_soon")


def press(conversation_id: int, message_id: uuid.UUID, number: int) -> dict[str, Any]:
    """A button of a message: first those of its card, then its quick replies, from 0 on.

    Returns {"label", "url"} of a link, which is recorded once, or {"label", "reply"}: the
    channel then files the reply as a text of the customer's. Raises RefusedError("unknown").
    """
    with locked(conversation_id) as conversation:
        button = _button(conversation, message_id, number)
        if "reply" not in button:
            facts = {"message": str(message_id), "button": number}
            pressed = ConversationEvent.objects.filter(
                conversation=conversation, kind=Kind.BUTTON_PRESSED, payload__contains=facts
            )
            if not pressed.exists():
                record(conversation, Kind.BUTTON_PRESSED, payload={**facts, **button})
    return button


def _button(conversation: Thread, message_id: uuid.UUID, number: int) -> dict[str, Any]:
    message = Message.objects.filter(
        conversation=conversation, pk=message_id, visibility=Visibility.PUBLIC
    ).first()
    if message is None:
        raise RefusedError("unknown")
    buttons: list[dict[str, Any]] = list((message.meta.get("card") or {}).get("buttons") or [])
    buttons += [{"label": text, "reply": text} for text in message.meta.get("quick") or []]
    if not 0 <= number < len(buttons):
        raise RefusedError("unknown")
    return buttons[number]


class _Beside(Func):
    """A new context with the marks of the old one that are the desk's own."""

    template = (
        "(jsonb_strip_nulls(jsonb_build_object("
        "'asks', context->'asks', 'alternatives', context->'alternatives')) || %(expressions)s)"
    )
    output_field = JSONField()


def set_context(conversation_id: int, context: Mapping[str, Any]) -> bool:
    """What he does right now beside the chat: page, cart, device. False once it is over.

    Told to the agents' screens at once, and no event: it passes and tells no history. What the
    desk itself noted beside it stays.
    """
    found = Thread.objects.filter(pk=conversation_id).exclude(state__in=OVER)
    if not found.update(context=_Beside(Value(dict(context), JSONField()))):
        return False
    inbox_id = found.values_list("inbox_id", flat=True).get()
    frame = {"type": "context", "conversation": conversation_id, "context": dict(context)}
    publish.send(groups.inbox(inbox_id), frame)
    return True
