"""Reads behind one conversation: its messages, its events, its customer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet

from helpdesk import kept
from helpdesk.models import (
    TRANSITIONS,
    Agent,
    Conversation,
    ConversationEvent,
    Customer,
    CustomerIdentity,
    CustomField,
    Draft,
    Inbox,
    Message,
)
from helpdesk.permissions import agents_for, limits, visible
from helpdesk.realtime import payloads, publish
from helpdesk.selectors import beside, customers, drafts, weave
from helpdesk.selectors.filters import LARGEST_ID

PAGE = 50
FAR = 500  # messages in one answer, on the way to one that was found
EVENTS = 500
_FOUND_WITH = ("customer__company", "customer__blocked_by", "inbox", "assignee")
HIDDEN_EVENTS = (
    "delivery_changed",
    "customer_read",
    "message_received",
    "message_sent",
    "message_brought",
    "message_echoed",
    "message_edited",
    "message_deleted",
    "message_reacted",
)


def joined(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Messages with everything that payloads.message() reads: three queries in all."""
    return messages.select_related("author", "inbox", "delivery").prefetch_related("attachments")


def find(agent: Agent, conversation_id: int) -> Conversation:
    """One visible conversation; raises Conversation.DoesNotExist for all others."""
    if not agent.is_active or not -LARGEST_ID <= conversation_id <= LARGEST_ID:
        raise Conversation.DoesNotExist
    if limits(agent) is not None:
        return visible(agent, Conversation).select_related(*_FOUND_WITH).get(pk=conversation_id)
    for one in _kept_find(agent.role).ask(agent=agent.pk, conversation=conversation_id):
        return one
    raise Conversation.DoesNotExist


@cache
def _kept_find(role: str) -> kept.Kept[Conversation]:
    agent = Agent(pk=kept.STAND_INS["agent"], role=role, is_active=True)
    return kept.Kept(
        visible(agent, Conversation)
        .select_related(*_FOUND_WITH)
        .filter(pk=kept.STAND_INS["conversation"])
    )


