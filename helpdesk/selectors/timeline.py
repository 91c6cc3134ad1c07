"""One timeline of a customer over all channels, newest first: conversations as the main entries,
with notes, verdicts, leads, orders and merges between, and what other apps tell (the port
helpdesk.timeline).

A page takes the newest few of each kind after the cursor and merges them: one query a kind.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from datetime import datetime
from itertools import chain
from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.adapters import adapter_for
from helpdesk.models import (
    Agent,
    Call,
    Conversation,
    CustomerMerge,
    Inbox,
    Lead,
    Message,
    Order,
    Rating,
    Visibility,
)
from helpdesk.permissions import inbox_ids
from helpdesk.realtime import payloads
from helpdesk.selectors.channel_names import named
from helpdesk.timeline import Asked, Entry, Place, Source, sources
from helpdesk.whole_numbers import whole_number

PAGE, SHORT = 40, 8


class UnknownPlaceError(LookupError):
    """The cursor or the kind is not one of ours."""


def page(
    agent: Agent,
    customer_id: int,
    *,
    kinds: Collection[str] = (),
    channel: str = "",
    cursor: str = "",
    size: int = PAGE,
) -> tuple[list[Entry], str | None]:
    """Entries that the agent may see, and the cursor of the next page (None at the end).

    kinds: only these; channel: only what was said there. Raises UnknownPlaceError. Not more than
    nine queries, whatever there is. That the agent may see the customer is the caller's to know.
    """
    asked_of = {one.kind: one for one in (*CORE, *sources())}
    unknown = set(kinds) - set(asked_of)
    if unknown:
        raise UnknownPlaceError(", ".join(sorted(unknown)))
    place = _read(cursor) if cursor else None
    asked = Asked(customer_id, tuple(inbox_ids(agent)), size + 1, place, channel)
    telling = [
        asked_of[kind]
        for kind in sorted(asked_of)
        if (not kinds or kind in kinds) and (not channel or asked_of[kind].by_channel)
    ]
    found = list(chain.from_iterable(one.page(asked) for one in telling))
    found.sort(key=attrgetter("at"), reverse=True)  # stable: one moment stays sorted by kind
    more = found[size - 1] if len(found) > size else None
    return found[:size], _write(more) if more else None


def kinds() -> list[tuple[str, str]]:
    """Every kind with its label, conversations first."""
    return [(one.kind, str(one.label)) for one in (*CORE, *sources())]


def channels(agent: Agent, customer_id: int) -> list[tuple[str, str]]:
    """The channels by which the customer ever spoke with us, with their labels; one query."""
    inboxes = Inbox.objects.filter(
        pk__in=Conversation.objects.filter(
            customer_id=customer_id, inbox_id__in=inbox_ids(agent)
        ).values("inbox")
    )
    known = {one.channel: _face(one)[1] for one in inboxes}
    return sorted(known.items())


def payload(entry: Entry) -> payloads.Payload:
    """An entry as the API gives it."""
    return {
        "kind": entry.kind,
        "id": entry.id,
        "at": payloads.stamp(entry.at),
        "icon": entry.icon,
        "title": entry.title,
        "detail": entry.detail,
        "url": entry.url,
        "channel": entry.channel,
        **entry.facts,
    }


def _write(entry: Entry) -> str:
    plain = f"{entry.at.isoformat()} {entry.kind} {entry.id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _read(cursor: str) -> Place:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, kind, pk = plain.split(" ")
        place = Place(datetime.fromisoformat(at), kind, pk)
        if kind == "note":
            Message._meta.pk.to_python(pk)  # noqa: SLF001  Django documents it
        elif whole_number(pk) is None:
            raise ValueError(pk)
    except Exception:  # noqa: BLE001  whatever it is, it is none of ours
        raise UnknownPlaceError(cursor) from None
    if place.at.tzinfo is None:
        raise UnknownPlaceError(cursor)
    return place


def _face(inbox: Inbox) -> tuple[str, str]:
    """Icon and label of an inbox's channel."""
    try:
        adapter = adapter_for(inbox)
    except LookupError:
        return "inbox", named(inbox.channel, inbox.channel)
    return adapter.icon, named(inbox.channel, str(adapter.label))


def _talk_url(conversation_id: int | None) -> str:
    return f"/inbox/c/{conversation_id}/" if conversation_id else ""


def _conversations(asked: Asked) -> list[Entry]:
    rows = Conversation.objects.filter(
        customer_id=asked.customer, inbox_id__in=asked.inboxes, last_message_at__isnull=False
    ).select_related("inbox", "assignee")
    if asked.channel:
        rows = rows.filter(inbox__channel=asked.channel)
    return [_conversation(one) for one in asked.newest(rows, "last_message_at", "conversation")]


def _conversation(one: Conversation) -> Entry:
    icon, label = _face(one.inbox)
    assert one.last_message_at is not None
    who = one.assignee.display_name if one.assignee else ""
    return Entry(
        kind="conversation",
        id=str(one.pk),
        at=one.last_message_at,
        icon=icon,
        title=one.subject or one.last_preview or label,
        detail=" · ".join(filter(None, (label, one.get_state_display(), who))),
        url=_talk_url(one.pk),
        channel=one.inbox.channel,
        facts={
            "conversation": one.pk,
            "provider": one.inbox.provider,
            "state": one.state,
            "started_at": payloads.stamp(one.created_at),
            "ended_at": payloads.stamp(one.resolved_at),
        },
    )


