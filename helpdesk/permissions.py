"""The one module that answers "may this user": can() for acts, visible() for rows.

Rights follow active membership now, never authorship and never `is_staff`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from helpdesk.models import (
    Agent,
    ApiToken,
    Attachment,
    Call,
    Conversation,
    Customer,
    Delivery,
    InboundEvent,
    Inbox,
    Lead,
    Macro,
    Mention,
    Message,
    Order,
    Relief,
    Role,
    Rule,
    SavedView,
    ScheduledReply,
    Scope,
    Shared,
    Tag,
    Task,
    Template,
    Visibility,
    Watch,
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
    TUNE_INBOXES = "tune_inboxes"
    EDIT_AGENTS = "edit_agents"
    EDIT_SKILLS = "edit_skills"
    EDIT_QUEUES = "edit_queues"
    EDIT_PROMISES = "edit_promises"
    EDIT_INVITATIONS = "edit_invitations"
    EDIT_LEADS = "edit_leads"
    EXPORT_LEADS = "export_leads"
    BAN = "ban"
    EDIT_CUSTOMERS = "edit_customers"
    EDIT_FIELDS = "edit_fields"
    EDIT_BANS = "edit_bans"
    USE_ADMIN = "use_admin"
    STEER = "steer"
    SEE_LEDGER = "see_ledger"
    EDIT_RULES = "edit_rules"
    TAG = "tag"
    EDIT_TAGS = "edit_tags"
    SHARE_VIEWS = "share_views"
    SHARE_WITH_ALL = "share_with_all"
    USE_API = "use_api"
    EDIT_API = "edit_api"
    SEE_AUDIT = "see_audit"
    KEEP_PRIVACY = "keep_privacy"
    MOVE_DATA = "move_data"
    EDIT_ALARMS = "edit_alarms"


_AGENT = {
    Action.REPLY,
    Action.ASSIGN,
    Action.CHANGE_STATE,
    Action.USE_TEMPLATES,
    Action.EDIT_LEADS,
    Action.BAN,
    Action.EDIT_CUSTOMERS,
    Action.TAG,
}
# Quality: reads what the teams do and how it was kept, mends their words; sets nothing.
_SENIOR = _AGENT | {Action.EDIT_TEMPLATES, Action.SEE_LEDGER}
_SUPERVISOR = _SENIOR | {
    Action.SEE_QUARANTINE,
    Action.TUNE_INBOXES,
    Action.EDIT_SKILLS,
    Action.EDIT_QUEUES,
    Action.EDIT_PROMISES,
    Action.EDIT_INVITATIONS,
    Action.EXPORT_LEADS,
    Action.EDIT_BANS,
    Action.EDIT_FIELDS,
    Action.USE_ADMIN,
    Action.STEER,
    Action.EDIT_RULES,
    Action.EDIT_TAGS,
    Action.SHARE_VIEWS,
    Action.USE_API,
}
CAPABILITIES: dict[str, frozenset[Action]] = {
    Role.AGENT: frozenset(_AGENT),
    Role.SENIOR: frozenset(_SENIOR),
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.ADMIN: frozenset(Action),
}


_SCOPES: dict[str, frozenset[Action]] = {
    Scope.CONVERSATIONS_WRITE: frozenset({Action.ASSIGN, Action.CHANGE_STATE, Action.TAG}),
    Scope.MESSAGES_WRITE: frozenset({Action.REPLY}),
    Scope.CONTACTS_WRITE: frozenset({Action.EDIT_CUSTOMERS, Action.BAN, Action.EDIT_LEADS}),
    Scope.TEMPLATES_READ: frozenset({Action.USE_TEMPLATES}),
    Scope.REPORTS: frozenset({Action.SEE_LEDGER}),
    Scope.ADMIN: frozenset({Action.STEER, Action.EDIT_AGENTS}),
}
"""Which acts of its agent a token's scope leaves; what no scope names, no token does."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is left of the rights of one who acts by a token. inboxes: None is all of theirs."""

    actions: frozenset[Action]
    inboxes: frozenset[int] | None
    notes: bool


def limit(user: Agent, token: ApiToken) -> None:
    """From now on this object has only the rights that the token leaves."""
    user.__dict__["limits"] = Limits(
        actions=frozenset().union(*(_SCOPES.get(one, frozenset()) for one in token.scopes)),
        inboxes=None if token.everywhere else frozenset(one.pk for one in token.inboxes.all()),
        notes=Scope.NOTES_READ in token.scopes,
    )


def limits(user: Agent) -> Limits | None:
    """What a token leaves of the user's rights; None for who is there in person."""
    found: Limits | None = user.__dict__.get("limits")
    return found


def may_read_notes(user: Agent) -> bool:
    """Whether what colleagues write to each other is for this user."""
    found = limits(user)
    return found is None or found.notes


def can(user: Any, action: Action) -> bool:
    """Whether the role of this active user includes the act. Scope is visible()'s business."""
    if not isinstance(user, Agent) or not user.is_active:
        return False
    left = limits(user)
    return action in CAPABILITIES[user.role] and (left is None or action in left.actions)


