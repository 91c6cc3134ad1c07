"""Messages: what customers write, what we answer, and notes that stay with us."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from helpdesk import outbox
from helpdesk.adapters import InboundMessage, adapter_for
from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, locked, record, rooted
from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    ConversationEvent,
    Delivery,
    DeliveryState,
    Direction,
    Inbox,
    Message,
    State,
    Visibility,
)
from helpdesk.receipts import nudge_next
from helpdesk.selectors.thread import joined
from helpdesk.services import (
    addressing,
    assignments,
    cards,
    carrying,
    changes,
    conversations,
    papers,
    templates,
    unsending,
)
from helpdesk.services.addressing import Addressed
from helpdesk.services.carrying import MAX_BODY, RejectedError, checked
from helpdesk.services.papers import Paper
from helpdesk.services.several import held_with, several
from helpdesk.services.text import clean, clean_line, preview

__all__ = [
    "MAX_BODY",
    "AnsweredMeanwhileError",
    "RejectedError",
    "append",
    "append_inbound",
    "cancel",
    "checked",
    "note",
    "reply",
    "retry",
]

FLAGS = ("automated", "auto_reply", "answerable", "endless", "opt")
WAKES = frozenset({State.PENDING, State.ON_HOLD, State.SNOOZED, State.RESOLVED})


class AnsweredMeanwhileError(Exception):
    """A colleague has answered since the writer looked; `messages` are those answers."""

    code = "answered_meanwhile"

    def __init__(self, messages: list[Message]) -> None:
        super().__init__(f"{len(messages)} answers")
        self.messages = messages


def append(
    conversation: Conversation,
    message: Message,
    kind: Kind,
    files: list[Attachment],
    *,
    by: Agent | None = None,
    with_next: bool = False,
) -> Message:
    """Insert a message with the next seq of a locked conversation and record it.

    Who calls it for a merged conversation holds rooted(). with_next: see record().
    """
    message.seq = conversation.last_seq + 1
    if message.visibility == Visibility.PUBLIC:
        conversation.public_seq += 1
        message.public_seq = conversation.public_seq
    aside = "line" in message.meta or message.meta.get("automatic") == "reply"
    if message.visibility == Visibility.PUBLIC and not aside:
        card = message.meta.get("card") or {}
        said = message.body or message.subject or card.get("title", "")
        with rooted(conversation) as root:
            for shown in {conversation, root}:
                shown.last_message_at = message.created_at
                shown.last_preview = preview(said) or _file_names(files)
                shown.last_direction = message.direction
    # No outbox row yet: screens need not ask the database for one.
    message._state.fields_cache["delivery"] = None  # noqa: SLF001
    if files:
        Attachment.objects.filter(pk__in=[file.pk for file in files]).update(message=message)
    record(
        conversation,
        kind,
        by=by,
        payload={"message": str(message.pk), **_flags(message)},
        message=message,
        files=files,
        with_next=with_next,
    )
    return message


def _flags(message: Message) -> dict[str, Any]:
    """What reactions want to know of a customer's message without reading it."""
    return {name: message.meta[name] for name in FLAGS if message.meta.get(name)}


def _file_names(files: list[Attachment]) -> str:
    return ", ".join(file.name for file in files)[:160]


def append_inbound(
    conversation: Conversation, inbox: Inbox, inbound: InboundMessage, files: list[Attachment]
) -> Message:
    """A customer's message in a locked conversation; called by inbound.receive() only.

    A waiting conversation opens again, unless the message is a robot's (2.4). What a blocked
    customer writes is kept among the spam: nobody is told, nobody is waited for.
    """
    now = datetime.now(UTC)
    message = Message(
        conversation=conversation,
        inbox=inbox,
        direction=Direction.IN,
        client_id=inbound.client_id,
        external_id=clean_line(inbound.external_id, 400),
        subject=clean_line(inbound.subject, 300),
        body=clean(inbound.body, MAX_BODY),
        html=clean(inbound.html, MAX_BODY),
        meta={
            **inbound.meta,
            **{name: flag for name in FLAGS if (flag := getattr(inbound, name))},
            "from": clean_line(inbound.sender.address, 320),
            **({"answers": clean_line(inbound.answers, 400)} if inbound.answers else {}),
        },
        sent_at=inbound.sent_at,
        created_at=now,
    )
    if conversation.customer.blocked_at is not None:
        if conversation.state not in {State.SPAM, State.CLOSED}:
            conversations.put_away(conversation, by=None)
    elif not inbound.automated:
        with rooted(conversation) as root:
            if root.state in WAKES:
                conversations.move(root, State.OPEN, by=None, reason="customer")
            root.unread += 1
            root.waiting_since = root.waiting_since or now
        if conversation.reply_inbox_id not in {None, inbox.pk}:
            # He writes here again, so here is where he reads the answer.
            conversation.reply_inbox_id, conversation.reply_address = None, ""
    if inbound.subject and not conversation.subject:
        conversation.subject = message.subject
    append(conversation, message, Kind.MESSAGE_RECEIVED, files, with_next=True)
    if not adapter_for(inbox).capabilities.threaded:  # a letter that has come is never changed
        changes.came(conversation, message)
    return message