def _notes(asked: Asked) -> list[Entry]:
    rows = Message.objects.filter(
        conversation__customer_id=asked.customer,
        conversation__inbox_id__in=asked.inboxes,
        visibility=Visibility.INTERNAL,
        call__isnull=True,
    ).select_related("author")
    if asked.channel:
        rows = rows.filter(conversation__inbox__channel=asked.channel)
    return [
        Entry(
            kind="note",
            id=str(one.pk),
            at=one.created_at,
            icon="lock",
            title=" ".join(one.body[:400].split())[:160],
            detail=_("Note by %(name)s") % {"name": one.author.display_name}
            if one.author
            else _("Note"),
            url=_talk_url(one.conversation_id),
            facts={"conversation": one.conversation_id},
        )
        for one in asked.newest(rows.defer("html", "meta"), "created_at", "note")
    ]


def _ratings(asked: Asked) -> list[Entry]:
    rows = Rating.objects.filter(
        conversation__customer_id=asked.customer, conversation__inbox_id__in=asked.inboxes
    )
    if asked.channel:
        rows = rows.filter(conversation__inbox__channel=asked.channel)
    return [
        Entry(
            kind="rating",
            id=str(one.pk),
            at=one.created_at,
            icon="star",
            title=_("Rated %(score)s of 5") % {"score": one.score},
            detail=one.text[:160],
            url=_talk_url(one.conversation_id),
            facts={"conversation": one.conversation_id, "score": one.score},
        )
        for one in asked.newest(rows, "created_at", "rating")
    ]


def _leads(asked: Asked) -> list[Entry]:
    rows = Lead.objects.filter(customer_id=asked.customer, inbox_id__in=asked.inboxes)
    return [
        Entry(
            kind="lead",
            id=str(one.pk),
            at=one.created_at,
            icon="tag",
            title=one.need[:160] or str(one),
            detail=_("Lead: %(status)s") % {"status": one.get_status_display()},
            url=_talk_url(one.conversation_id),
            facts={"conversation": one.conversation_id, "status": one.status},
        )
        for one in asked.newest(rows, "created_at", "lead")
    ]


def _orders(asked: Asked) -> list[Entry]:
    rows = Order.objects.filter(customer_id=asked.customer, inbox_id__in=asked.inboxes)
    return [
        Entry(
            kind="order",
            id=str(one.pk),
            at=one.ordered_at,
            icon="cart",
            title=_("Order %(number)s") % {"number": one.number},
            detail=f"{one.value} {one.currency}",
            url=_talk_url(one.conversation_id),
            facts={
                "conversation": one.conversation_id,
                "number": one.number,
                "value": str(one.value),
                "currency": one.currency,
            },
        )
        for one in asked.newest(rows, "ordered_at", "order")
    ]


def _merges(asked: Asked) -> list[Entry]:
    rows = CustomerMerge.objects.filter(survivor_id=asked.customer).select_related("merged", "by")
    return [
        Entry(
            kind="merge",
            id=str(one.pk),
            at=one.at,
            icon="merge",
            title=_("Merged with %(name)s") % {"name": one.merged},
            detail=_merged_by(one),
            facts={"merge": one.pk, "undone_at": payloads.stamp(one.undone_at)},
        )
        for one in asked.newest(rows, "at", "merge")
    ]


def _merged_by(row: CustomerMerge) -> str:
    by = _("By %(name)s") % {"name": row.by.display_name} if row.by else ""
    return " · ".join(filter(None, (by, _("undone") if row.undone_at else "")))


def _calls(asked: Asked) -> list[Entry]:
    rows = Call.objects.filter(
        message__conversation__customer_id=asked.customer,
        message__conversation__inbox_id__in=asked.inboxes,
    ).select_related("agent", "inbox", "message")
    if asked.channel:
        rows = rows.filter(inbox__channel=asked.channel)
    return [
        Entry(
            kind="call",
            id=str(one.pk),
            at=one.began_at,
            icon="phone",
            title=str(one.get_way_display()),
            detail=" · ".join(
                filter(None, [one.theirs, str(one.get_state_display()), one.disposition])
            ),
            url=_talk_url(one.message.conversation_id),
            channel=one.inbox.channel,
            facts={
                "conversation": one.message.conversation_id,
                "way": one.way,
                "state": one.state,
                "seconds": one.seconds,
            },
        )
        for one in asked.newest(rows, "began_at", "call")
    ]


CORE: tuple[Source, ...] = (
    Source("conversation", gettext_lazy("Conversations"), _conversations, by_channel=True),
    Source("note", pgettext_lazy("internal", "Notes"), _notes, by_channel=True),
    Source("call", gettext_lazy("Calls"), _calls, by_channel=True),
    Source("rating", gettext_lazy("Ratings"), _ratings, by_channel=True),
    Source("lead", gettext_lazy("Leads"), _leads),
    Source("order", gettext_lazy("Orders"), _orders),
    Source("merge", gettext_lazy("Merges"), _merges),
)
