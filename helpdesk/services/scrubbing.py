"""Emptying conversations of everything anybody wrote; when, by which channel and how well stays.

Used by erasure and by retention. Agents' answers go, too: they repeat what was asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from helpdesk import tombstones
from helpdesk.models import (
    Attachment,
    Call,
    Conversation,
    ConversationEvent,
    Delivery,
    DeliveryRecipient,
    DeliveryState,
    Draft,
    InboundEvent,
    Message,
    MessageChange,
    Rating,
    RuleFiring,
    ScheduledReply,
    State,
    Task,
)

_WAITING = (DeliveryState.QUEUED, DeliveryState.RETRY)
_STATES = frozenset(State.values)
BATCH = 500
ERASED = "[erased]"


@dataclass
class Scrubbed:
    """How many rows of what were emptied, and the files that nobody names any more."""

    counts: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def add(self, name: str, many: int) -> None:
        """So many more."""
        if many:
            self.counts[name] = self.counts.get(name, 0) + many


def rows(ids: Collection[int]) -> dict[str, QuerySet[Any]]:
    """What scrub() would touch, by name; for a dry run and for counting."""
    inside = Message.objects.filter(conversation__in=ids)
    return {
        "messages": inside.exclude(meta={"erased": True}),
        "files": Attachment.objects.filter(message__in=inside),
        "raw messages": InboundEvent.objects.filter(message__in=inside).exclude(body=b""),
        "deliveries": Delivery.objects.filter(conversation__in=ids).exclude(to=""),
        "drafts": Draft.objects.filter(conversation__in=ids),
        "scheduled": ScheduledReply.objects.filter(conversation__in=ids),
        "tasks": Task.objects.filter(conversation__in=ids),
        "calls": Call.objects.filter(message__in=inside).exclude(theirs=""),
        "ratings": Rating.objects.filter(conversation__in=ids).exclude(text=""),
        "events": ConversationEvent.objects.filter(conversation__in=ids).exclude(payload={}),
    }


def scrub(ids: Collection[int], *, words: Iterable[str] = ()) -> Scrubbed:
    """Empty these conversations, in the caller's transaction, which has locked them.

    words: what identifies the person; ids of providers that hold one of them are replaced by
    their hash, all others stay, so that what is sent once more is known again.
    """
    done = Scrubbed()
    found = rows(ids)
    inside = list(Message.objects.filter(conversation__in=ids).values_list("pk", flat=True))
    telling = [one.lower() for one in words if len(one) >= 4]
    _files(Attachment.objects.filter(message__in=inside), done)
    done.add("raw messages", empty_raw(InboundEvent.objects.filter(message__in=inside), telling))
    gone = MessageChange.objects.filter(message__in=inside)
    gone |= MessageChange.objects.filter(
        target__in=Message.objects.filter(pk__in=inside)
        .exclude(external_id="")
        .values("external_id")
    )
    done.add("changes", gone.delete()[0])
    _deliveries(ids, done)
    for name in ("drafts", "scheduled", "tasks"):
        done.add(name, found[name].delete()[0])
    done.add(
        "calls",
        Call.objects.filter(message__in=inside).update(
            theirs="", disposition="", reason_code="", notes="", recording_url=""
        ),
    )
    done.add("ratings", found["ratings"].update(text=""))
    RuleFiring.objects.filter(conversation__in=ids).update(detail={})
    _events(ids, done)
    _messages(inside, telling, done)
    Conversation.objects.filter(pk__in=ids).update(
        subject="", context={}, answers={}, reply_inbox=None, reply_address="", last_preview="",
        reason="", unread=0, waiting_since=None,
    )  # fmt: skip
    LogEntry.objects.filter(
        content_type__app_label="helpdesk",
        content_type__model="conversation",
        object_id__in=[str(one) for one in ids],
    ).update(object_repr="", change_message="")
    done.add("conversations", len(ids))
    return done


def _files(files: QuerySet[Attachment], done: Scrubbed) -> None:
    """The rows; and the contents that no other row shares (a template's file is shared)."""
    names = set(files.exclude(file="").values_list("file", flat=True))
    done.add("files", files.delete()[0])
    names -= set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
    done.files += sorted(names)


def empty_raw(raw: QuerySet[InboundEvent], telling: list[str]) -> int:
    """Payloads without content: the row stays, so that the same payload is not taken twice."""
    many = 0
    for one in raw.only("pk", "dedupe_key").iterator(chunk_size=BATCH):
        many += InboundEvent.objects.filter(pk=one.pk).update(
            body=b"", headers={}, error="", discard_reason="", content_sha256=b"",
            dedupe_key=_known_again(one.dedupe_key, telling)[:200],
        )  # fmt: skip
    return many


def _known_again(provider_id: str, telling: list[str]) -> str:
    """An id of a provider, or its hash where the id itself tells who it was."""
    low = provider_id.lower()
    return tombstones.of("id", provider_id) if any(one in low for one in telling) else provider_id


def _deliveries(ids: Collection[int], done: Scrubbed) -> None:
    mine = Delivery.objects.filter(conversation__in=ids)
    done.add("recipients", DeliveryRecipient.objects.filter(delivery__in=mine).delete()[0])
    mine.filter(state__in=_WAITING).update(state=DeliveryState.CANCELLED)
    done.add("deliveries", mine.update(to="", before={}, done=[], error=""))


def _events(ids: Collection[int], done: Scrubbed) -> None:
    """Of what happened stay numbers and states; words go."""
    batch = []
    events = ConversationEvent.objects.filter(conversation__in=ids).exclude(payload={})
    for one in events.only("pk", "payload").iterator(chunk_size=BATCH):
        one.payload = {name: value for name, value in one.payload.items() if _is_fact(name, value)}
        batch.append(one)
        if len(batch) == BATCH:
            ConversationEvent.objects.bulk_update(batch, ["payload"])
            done.add("events", len(batch))
            batch = []
    ConversationEvent.objects.bulk_update(batch, ["payload"])
    done.add("events", len(batch))


def _is_fact(name: str, value: Any) -> bool:
    if name in {"from", "to", "state"} and value in _STATES:
        return True
    return name == "message" or value is None or isinstance(value, bool | int | float)


def _messages(ids: list[Any], telling: list[str], done: Scrubbed) -> None:
    done.add(
        "messages",
        Message.objects.filter(pk__in=ids).update(
            subject="", body=ERASED, html="", meta={"erased": True}
        ),
    )
    asked = Q()
    for one in telling:
        asked |= Q(low__contains=one)
    if not telling:
        return
    named = Message.objects.filter(pk__in=ids).annotate(low=Lower("external_id")).filter(asked)
    for message in named.only("pk", "external_id"):
        made = tombstones.of("id", message.external_id)
        Message.objects.filter(pk=message.pk).update(external_id=made)
