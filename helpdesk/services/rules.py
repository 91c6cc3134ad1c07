"""Rules as supervisors write them: checked, ordered, switched on and off."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.after_commit import after_commit
from helpdesk.models import (
    Act,
    Agent,
    Inbox,
    Role,
    Rule,
)
from helpdesk.permissions import Action, can, inbox_ids, visible
from helpdesk.ruling import conditions
from helpdesk.ruling.conditions import Problem
from helpdesk.ruling.kinds import KINDS
from helpdesk.services import acts, rule_kinds
from helpdesk.services.faults import FieldsError
from helpdesk.services.text import clean, clean_line


class InvalidRuleError(FieldsError):
    """A rule that cannot be kept; `errors` tells by place what is wrong."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as it was typed. inboxes: ids, none for all that its author sees."""

    name: str
    kind: str
    conditions: Any = field(default_factory=lambda: {"match": "all", "rows": []})
    actions: Any = field(default_factory=list)
    enabled: bool = False
    stop_after: bool = False
    inboxes: Collection[int] = ()


def may_edit(rule: Rule, by: Agent, seen: Collection[int] | None = None) -> bool:
    """Who makes rules, and sees every inbox in which this one acts. seen: those, if known."""
    if not can(by, Action.EDIT_RULES):
        return False
    if by.role == Role.ADMIN:
        return True
    acts_in = {one.pk for one in rule.inboxes.all()}
    if rule.everywhere:
        return False
    return acts_in <= set(inbox_ids(by) if seen is None else seen)


def scope(draft: Draft, by: Agent) -> list[int]:
    """The inboxes in which the rule will act: those chosen, of those that its author sees."""
    seen = inbox_ids(by)
    return [pk for pk in seen if pk in draft.inboxes] if draft.inboxes else seen


def checked(draft: Draft, *, by: Agent) -> Draft:
    """The draft, cleaned. Raises InvalidRuleError with every fault at once."""
    errors: dict[str, str] = {}
    name = clean_line(draft.name, 80)
    if not name:
        errors["name"] = _("Give it a name.")
    if draft.kind not in {str(one) for one in KINDS}:
        told = {"name": str(draft.kind)[:60]}
        errors["kind"] = _("There is no event “%(name)s”.") % told
    if set(draft.inboxes) - set(inbox_ids(by)):
        errors["inboxes"] = _("You do not see this inbox.")
    found = conditions.problems(draft.conditions)
    errors |= {_place(one): _told(one) for one in found}
    if not found:
        errors |= _strange_inboxes(draft.conditions, by)
    actions: list[dict[str, Any]] = []
    try:
        actions = acts.checked(draft.actions, by=by, for_rule=True)
    except acts.InvalidActsError as error:
        errors |= error.errors
    if errors:
        raise InvalidRuleError(errors)
    return Draft(
        name=name,
        kind=draft.kind,
        conditions=_tidy(draft.conditions),
        actions=actions,
        enabled=draft.enabled,
        stop_after=draft.stop_after,
        inboxes=sorted(set(draft.inboxes)),
    )


def _strange_inboxes(given: Mapping[str, Any], by: Agent) -> dict[str, str]:
    """Conditions on inboxes that the author does not see."""
    seen = set(visible(by, Inbox).values_list("pk", flat=True))
    return {
        _place(Problem(path, "value")): _("You do not see this inbox.")
        for path, row in conditions.rows(given)
        if row["field"] == "inbox" and row["value"] not in seen
    }


def _tidy(given: Mapping[str, Any]) -> dict[str, Any]:
    """Only what conditions consist of, with text that can be stored."""
    rows = [
        _tidy(row)
        if "rows" in row
        else {"field": row["field"], "op": row["op"], "value": _stored(row["value"])}
        for row in given["rows"]
    ]
    return {"match": given["match"], "rows": rows}


def _stored(value: Any) -> Any:
    return clean(value, conditions.LONGEST_TEXT) if isinstance(value, str) else value


def _place(problem: Problem) -> str:
    return ".".join(("conditions", *map(str, problem.path)))


def _told(problem: Problem) -> str:
    texts = {
        "shape": _("A condition is not complete."),
        "match": _("“%(name)s” is neither all nor any."),
        "too_many": _("At most %(name)s conditions."),
        "too_deep": _("A group holds no further group."),
        "field": _("There is no field “%(name)s”."),
        "op": _("There is no comparison “%(name)s” for this field."),
        "value": _("This value does not suit the field “%(name)s”."),
    }
    return texts[problem.code] % {"name": problem.name}


def save(rule: Rule, draft: Draft, *, by: Agent) -> Rule:
    """Keep a new or changed rule that `by` may edit; its pauses end. Raises InvalidRuleError.

    A supervisor's rule acts in the inboxes that they see now and chose, whoever they are later.
    """
    clean_draft = checked(draft, by=by)
    everywhere = by.role == Role.ADMIN and not clean_draft.inboxes
    chosen = [] if everywhere else scope(clean_draft, by)
    if not everywhere and not chosen:
        raise InvalidRuleError({"inboxes": _("You see no inbox in which it could act.")})
    for name in ("name", "kind", "conditions", "actions", "enabled", "stop_after"):
        setattr(rule, name, getattr(clean_draft, name))
    rule.everywhere, rule.author, rule.changed_at = everywhere, by, datetime.now(UTC)
    act = Act.CHANGED if rule.pk else Act.ADDED
    try:
        with transaction.atomic():
            if not rule.pk:
                last = Rule.objects.aggregate(last=Max("position"))["last"]
                rule.position = (last or 0) + 1
            rule.save()
            rule.inboxes.set(chosen)
            named = {"name": ("", rule.name), "on": ("", rule.enabled)}
            audit.record(act, rule, by=by, changes={**named, "conditions": None, "actions": None})
            _changed()
    except IntegrityError:
        raise InvalidRuleError({"name": _("There is one of this name already.")}) from None
    return rule


def _changed() -> None:
    after_commit(rule_kinds.write)


def switch(rule: Rule, *, on: bool, by: Agent) -> None:
    """On or off; switching on ends the pauses of the loop guard."""
    with transaction.atomic():
        Rule.objects.filter(pk=rule.pk).update(enabled=on, changed_at=datetime.now(UTC))
        audit.record(Act.CHANGED, rule, by=by, changes={"on": (not on, on)})
        _changed()


def delete(rule: Rule, *, by: Agent) -> None:
    """Forget it, and its log with it."""
    with transaction.atomic():
        audit.record(Act.DELETED, rule, by=by, changes={"name": (rule.name, "")})
        rule.delete()
        _changed()


def move(rule: Rule, *, up: bool, by: Agent) -> None:
    """Change places with the next rule, up or down, that this user sees; at the end it stays."""
    seen = set(visible(by, Rule).values_list("pk", flat=True))
    with transaction.atomic():
        ordered = list(Rule.objects.select_for_update().order_by("position", "pk"))
        places = [n for n, one in enumerate(ordered) if one.pk in seen]
        at = next((n for n, place in enumerate(places) if ordered[place].pk == rule.pk), None)
        to = None if at is None else at + (-1 if up else 1)
        if at is None or to is None or not 0 <= to < len(places):
            return
        here, there = places[at], places[to]
        ordered[here], ordered[there] = ordered[there], ordered[here]
        for position, one in enumerate(ordered, 1):
            one.position = position
        Rule.objects.bulk_update(ordered, ["position"])
        audit.record(Act.CHANGED, rule, by=by, changes={"position": (here + 1, there + 1)})