def reply(
    conversation_id: int,
    *,
    by: Agent,
    body: str,
    client_id: uuid.UUID | None = None,
    attachments: Sequence[str] = (),
    then: str = "",
    meta: Mapping[str, Any] | None = None,
    seen_seq: int | None = None,
    taken: Sequence[Mapping[str, Any]] = (),
    hold: int = 0,
    addressed: Addressed | None = None,
) -> tuple[Message, bool]:
    """An agent's public answer: message, outbox row and event in one transaction.

    It goes where the customer asked to be answered, else by the conversation's own channel.
    then: "" keeps the state, "pending" or "resolved" changes it with the answer. meta: a `card`,
    `quick` replies (services.cards), and what is sent after the window (services.carrying).
    seen_seq: how far the author had seen the conversation when he wrote; None does not ask.
    taken: the templates it came from, as {"id", "text"}.
    hold: seconds in which cancel() takes it back as if it had never been written, on channels
    that can wait. addressed: who else gets it, and whether it is signed. Returns (message,
    created), of a text that goes as several messages the first; a repeat with the same client_id
    returns that one. Raises RejectedError, outbox.NoAddressError,
    conversations.IllegalTransitionError (a closed conversation),
    addressing.AddressError, AnsweredMeanwhileError (a colleague's answer is newer than seen_seq).
    """
    try:
        shown = meta or {}
        kept = cards.checked(shown.get("card"), shown.get("quick"), {*attachments})
        kept |= carrying.choice(shown)
    except cards.CardError as error:
        raise RejectedError(str(error)) from None
    message, created = _write(
        conversation_id,
        by,
        body,
        client_id,
        attachments,
        then=then,
        meta=kept,
        seen_seq=seen_seq,
        hold=hold,
        addressed=addressed,
    )
    if created:
        templates.measure_soon(message, taken, by=by)
    return message, created


def note(
    conversation_id: int,
    *,
    by: Agent,
    body: str,
    client_id: uuid.UUID | None = None,
    attachments: Sequence[str] = (),
    paper: Paper | None = None,
) -> tuple[Message, bool]:
    """A note, an ask or a whisper: no Delivery, no public seq, so no way out to the customer.

    Who is named or asked has a Mention of it from the same transaction on. Raises RejectedError,
    IllegalTransitionError, PermissionDenied and papers.PaperError.
    """
    paper = paper or Paper()
    papers.may_write(by, paper)
    return _write(conversation_id, by, body, client_id, attachments, paper=paper)


