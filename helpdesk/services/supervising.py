"""What a supervisor does in a conversation that is a colleague's: join it, or take it over."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from helpdesk import audit
from helpdesk.adapters import adapter_for
from helpdesk.events import Kind, locked, record
from helpdesk.models import (
    Act,
    Agent,
    Conversation,
    ConversationEvent,
    State,
    Watch,
)
from helpdesk.permissions import Action, can
from helpdesk.services import assignments, automatic, conversations


def join(conversation_id: int, *, by: Agent) -> Conversation:
    """Step in beside the agent. A customer in a live channel is told who came; once.

    The conversation keeps its owner. Raises PermissionDenied, IllegalTransitionError (it is over).
    """
    _may_steer(by)
    with locked(conversation_id) as conversation:
        if conversation.state in {State.CLOSED, State.RESOLVED, State.SPAM}:
            msg = f"this conversation is {conversation.state}"
            raise conversations.IllegalTransitionError(msg)
        if _joined(conversation, by):
            return conversation
        audit.record(Act.JOINED, conversation, by=by)
        if adapter_for(conversation.answered_by).capabilities.live:
            language = conversation.customer.language[:2]
            with translation.override(language if language in dict(settings.LANGUAGES) else "en"):
                body = gettext("%(name)s (%(role)s) joined the conversation.") % {
                    "name": by.called,
                    "role": by.get_role_display(),
                }
            automatic.append_line(conversation, Kind.JOINED, body=body, by=by)
        else:  # a letter says by itself who wrote it
            record(conversation, Kind.JOINED, by=by)
    return conversation


def _joined(conversation: Conversation, agent: Agent) -> bool:
    return ConversationEvent.objects.filter(
        conversation=conversation, kind=Kind.JOINED, actor=agent
    ).exists()


def take_over(conversation_id: int, *, by: Agent, reason: str) -> Conversation:
    """Make it one's own at once, above any limit; who had it goes on watching.

    Raises PermissionDenied, IllegalTransitionError (a closed conversation), NotEligibleError.
    """
    _may_steer(by)
    with transaction.atomic():
        with locked(conversation_id) as conversation:
            before = conversation.assignee_id
        taken = assignments.assign(conversation_id, by, by=by, why=reason, force=True)
        if before and before != by.pk:
            Watch.objects.get_or_create(agent_id=before, conversation_id=conversation_id)
        who = {"assignee": (before, by.pk)}
        audit.record(Act.TAKEN_OVER, taken, by=by, changes=who, reason=reason)
    return taken


def _may_steer(by: Agent) -> None:
    if not can(by, Action.STEER):
        raise PermissionDenied
