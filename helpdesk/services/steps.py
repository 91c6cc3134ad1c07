"""What is done by itself for a customer who waits: one function for each action of a policy.

Each runs in the transaction that holds the conversation's lock; pushes leave after commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, record
from helpdesk.models import HELD, Conversation, Priority, Role, WorkItem
from helpdesk.permissions import agents_for
from helpdesk.realtime import groups, payloads, publish
from helpdesk.services import legs, work
from helpdesk.sla.policies import Action

Facts = dict[str, Any]


def take(conversation: Conversation, facts: Facts) -> None:
    """Do the step; facts: action, metric, after (seconds) and since, as its event tells them."""
    _ACTIONS[facts["action"]](conversation, facts)


def tell_agent(conversation: Conversation, facts: Facts) -> None:
    """A sound and a mark for who has it, or is asked; while nobody does, for all who may take it.

    The frame: {"type": "nudge", "conversation", "row", "metric", …}.
    """
    asked = (
        WorkItem.objects.filter(conversation=conversation, state__in=HELD)
        .values_list("agent_id", flat=True)
        .first()
    )
    agent = asked or conversation.assignee_id
    group = groups.agent(agent) if agent else groups.inbox(conversation.inbox_id)
    _push([group], conversation, {"type": "nudge", **facts})


def tell_supervisors(conversation: Conversation, facts: Facts) -> None:
    """An alarm for the supervisors of the inbox; for the administrators if it has none.

    The frame: {"type": "alarm", "kind", "conversation", "row", "metric", …}.
    """
    above = dict(
        agents_for(conversation.inbox)
        .filter(role__in=(Role.SUPERVISOR, Role.ADMIN))
        .values_list("pk", "role")
    )
    ours = [pk for pk, role in above.items() if role == Role.SUPERVISOR]
    kind = facts.get("action") or ("breach" if facts.get("level") == "breach" else "warning")
    to = ours if ours and kind != "notify_on_call" else list(above)
    _push(map(groups.agent, to), conversation, {"type": "alarm", "kind": kind, **facts})


def relax(conversation: Conversation, facts: Facts) -> None:
    """The router asks for less by one step more; whom it is offered to, keeps the offer."""
    del facts
    work.relax(conversation.pk)


def offer_alternatives(conversation: Conversation, facts: Facts) -> None:
    """The customer is shown how to be answered elsewhere, by whatever his channel can show."""
    del facts
    conversation.context = {**conversation.context, "alternatives": True}
    frame = {"type": "alternatives"}
    after_commit(publish.send, groups.visitor(conversation.pk), frame)


def raise_priority(conversation: Conversation, facts: Facts) -> None:
    """One step more urgent; at the top it stays."""
    del facts
    was = conversation.priority
    if was >= Priority.URGENT:
        return
    conversation.priority = was + 1
    payload = {"from": was, "to": conversation.priority, "why": "promise"}
    record(conversation, Kind.PRIORITY_CHANGED, payload=payload)


def take_back(conversation: Conversation, facts: Facts) -> None:
    """Back to the queue, if it is still unanswered: somebody else gets it."""
    if facts["metric"] != "frt" or conversation.assignee_id is None:
        return
    conversation.assignee = None
    record(conversation, Kind.UNASSIGNED, payload={"why": "promise"})
    legs.route_soon(conversation.pk)


def _push(to: Iterable[str], conversation: Conversation, facts: Facts) -> None:
    """Send after commit, with the row as it is then."""
    found = sorted(set(to))

    def send() -> None:
        row = payloads.row(conversation)
        for group in found:
            publish.send(group, {**facts, "conversation": conversation.pk, "row": row})

    after_commit(send)


_ACTIONS: dict[Action, Callable[[Conversation, Facts], None]] = {
    "nudge": tell_agent,
    "second_agent": relax,
    "relax_step": relax,
    "supervisor": tell_supervisors,
    "notify_on_call": tell_supervisors,
    "alternatives": offer_alternatives,
    "raise_priority": raise_priority,
    "reassign": take_back,
}