def messages(
    conversation: Conversation,
    *,
    before: int | None = None,
    to: int | None = None,
    of: int | None = None,
    past: uuid.UUID | None = None,
    merged: list[int] | None = None,
) -> tuple[list[payloads.Payload], bool]:
    """A page of messages ending before `before` (a seq), oldest first, and whether more exist.

    to: a seq that the page should reach, and some messages beyond it; it is as long as that
    takes, up to FAR. of: whose seq `to` is, if it is a merged one's. Where others were merged into
    it, theirs are among them in the order of time; then the page ends before the message `past`.
    merged: their ids, for who knows them.
    """
    strands = weave.strand_ids(conversation) if merged is None else merged
    if strands:
        return _woven(
            [conversation.pk, *strands], before, (of or conversation.pk, to) if to else None, past
        )
    size = PAGE
    if before is None and to is None:
        page = _kept_page().ask(conversation=conversation.pk)
    else:
        found = joined(Message.objects.filter(conversation=conversation))
        if before is not None:
            found = found.filter(seq__lt=before)
        if to is not None:
            size = min(FAR, PAGE // 2 + found.filter(seq__gte=to).order_by()[:FAR].count())
        page = list(found.order_by("-seq")[: size + 1])
    shown = [payloads.message(one) for one in reversed(page[:size])]
    return shown, len(page) > size


@cache
def _kept_page() -> kept.Kept[Message]:
    newest = Message.objects.filter(conversation=kept.STAND_INS["conversation"])
    return kept.Kept(joined(newest).order_by("-seq")[: PAGE + 1])


def _woven(
    ids: list[int], seq: int | None, to: tuple[int, int] | None, past: uuid.UUID | None
) -> tuple[list[payloads.Payload], bool]:
    found = weave.before(ids, past=past, seq=seq)
    size = PAGE
    if to is not None and to[0] in ids:
        size = min(FAR, PAGE // 2 + weave.reaching(found, *to))
    page = list(joined(found)[: size + 1])
    return [payloads.message(one) for one in reversed(page[:size])], len(page) > size


def message(agent: Agent, message_id: Any) -> payloads.Payload:
    """One visible message. Raises Message.DoesNotExist for all others."""
    return payloads.message(joined(visible(agent, Message)).get(pk=message_id))


def detail(agent: Agent, conversation_id: int) -> dict[str, Any]:
    """All that a thread's first paint needs. Raises Conversation.DoesNotExist.

    Dealings and timeline are asked for once it is shown: selectors.beside and selectors.timeline.
    """
    conversation = find(agent, conversation_id)
    small = _kept_small().ask(
        agent=agent.pk,
        conversation=conversation.pk,
        customer=conversation.customer_id,
        inbox=conversation.inbox_id,
    )
    family = weave.family(conversation, small["family"])
    merged = family.strands
    shown, more = messages(conversation, merged=[one.pk for one in merged])
    own = [one["seq"] for one in shown if one["conversation"] == conversation.pk]
    return {
        "row": payloads.row(conversation),
        "messages": shown,
        "more": more,
        "events": events_between(conversation, own[0] if own else 0),
        "customer": customer(conversation.customer, small),
        "beside": beside.known(conversation),
        "drafts": drafts.drawn(agent, (kept.made(Draft, one) for one in small["drafts"])),
        "scheduled": (
            drafts.scheduled(conversation, [one.pk for one in merged]) if small["waits"] else []
        ),
        "related": weave.related(agent, family),
        **weave.woven(agent, conversation, merged),
        **weave.answer(conversation),
        "language": conversation.language,
        "states": sorted(TRANSITIONS[conversation.state]),
        "agents": [
            {**payloads.agent(one), "presence": one.presence, "role": one.role}
            for one in (kept.made(Agent, each) for each in small["agents"])
        ],
    }


@cache
def _kept_small() -> kept.Together:
    """What stands around the messages, mostly a row or two each: one trip for all of it."""
    blank = kept.STAND_INS
    agent, inbox = Agent(pk=blank["agent"]), Inbox(pk=blank["inbox"])
    conversation = Conversation(pk=blank["conversation"])
    people = agents_for(inbox).order_by("first_name", "pk")
    named = CustomerIdentity.objects.filter(customer=blank["customer"])
    return kept.Together(
        {
            "family": weave.told(conversation),
            "drafts": drafts.own(agent, conversation).values(),
            "waits": drafts.waiting(conversation).values("pk")[:1],
            "fields": CustomField.objects.values(),
            "identities": named.exclude(kind=customers.BROWSER).order_by("pk").values(),
            "agents": people.values("id", "presence", "role", *payloads.FACE)[:100],
        }
    )


def events_between(conversation: Conversation, after: int) -> list[payloads.Payload]:
    """The events that a thread shows as lines, from a seq on."""
    found = _kept_events().ask(conversation=conversation.pk, after=after)
    return [publish.event_payload(event) for event in found]


@cache
def _kept_events() -> kept.Kept[ConversationEvent]:
    conversation, after = kept.STAND_INS["conversation"], kept.STAND_INS["after"]
    found = ConversationEvent.objects.filter(conversation=conversation, seq__gte=after)
    found = found.exclude(kind__in=HIDDEN_EVENTS).select_related("actor").order_by("seq")
    return kept.Kept(found[:EVENTS])


def since(agent: Agent, conversation_id: int, after: int) -> dict[str, Any]:
    """What happened after a seq: fills a gap after a lost push. At most 500 events at once."""
    conversation = find(agent, conversation_id)
    events = list(
        ConversationEvent.objects.filter(conversation=conversation, seq__gt=after)
        .select_related("actor")
        .order_by("seq")[:EVENTS]
    )
    touched = {event.payload.get("message") for event in events} - {None}
    # What was split off since is another thread's; what was merged is this one's.
    here = Q(conversation=conversation) | Q(conversation__merged_into=conversation)
    changed = joined(Message.objects.filter(here, pk__in=touched))
    return {
        "row": payloads.row(conversation),
        "messages": [payloads.message(one) for one in changed.order_by("seq")],
        "events": [publish.event_payload(event) for event in events],
        "last_seq": events[-1].seq if events else max(after, 0),
    }


def customer(person: Customer, small: Mapping[str, Any]) -> payloads.Payload:
    """The head of the context panel. small: the desk's custom fields and his identities."""
    return {
        **payloads.customer_brief(person),
        "named": bool(person.name),
        "company": person.company.name if person.company else "",
        "blocked": customers.blocked(person),
        "fields": customers.fields(
            person, [kept.made(CustomField, one) for one in small["fields"]]
        ),
        "city": person.city,
        "timezone": person.timezone,
        "show_pictures": person.show_pictures,
        "since": payloads.stamp(person.created_at),
        "identities": customers.identities(
            [kept.made(CustomerIdentity, one) for one in small["identities"]]
        ),
    }
