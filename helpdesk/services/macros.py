"""Macros: kept by who may, and run by an agent on a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.events import locked
from helpdesk.models import (
    Act,
    Agent,
    Conversation,
    Macro,
    State,
)
from helpdesk.permissions import Action, can
from helpdesk.services import acts
from helpdesk.services.faults import FieldsError
from helpdesk.services.text import clean_line

MOST_OWN = 50


class InvalidMacroError(FieldsError):
    """A macro that cannot be kept; `errors` tells by field what is wrong."""


class NotAllowedError(Exception):
    """The macro does something that this agent may not do."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a macro did: a sentence and whether something changed for each act, and the way back.

    undo: calls of the API, in order, that put owner and state back; empty where that cannot be.
    """

    conversation: Conversation
    done: list[tuple[str, bool]]
    undo: list[dict[str, Any]]


def may_edit(macro: Macro, by: Agent) -> bool:
    """Own ones; those of everybody for who may make rules."""
    return macro.owner_id == by.pk or (macro.owner_id is None and can(by, Action.EDIT_RULES))


def save(macro: Macro, *, name: str, actions: object, by: Agent) -> Macro:
    """Keep a new or changed macro that `by` may edit. Raises InvalidMacroError."""
    errors: dict[str, str] = {}
    name = clean_line(name, 80)
    if not name:
        errors["name"] = _("Give it a name.")
    try:
        kept = acts.checked(actions, by=by, for_rule=False)
    except acts.InvalidActsError as error:
        errors |= error.errors
    if not macro.pk and macro.owner_id and _own(by).count() >= MOST_OWN:
        errors["name"] = _("At most %(n)d macros of your own.") % {"n": MOST_OWN}
    if errors:
        raise InvalidMacroError(errors)
    macro.name, macro.actions = name, kept
    try:
        with transaction.atomic():
            if not macro.pk:
                last = Macro.objects.filter(owner=macro.owner_id).aggregate(last=Max("position"))
                macro.position = (last["last"] or 0) + 1
            act = Act.CHANGED if macro.pk else Act.ADDED
            macro.save()
            audit.record(act, macro, by=by, changes={"name": ("", name), "actions": None})
    except IntegrityError:
        raise InvalidMacroError({"name": _("There is one of this name already.")}) from None
    return macro


def _own(by: Agent) -> QuerySet[Macro]:
    return Macro.objects.filter(owner=by)


def delete(macro: Macro, *, by: Agent) -> None:
    """Forget it."""
    with transaction.atomic():
        audit.record(Act.DELETED, macro, by=by, changes={"name": (macro.name, "")})
        macro.delete()


def move(macro: Macro, *, up: bool, by: Agent) -> None:
    """One place up or down among those of the same owner; at the end it stays."""
    del by
    with transaction.atomic():
        beside = Macro.objects.select_for_update().filter(owner=macro.owner_id)
        ordered = list(beside.order_by("position", "pk"))
        at = next((n for n, one in enumerate(ordered) if one.pk == macro.pk), None)
        to = None if at is None else at + (-1 if up else 1)
        if at is None or to is None or not 0 <= to < len(ordered):
            return
        ordered[at], ordered[to] = ordered[to], ordered[at]
        for position, one in enumerate(ordered, 1):
            one.position = position
        Macro.objects.bulk_update(ordered, ["position"])


def run(conversation_id: int, macro: Macro, *, by: Agent) -> Ran:
    """All of it or nothing, in one transaction. What an answer sends leaves after that.

    Raises NotAllowedError, acts.StoppedError (nothing was done), Conversation.DoesNotExist.
    """
    if not all(can(by, one) for one in acts.needed(macro.actions)):
        raise NotAllowedError
    with transaction.atomic():
        with locked(conversation_id) as conversation:
            owner, state = conversation.assignee_id, conversation.state
        changed = acts.run(conversation_id, macro.actions, by=by)
        Macro.objects.filter(pk=macro.pk).update(uses=F("uses") + 1)
    after = Conversation.objects.select_related("customer", "inbox", "assignee").get(
        pk=conversation_id
    )
    (told,) = acts.sentences(macro.actions)
    return Ran(after, list(zip(told, changed, strict=True)), _undo(after, owner, state))


def _undo(after: Conversation, owner: int | None, state: str) -> list[dict[str, Any]]:
    """Back to open, then back to who had it: as an agent would. A message is not taken back."""
    calls: list[dict[str, Any]] = []
    if after.state not in {state, State.OPEN} and state in {State.NEW, State.OPEN}:
        calls.append({"path": "state", "body": {"state": State.OPEN}})
    if after.assignee_id != owner:
        calls.append({"path": "assign", "body": {"agent": owner}})
    return calls
