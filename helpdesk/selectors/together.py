"""Reads behind working together: what one was named in, what one watches, what we promised."""

from __future__ import annotations

from datetime import UTC, datetime

from helpdesk.models import Agent, Conversation, Mention, Task
from helpdesk.permissions import inbox_ids
from helpdesk.realtime import payloads
from helpdesk.selectors import proposals

SHOWN = 50
DONE_SHOWN = 5
PREVIEW = 160


def tasks(conversation: Conversation) -> list[payloads.Payload]:
    """What was promised: the open ones by their due time, then the last that were done."""
    found = Task.objects.filter(conversation=conversation).select_related("assignee")
    newest = list(found.order_by("-pk")[:SHOWN])
    still = sorted(
        (one for one in newest if not one.done_at),
        key=lambda one: (one.due_at is None, one.due_at or one.created_at, one.pk),
    )
    done = [one for one in newest if one.done_at]
    done.sort(key=lambda one: one.done_at or one.created_at, reverse=True)
    return [payloads.task(one) for one in [*still, *done[:DONE_SHOWN]]]


def for_me(agent: Agent) -> payloads.Payload:
    """What waits for this agent's eye: unread mentions, tasks that are due, what they watch.

    Four queries, each bounded; one more for who decides on proposed templates. Only of inboxes
    that they may still see.
    """
    inboxes = inbox_ids(agent)
    return {
        "mentions": _mentions(agent, inboxes),
        "tasks": _due(agent, inboxes),
        "watching": _watching(agent, inboxes),
        "proposals": proposals.waiting(agent),
    }


def _mentions(agent: Agent, inboxes: list[int]) -> list[payloads.Payload]:
    unread = Mention.objects.filter(
        agent=agent, read_at__isnull=True, message__conversation__inbox_id__in=inboxes
    ).select_related("message__author", "message__conversation__customer")
    return [
        {
            "conversation": one.message.conversation_id,
            "customer": payloads.customer_brief(one.message.conversation.customer),
            "by": payloads.agent(one.message.author) if one.message.author else None,
            "paper": one.message.meta.get("paper", "note"),
            "answer": "re" in one.message.meta,
            "preview": one.message.body[:PREVIEW],
            "at": payloads.stamp(one.message.created_at),
        }
        for one in unread.order_by("-message")[:SHOWN]
    ]


def _due(agent: Agent, inboxes: list[int]) -> list[payloads.Payload]:
    due = Task.objects.filter(
        assignee=agent,
        done_at__isnull=True,
        due_at__lte=datetime.now(UTC),
        conversation__inbox_id__in=inboxes,
    ).select_related("assignee", "conversation__customer")
    return [
        {
            **payloads.task(one),
            "conversation": one.conversation_id,
            "customer": payloads.customer_brief(one.conversation.customer),
        }
        for one in due.order_by("due_at", "pk")[:SHOWN]
    ]


def _watching(agent: Agent, inboxes: list[int]) -> list[payloads.Payload]:
    watched = Conversation.objects.filter(
        watches__agent=agent, inbox_id__in=inboxes
    ).select_related("customer", "inbox", "assignee")
    return [payloads.row(one) for one in watched.order_by("-last_message_at", "-pk")[:SHOWN]]
