"""Who owns a conversation. The router decides; these verbs write it down."""

from __future__ import annotations

from datetime import UTC, datetime

from helpdesk import audit
from helpdesk.events import Kind, locked, record
from helpdesk.models import (
    Act,
    Agent,
    Conversation,
    State,
)
from helpdesk.permissions import agents_for
from helpdesk.routing.reasons import Reason
from helpdesk.services import conversations, legs
from helpdesk.services.legs import CapacityError


class NotEligibleError(ValueError):
    """The agent may not see this inbox, or is not active."""


def give(
    conversation: Conversation, to: Agent, *, by: Agent | None, why: str, forced: str = ""
) -> None:
    """Make `to` the owner of a locked conversation; the first owner opens it.

    forced: why he gets it although he has no room.
    """
    if conversation.assignee_id != to.pk:
        conversation.assignee = to
        Agent.objects.filter(pk=to.pk).update(last_assigned_at=datetime.now(UTC))
        facts = {"agent": to.pk, "name": to.display_name, "why": why}
        record(
            conversation,
            Kind.ASSIGNED,
            by=by,
            payload={**facts, "forced": forced} if forced else facts,
        )
    if conversation.state == State.NEW:
        conversations.move(conversation, State.OPEN, by=by)


def assign(
    conversation_id: int,
    to: Agent | None,
    *,
    by: Agent | None,
    why: str = "",
    force: bool = False,
) -> Conversation:
    """Assign by hand: pick, transfer or, with None, give back to the queue.

    Above the agent's capacity only with `force` and a reason (`why`), which the history keeps;
    what can wait gives way to somebody who cannot.
    Raises NotEligibleError, CapacityError, and IllegalTransitionError for a closed conversation.
    """
    with locked(conversation_id) as conversation:
        if conversation.state == State.CLOSED:
            msg = "this conversation is closed"
            raise conversations.IllegalTransitionError(msg)
        if to is None:
            if conversation.assignee_id is not None:
                conversation.assignee = None
                record(conversation, Kind.UNASSIGNED, by=by)
        elif not agents_for(conversation.inbox).filter(pk=to.pk).exists():
            msg = f"{to} does not work in {conversation.inbox}"
            raise NotEligibleError(msg)
        else:
            short = _short(conversation, to)
            if short is not None and not (force and why):
                raise CapacityError(short)
            if short is not None:
                who = {"assignee": (conversation.assignee_id, to.pk)}
                audit.record(Act.FORCED, conversation, by=by, changes=who, reason=why)
            give(conversation, to, by=by, why=why or "by hand", forced=short.code if short else "")
            legs.make_room_soon(to.pk)
    return conversation


def _short(conversation: Conversation, to: Agent) -> Reason | None:
    """Why the agent has no room for the conversation's work; None if he has, or holds it."""
    item = legs.open_item(conversation)
    if item is None or conversation.assignee_id == to.pk:
        return None
    agent = legs.locked_agents(to.pk, item.agent_id)[to.pk]
    return legs.lacking(agent, item, datetime.now(UTC), parking=True)
