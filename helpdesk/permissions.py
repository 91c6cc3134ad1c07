"""The one module that answers "may this user": can() for acts, visible() for rows.

Rights follow active membership now, never authorship and never `is_staff`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    Customer,
    Delivery,
    InboundEvent,
    Inbox,
    Lead,
    Message,
    Order,
    Relief,
    Role,
    ScheduledReply,
    Template,
)

M = TypeVar("M", bound=Model)


class Action(StrEnum):
    REPLY = "reply"
    ASSIGN = "assign"
    CHANGE_STATE = "change_state"
    USE_TEMPLATES = "use_templates"
    EDIT_TEMPLATES = "edit_templates"
    SEE_QUARANTINE = "see_quarantine"
    EDIT_INBOXES = "edit_inboxes"
    EDIT_AGENTS = "edit_agents"
    EDIT_SKILLS = "edit_skills"
    EDIT_QUEUES = "edit_queues"
    EDIT_PROMISES = "edit_promises"
    EDIT_INVITATIONS = "edit_invitations"
    EDIT_LEADS = "edit_leads"
    EXPORT_LEADS = "export_leads"
    BAN = "ban"
    EDIT_BANS = "edit_bans"
    USE_ADMIN = "use_admin"
    STEER = "steer"
    SEE_LEDGER = "see_ledger"


_AGENT = {
    Action.REPLY,
    Action.ASSIGN,
    Action.CHANGE_STATE,
    Action.USE_TEMPLATES,
    Action.EDIT_LEADS,
    Action.BAN,
}
_SUPERVISOR = _AGENT | {
    Action.EDIT_TEMPLATES,
    Action.SEE_QUARANTINE,
    Action.EDIT_SKILLS,
    Action.EDIT_QUEUES,
    Action.EDIT_PROMISES,
    Action.EDIT_INVITATIONS,
    Action.EXPORT_LEADS,
    Action.EDIT_BANS,
    Action.USE_ADMIN,
    Action.STEER,
    Action.SEE_LEDGER,
}
CAPABILITIES: dict[str, frozenset[Action]] = {
    Role.AGENT: frozenset(_AGENT),
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.ADMIN: frozenset(Action),
}


def can(user: Any, action: Action) -> bool:
    """Whether the role of this active user includes the act. Scope is visible()'s business."""
    if not isinstance(user, Agent) or not user.is_active:
        return False
    return action in CAPABILITIES[user.role]


def inboxes(user: Agent) -> QuerySet[Inbox]:
    """Inboxes of the teams in which the user is an active member; all for an administrator."""
    if not user.is_active:
        return Inbox.objects.none()
    if user.role == Role.ADMIN:
        return Inbox.objects.all()
    return Inbox.objects.filter(
        teams__memberships__agent=user, teams__memberships__active=True
    ).distinct()


def inbox_ids(user: Agent) -> list[int]:
    """Primary keys of inboxes(); one query."""
    return sorted(inboxes(user).values_list("pk", flat=True))


_PATHS: dict[type[Model], str] = {
    Conversation: "inbox",
    Message: "conversation__inbox",
    Attachment: "message__conversation__inbox",
    Delivery: "message__conversation__inbox",
    ScheduledReply: "conversation__inbox",
    InboundEvent: "inbox",
    Lead: "inbox",
    Order: "inbox",
    Customer: "conversations__inbox",
}


def visible(user: Any, model: type[M]) -> QuerySet[M]:
    """The rows of `model` that this user may see; the only way screens reach them."""
    manager: QuerySet[M] = model._default_manager.all()  # noqa: SLF001  Django documents it
    if not isinstance(user, Agent) or not user.is_active:
        return manager.none()
    if model is Template or user.role == Role.ADMIN:
        return manager
    if model is InboundEvent and not can(user, Action.SEE_QUARANTINE):
        return manager.none()
    if model in {Inbox, Relief}:
        his = Q(pk__in=inboxes(user)) if model is Inbox else _concerned(user)
        return manager.filter(his).distinct()
    path = _PATHS.get(model)
    if path is None:
        return manager.none()
    scoped = manager.filter(**{f"{path}__in": inboxes(user)})
    return scoped.distinct() if model is Customer else scoped


def _concerned(user: Agent) -> Q:
    """Reliefs that hold for the user; for who may steer, his own acts and those on his people."""
    found = Q(agents=user)
    if can(user, Action.STEER):
        found |= Q(by=user) | Q(
            agents__memberships__active=True,
            agents__memberships__team__inboxes__in=inboxes(user),
        )
    return found


def agents_for(inbox: Inbox) -> QuerySet[Agent]:
    """Active agents who may answer in an inbox."""
    return Agent.objects.filter(
        Q(role=Role.ADMIN) | Q(memberships__team__inboxes=inbox, memberships__active=True),
        is_active=True,
    ).distinct()
