"""Edits, deletions and reactions of messages that were sent before, or that come later.

A message is the fold of its changes, whatever order they come in. Once it is deleted its words
stand nowhere: not in the thread, the search, the timeline, a copy or a call; that it was deleted,
when and by whom stays.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from helpdesk.events import Kind, locked, record, rooted, written
from helpdesk.models import (
    Attachment,
    ChangeKind,
    Conversation,
    Direction,
    InboundEvent,
    Inbox,
    Message,
    MessageChange,
)
from helpdesk.records import Change
from helpdesk.services import unsending
from helpdesk.services.text import clean, clean_line

MAX_TEXT = 100_000
PARKED_FOR = timedelta(days=35)  # longer than any provider's retry (DEL-5)
KINDS = {
    ChangeKind.EDITED: Kind.MESSAGE_EDITED,
    ChangeKind.DELETED: Kind.MESSAGE_DELETED,
    ChangeKind.REACTION: Kind.MESSAGE_REACTED,
}
_WORDS = ("full_text", "first_body", "shape", "card", "pictures", "notes")


@transaction.atomic
def apply(inbox: Inbox, change: Change) -> Message | None:
    """Take in a change; the message it is of, None while that has not come. Safe to repeat."""
    row = MessageChange(
        inbox=inbox,
        target=clean_line(change.target, 400),
        key=clean_line(change.key, 400),
        kind=ChangeKind(change.kind),
        sender=clean_line(change.sender, 320),
        text=clean(change.text, MAX_TEXT),
        at=change.at,
    )
    MessageChange.objects.bulk_create([row], ignore_conflicts=True)
    return _attach(inbox, row.target)


def _attach(inbox: Inbox, target: str) -> Message | None:
    """Fold what waits for a message into it, if it is there."""
    found = Message.objects.filter(inbox=inbox, external_id=target).first()
    if found is None:
        return None
    with locked(found.conversation_id) as conversation:
        if conversation.merged_into_id is None:
            _fold(conversation, found.pk)
        else:
            with rooted(conversation):
                _fold(conversation, found.pk)
    return found


def came(conversation: Conversation, message: Message) -> None:
    """A message of a locked conversation has come: what was done to it may have come before."""
    known = MessageChange.objects.filter(inbox=message.inbox_id, target=message.external_id)
    if message.external_id and known.filter(message__isnull=True).exists():
        written(conversation)
        _fold(conversation, message.pk)


def _fold(conversation: Conversation, message_id: Any) -> None:
    """Make the message what its changes say; record those that are new."""
    message = (
        Message.objects.select_for_update(of=("self",))
        .select_related("author", "inbox")
        .get(pk=message_id)
    )
    rows = MessageChange.objects.filter(inbox=message.inbox_id, target=message.external_id)
    known = list(rows)
    fresh = [one for one in _allowed(known, message) if one.message_id is None]
    if not fresh:
        rows.filter(message__isnull=True).update(message=message)
        return
    before = message.body
    fold(message, known)
    message.save(update_fields=["body", "subject", "html", "meta"])
    rows.filter(message__isnull=True).update(message=message)
    if message.meta.get("deleted"):
        _blank(message)
    if message.body != before or message.meta.get("deleted"):
        with rooted(conversation) as root:
            for shown in {conversation, root}:
                unsending.show_last(shown)
    for one in fresh:
        facts = {"message": str(message.pk), "said_at": one.at.isoformat(timespec="seconds")}
        if one.kind == ChangeKind.REACTION:
            facts["emoji"] = one.text[:40]
        record(conversation, KINDS[ChangeKind(one.kind)], payload=facts, message=message)


def _may(change: MessageChange, message: Message) -> bool:
    """Everybody reacts; words are changed by who wrote them."""
    if change.kind == ChangeKind.REACTION:
        return True
    if message.direction == Direction.OUT:
        return bool(message.meta.get("echo"))
    return not change.sender or change.sender == message.meta.get("from")


def _allowed(rows: list[MessageChange], message: Message) -> list[MessageChange]:
    """Those that count, in the order of the provider's time."""
    allowed = (one for one in rows if _may(one, message))
    return sorted(allowed, key=lambda one: (one.at, one.key))


def fold(message: Message, rows: list[MessageChange]) -> None:
    """Make a message what all its changes together say, whatever order they came in. Pure."""
    changes = _allowed(rows, message)
    meta = dict(message.meta)
    edits = [one for one in changes if one.kind == ChangeKind.EDITED]
    deleted = [one for one in changes if one.kind == ChangeKind.DELETED]
    if edits:
        meta.setdefault("first_body", message.body)
        message.body = edits[-1].text
        meta["edited"] = edits[-1].at.isoformat(timespec="seconds")
    latest = {one.sender: one.text for one in changes if one.kind == ChangeKind.REACTION}
    reactions = [{"by": who, "emoji": emoji[:40]} for who, emoji in sorted(latest.items()) if emoji]
    meta.pop("reactions", None)
    if reactions:
        meta["reactions"] = reactions
    if deleted:
        meta["deleted"] = deleted[0].at.isoformat(timespec="seconds")
        message.body = message.subject = message.html = ""
        for name in _WORDS:
            meta.pop(name, None)
    message.meta = meta


def _blank(message: Message) -> None:
    """The words that stand elsewhere: in its changes, its files and its raw payload."""
    MessageChange.objects.filter(message=message).exclude(kind=ChangeKind.REACTION).update(text="")
    # Loose files are dropped with their contents (services.attachments.drop_unused).
    Attachment.objects.filter(message=message).update(message=None, uploaded_by=None)
    InboundEvent.objects.filter(message=message).update(body=b"")


def attach_parked(limit: int = 200) -> int:
    """What was changed in the very moment its message came, or before; forget the old."""
    edge = datetime.now(UTC) - PARKED_FOR
    parked = MessageChange.objects.filter(message__isnull=True)
    parked.filter(created_at__lt=edge).delete()
    there = Message.objects.filter(inbox=OuterRef("inbox"), external_id=OuterRef("target"))
    rows = parked.filter(Q(Exists(there))).select_related("inbox")[:limit]
    found = {(one.inbox_id, one.target): one.inbox for one in rows}
    for (_inbox, target), inbox in found.items():
        with transaction.atomic():
            _attach(inbox, target)
    return len(found)
