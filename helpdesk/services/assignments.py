"""Who owns a conversation. The router decides; these verbs write it down."""

from __future__ import annotations

from datetime import UTC, datetime

from helpdesk.events import Kind, locked, record
from helpdesk.models import Agent, Conversation, State
from helpdesk.permissions import agents_for
from helpdesk.services import conversations


class NotEligibleError(ValueError):
    """The agent may not see this inbox, or is not active."""


def give(conversation: Conversation, to: Agent, *, by: Agent | None, why: str) -> None:
    """Make `to` the owner of a locked conversation; the first owner opens it."""
    if conversation.assignee_id != to.pk:
        conversation.assignee = to
        Agent.objects.filter(pk=to.pk).update(last_assigned_at=datetime.now(UTC))
        record(
            conversation,
            Kind.ASSIGNED,
            by=by,
            payload={"agent": to.pk, "name": to.display_name, "why": why},
        )
    if conversation.state == State.NEW:
        conversations.move(conversation, State.OPEN, by=by)


def assign(
    conversation_id: int, to: Agent | None, *, by: Agent | None, why: str = ""
) -> Conversation:
    """Assign by hand or by the router; None takes the owner away.

    Raises NotEligibleError, and IllegalTransitionError for a closed conversation.
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
            give(conversation, to, by=by, why=why or "by hand")
    return conversation


def place(conversation_id: int, to: Agent, *, why: str) -> bool:
    """The router's assignment: only if still nobody has it. True if it took effect."""
    with locked(conversation_id) as conversation:
        if conversation.assignee_id is not None or conversation.state not in {
            State.NEW,
            State.OPEN,
        }:
            return False
        give(conversation, to, by=None, why=why)
    return True