def _write(
    conversation_id: int,
    by: Agent,
    body: str,
    client_id: uuid.UUID | None,
    attachments: Sequence[str],
    *,
    then: str = "",
    meta: dict[str, Any] | None = None,
    seen_seq: int | None = None,
    paper: Paper | None = None,
    hold: int = 0,
    addressed: Addressed | None = None,
) -> tuple[Message, bool]:
    meta = meta or {}
    if earlier := _by_client_id(conversation_id, client_id):
        return earlier, False
    try:
        with locked(conversation_id) as conversation, rooted(conversation) as root:
            if root.state == State.CLOSED or (paper and root is not conversation):
                msg = "this conversation is closed"
                raise conversations.IllegalTransitionError(msg)
            told = papers.addressed(conversation, paper, by=by) if paper else None
            if told is None:
                _not_answered_since(root, seen_seq, by)
            via = conversation.inbox if told else conversation.answered_by
            capabilities = None if told else adapter_for(via).capabilities
            body = carrying.in_window(conversation, via, capabilities, meta) or body
            body, files = checked(body, attachments, by, capabilities, meta)
            meta |= addressing.facts(conversation, via, addressed, by=by, can=capabilities)
            message = Message(
                conversation=conversation,
                inbox=via,
                direction=Direction.OUT,
                visibility=Visibility.INTERNAL if told else Visibility.PUBLIC,
                author=by,
                client_id=client_id,
                body=body,
                meta=told.meta if told else meta,
                created_at=datetime.now(UTC),
            )
            if told:
                append(conversation, message, Kind.NOTE_ADDED, files, by=by)
                papers.tell(conversation, message, told.people)
                return message, True
            waits = not capabilities or not capabilities.live
            at = message.created_at
            before = unsending.before(conversation, hold, root, at) if waits else None
            _answered(root, by)
            for one, going in several(message, files, capabilities):
                append(conversation, one, Kind.MESSAGE_SENT, going, by=by)
                if waits:
                    outbox.enqueue(one, conversation, hold=hold if before else 0, before=before)
            _then(root, then, by)
            return message, True
    except IntegrityError:
        earlier = _by_client_id(conversation_id, client_id)
        if earlier is None:
            raise
        return earlier, False


def _not_answered_since(conversation: Conversation, seq: int | None, by: Agent) -> None:
    """Raises AnsweredMeanwhileError if a colleague wrote to the customer after this seq."""
    if seq is None or conversation.last_seq <= seq:
        return
    since = ConversationEvent.objects.filter(
        conversation=conversation, seq__gt=seq, kind=Kind.MESSAGE_SENT
    )
    sent = [event.payload["message"] for event in since]
    answers = joined(
        Message.objects.filter(
            pk__in=sent,
            visibility=Visibility.PUBLIC,
            direction=Direction.OUT,
            author__isnull=False,
        )
    )
    others = answers.exclude(author=by).exclude(meta__has_key="line")
    if found := list(others.order_by("created_at", "pk")[:20]):
        raise AnsweredMeanwhileError(found)


def _answered(conversation: Conversation, by: Agent) -> None:
    """A human public message opens a new conversation, claims it and stops the clock."""
    if conversation.assignee_id is None:
        assignments.give(conversation, by, by=by, why="answered")
    elif conversation.state == State.NEW:
        conversations.move(conversation, State.OPEN, by=by)
    conversation.waiting_since = None
    conversation.unread = 0


def _then(conversation: Conversation, then: str, by: Agent) -> None:
    if not then:
        return
    to = State(then)
    if to not in {State.PENDING, State.RESOLVED}:
        msg = "then must be pending or resolved"
        raise RejectedError(msg)
    if conversation.state != to:
        conversations.move(conversation, to, by=by, reason="answered")


def _by_client_id(conversation_id: int, client_id: uuid.UUID | None) -> Message | None:
    if client_id is None:
        return None
    sent = Message.objects.filter(conversation_id=conversation_id, client_id=client_id)
    return joined(sent).first()


def retry(message: Message, *, by: Agent) -> None:
    """Send again what failed, expired or is uncertain; the agent's own decision."""
    _settle(message, by, DeliveryState.QUEUED, {"failed", "expired", "uncertain", "retry"})


def cancel(message: Message, *, by: Agent) -> None:
    """Stop a message that has not left yet, with those that one text became with it."""
    with transaction.atomic():
        for one in [*held_with(message), message]:
            _settle(one, by, DeliveryState.CANCELLED, {"queued", "retry", "uncertain"})


def _settle(message: Message, by: Agent, to: DeliveryState, allowed: set[str]) -> None:
    with locked(message.conversation_id) as conversation, rooted(conversation) as root:
        delivery = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related("message__author", "message__inbox")
            .get(message=message)
        )
        if delivery.state not in allowed:
            msg = f"the message is {delivery.get_state_display()} already"
            raise conversations.IllegalTransitionError(msg)
        held = to == DeliveryState.CANCELLED and delivery.state == DeliveryState.QUEUED
        outbox.set_state(conversation, delivery, to, by=by)
        if held:
            unsending.take_back(conversation, delivery, root, by=by)
        if to == DeliveryState.CANCELLED:
            following = partial(nudge_next, conversation.pk, delivery.pk)
            after_commit(following)
