"""Reads of conversations that belong together: merged, linked, followed, split off."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext as _

from helpdesk import circuit, reacting_out, suppression, windows
from helpdesk.adapters import ChannelAdapter, adapter_for
from helpdesk.models import (
    Agent,
    Conversation,
    ConversationLink,
    Direction,
    Inbox,
    Message,
    State,
    Visibility,
)
from helpdesk.permissions import inbox_ids
from helpdesk.realtime import payloads
from helpdesk.selectors import search
from helpdesk.selectors.ways import because
from helpdesk.whole_numbers import whole_number

NEAR = 8
MOST_STRANDS = 50


class Family(NamedTuple):
    """What belongs with a conversation: those merged into it, all of them, and how each does."""

    strands: list[Conversation]
    rows: list[Conversation]
    hows: dict[int, list[str]]


def told(conversation: Conversation) -> QuerySet[Any, Any]:
    """What names a conversation as its own: how, and the number of the other."""
    ways = [
        ("strand", Conversation.objects.filter(merged_into=conversation), "pk"),
        ("followed", Conversation.objects.filter(follow_up_of=conversation), "pk"),
        ("split_to", Conversation.objects.filter(split_from=conversation), "pk"),
        ("linked", ConversationLink.objects.filter(first=conversation), "second"),
        ("linked", ConversationLink.objects.filter(second=conversation), "first"),
    ]
    first, *rest = (
        found.annotate(how=Value(how), other=F(column)).order_by().values("how", "other")
        for how, found, column in ways
    )
    everything: QuerySet[Any, Any] = first.union(*rest, all=True)
    return everything


def family(conversation: Conversation, rows: Iterable[Mapping[str, Any]] | None = None) -> Family:
    """Whatever belongs with a conversation; one query where nothing does, else two.

    rows: of told(), for who has asked for them.
    """
    hows: dict[int, list[str]] = {}
    for one in told(conversation) if rows is None else rows:
        hows.setdefault(one["other"], []).append(one["how"])
    own = {
        "merged_into": conversation.merged_into_id,
        "follows": conversation.follow_up_of_id,
        "split_from": conversation.split_from_id,
    }
    for how, known in own.items():
        if known is not None:
            hows.setdefault(known, []).insert(0, how)
    found = _joined(hows) if hows else []
    return Family([one for one in found if "strand" in hows[one.pk]][:MOST_STRANDS], found, hows)


def _joined(ids: Iterable[int]) -> list[Conversation]:
    joined = ("customer", "inbox", "assignee", "reply_inbox")
    return list(
        Conversation.objects.filter(pk__in=list(ids)).select_related(*joined).order_by("pk")
    )


def answer(conversation: Conversation) -> payloads.Payload:
    """How the customer of a conversation is answered, as the composer shows it."""
    via = conversation.answered_by
    adapter = adapter_for(via)
    capabilities = adapter.capabilities
    return {
        "can": {
            "live": capabilities.live,
            "segments": capabilities.segments,
            "splits": capabilities.splits,
            "answers": capabilities.answers,
            "reacts": list(reacting_out.offered(via)),
            "typing": bool(capabilities.typing),
            "max_chars": capabilities.max_chars,
            "max_bytes": capabilities.max_bytes,
            "subject": capabilities.subject,
            "files_max_bytes": capabilities.max_attachment_bytes,
            "via": adapter.label,
            "address": via.address,
            "to": conversation.reply_address,
        },
        "via": {
            "channel": via.channel,
            "provider": via.provider,
            "address": conversation.reply_address,
            "silent": _silent(conversation, via, adapter),
            "name": via.name,
            **because(conversation),
        },
        "window": windows.payload(conversation, via),
        "paused": not capabilities.live and circuit.is_open(via),
    }


def _silent(conversation: Conversation, via: Inbox, adapter: ChannelAdapter) -> str:
    """Why nothing leaves by this way now, or ""; two queries where customers may opt out."""
    if adapter.capabilities.talks:
        return _("Calls carry no text: choose another way.")
    if not adapter.capabilities.opts_out:
        return ""
    wrote = Message.objects.filter(conversation=conversation, inbox=via, direction=Direction.IN)
    last = wrote.order_by("-seq").values_list("meta__from", flat=True).first()
    to = str(conversation.reply_address or last or "").lower()
    found = suppression.of(adapter.identity_kind, to, ours=via.address).get(to) if to else None
    return suppression.words(found) if found else ""


def woven(agent: Agent, conversation: Conversation, merged: list[Conversation]) -> dict[str, Any]:
    """The strands of a thread, and where the next answer goes: where a customer wrote last.

    Strands of other inboxes are read with the thread; only who works in those answers there.
    """
    if not merged:
        return {"strands": [], "answer_in": conversation.pk}
    mine = set(inbox_ids(agent))
    ids = [conversation.pk, *(one.pk for one in merged if one.inbox_id in mine)]
    last = Message.objects.filter(
        conversation__in=ids, direction=Direction.IN, visibility=Visibility.PUBLIC
    ).exclude(meta__has_key="automated")
    newest = last.order_by("-created_at").values_list("conversation", flat=True).first()
    return {
        "strands": [
            {**payloads.row(one), **answer(one), "answerable": one.inbox_id in mine}
            for one in merged
        ],
        "answer_in": newest or conversation.pk,
    }


def related(agent: Agent, found: Family) -> list[payloads.Payload]:
    """What a conversation belongs with, as far as the agent may see it, newest first.

    What was merged into it is in its thread and not named here, unless it is linked as well.
    """
    named = {pk: [one for one in hows if one != "strand"] for pk, hows in found.hows.items()}
    rows = [one for one in found.rows if named[one.pk]]
    if not rows:
        return []
    inboxes = set(inbox_ids(agent))
    shown = [one for one in reversed(rows) if one.inbox_id in inboxes]
    return [{**brief(one), "how": named[one.pk]} for one in shown[:MOST_STRANDS]]


def brief(one: Conversation) -> payloads.Payload:
    """A conversation as one line. Needs customer and inbox joined."""
    return {
        "id": one.pk,
        "customer": payloads.customer_brief(one.customer),
        "channel": one.inbox.channel,
        "provider": one.inbox.provider,
        "title": one.subject or one.last_preview,
        "state": one.state,
        "at": payloads.stamp(one.last_message_at),
    }


def near(agent: Agent, conversation: Conversation, text: str = "") -> list[payloads.Payload]:
    """Conversations to merge or link with: the customer's own first; with words, what is found.

    Nothing that is merged already or among the spam.
    """
    inboxes = inbox_ids(agent)
    usable = Conversation.objects.filter(inbox_id__in=inboxes, merged_into=None).exclude(
        Q(pk=conversation.pk) | Q(state=State.SPAM)
    )
    joined = usable.select_related("customer", "inbox")
    if not text:
        own = joined.filter(customer=conversation.customer_id)
        return [brief(one) for one in own.order_by("-last_message_at", "-pk")[:NEAR]]
    return [brief(one) for one in _found(agent, joined, text)]


def _found(agent: Agent, usable: QuerySet[Conversation], text: str) -> list[Conversation]:
    """By number, else by the words of customers and messages."""
    number = whole_number(text.lstrip("#"))
    if number is not None:
        return list(usable.filter(pk=number))
    found = search.find(agent, text)
    ids = [one["conversation"] for one in found["customers"]]
    ids += [one["id"] for one in found["results"]]
    rows = usable.in_bulk(ids)
    return [rows[pk] for pk in dict.fromkeys(ids) if pk in rows][:NEAR]


def strand_ids(conversation: Conversation) -> list[int]:
    """The ids of what was merged into it; one look into a small index."""
    found = Conversation.objects.filter(merged_into=conversation).order_by("pk")
    return list(found.values_list("pk", flat=True)[:MOST_STRANDS])


def before(ids: list[int], *, past: uuid.UUID | None, seq: int | None) -> QuerySet[Message]:
    """Messages of a merged thread, newest first by time: each strand has seqs of its own.

    past: only those before this message. seq: before the message of the first of `ids` with it.
    """
    found = Message.objects.filter(conversation__in=ids).order_by("-created_at", "-pk")
    own = Message.objects.filter(conversation=ids[0], seq__gte=seq).order_by("seq") if seq else None
    edge = Message.objects.filter(pk=past, conversation__in=ids) if past else own
    if edge is None:
        return found
    at = edge.values_list("created_at", "pk").first()
    if at is None:
        return found.none() if past else found
    return found.filter(Q(created_at__lt=at[0]) | Q(created_at=at[0], pk__lt=at[1]))


def reaching(found: QuerySet[Message], strand: int, seq: int) -> int:
    """How many of these are as new as this message of a strand or of the root."""
    at = Message.objects.filter(conversation=strand, seq=seq).values("created_at")
    return found.filter(created_at__gte=Subquery(at[:1])).order_by()[:500].count()