def inboxes(user: Agent) -> QuerySet[Inbox]:
    """Inboxes of the teams in which the user is an active member; all for an administrator."""
    if not user.is_active:
        return Inbox.objects.none()
    left = limits(user)
    some = Inbox.objects.all()
    if left is not None and left.inboxes is not None:
        some = some.filter(pk__in=left.inboxes)
    if user.role == Role.ADMIN:
        return some
    return some.filter(teams__memberships__agent=user, teams__memberships__active=True).distinct()


def inbox_ids(user: Agent) -> list[int]:
    """Primary keys of inboxes(); one query."""
    return sorted(inboxes(user).values_list("pk", flat=True))


_PATHS: dict[type[Model], str] = {
    Conversation: "inbox",
    Message: "conversation__inbox",
    Attachment: "message__conversation__inbox",
    Delivery: "message__conversation__inbox",
    Call: "message__conversation__inbox",
    ScheduledReply: "conversation__inbox",
    InboundEvent: "inbox",
    Lead: "inbox",
    Order: "inbox",
    Mention: "message__conversation__inbox",
    Task: "conversation__inbox",
    Watch: "conversation__inbox",
}


# Where a row says that only colleagues may read it.
_NOTED: dict[type[Model], str] = {
    Message: "visibility",
    Attachment: "message__visibility",
    Mention: "message__visibility",
}

# What a thread shows of the conversations that were merged into it.
_WOVEN: frozenset[type[Model]] = frozenset(
    {Conversation, Message, Attachment, Delivery, ScheduledReply}
)


def visible(user: Any, model: type[M]) -> QuerySet[M]:
    """The rows of `model` that this user may see; the only way screens reach them."""
    manager: QuerySet[M] = model._default_manager.all()  # noqa: SLF001  Django documents it
    if not isinstance(user, Agent) or not user.is_active:
        return manager.none()
    left = limits(user)
    if left is not None and not left.notes and model in _NOTED:
        manager = manager.exclude(**{_NOTED[model]: Visibility.INTERNAL})
    # An agent's own macros and views are nobody else's, not even an administrator's.
    everybodys = model in {Template, Tag}
    whole = user.role == Role.ADMIN and (left is None or left.inboxes is None)
    if everybodys or (whole and model not in {Macro, SavedView}):
        return manager
    if model is InboundEvent and not can(user, Action.SEE_QUARANTINE):
        return manager.none()
    if model in _OWN:
        return manager.filter(_OWN[model](user)).distinct()
    if model is Customer:  # no join: a customer of many conversations stays one row
        talks = Conversation.objects.filter(customer=OuterRef("pk"), inbox__in=inboxes(user))
        return manager.filter(Exists(talks))
    path = _PATHS.get(model)
    return manager.filter(_within(path, model, inboxes(user))) if path else manager.none()


def _within(path: str, model: type[Model], own: QuerySet[Inbox]) -> Q:
    """In one of these inboxes, or of a conversation that was merged into one of theirs."""
    found = Q(**{f"{path}__in": own})
    if model in _WOVEN:
        found |= Q(**{f"{path.removesuffix('inbox')}merged_into__inbox__in": own})
    return found


def _in_menu(user: Agent) -> Q:
    """Own views and those shared with the user; a private one is nobody else's, of any role."""
    teams = user.memberships.filter(active=True).values("team")
    return Q(owner=user) | Q(shared=Shared.EVERYONE) | Q(shared=Shared.TEAM, team__in=teams)


def may_change(user: Agent, view: SavedView) -> bool:
    """Whether this user may change or delete a view that is visible to them.

    One's own always; a shared one also who could have shared it.
    """
    if view.owner_id == user.pk:
        return True
    needed = {Shared.TEAM: Action.SHARE_VIEWS, Shared.EVERYONE: Action.SHARE_WITH_ALL}
    action = needed.get(Shared(view.shared))
    return action is not None and can(user, action)


def _concerned(user: Agent) -> Q:
    """Reliefs that hold for the user; for who may steer, his own acts and those on his people."""
    found = Q(agents=user)
    if can(user, Action.STEER):
        found |= Q(by=user) | Q(
            agents__memberships__active=True,
            agents__memberships__team__inboxes__in=inboxes(user),
        )
    return found


def _rules(user: Agent) -> Q:
    """Rules that act in an inbox of his, for who may make rules."""
    if not can(user, Action.EDIT_RULES):
        return Q(pk__in=())
    return Q(everywhere=True) | Q(inboxes__in=inboxes(user))


def _own_inboxes(user: Agent) -> Q:
    return Q(pk__in=inboxes(user))


def _macros(user: Agent) -> Q:
    return Q(owner=user) | Q(owner__isnull=True)


_OWN: dict[type[Model], Callable[[Agent], Q]] = {
    Inbox: _own_inboxes,
    Macro: _macros,
    Relief: _concerned,
    Rule: _rules,
    SavedView: _in_menu,
}


def agents_for(inbox: Inbox) -> QuerySet[Agent]:
    """Active agents who may answer in an inbox."""
    return Agent.objects.filter(
        Q(role=Role.ADMIN) | Q(memberships__team__inboxes=inbox, memberships__active=True),
        is_active=True,
    ).distinct()
