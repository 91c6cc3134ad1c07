"""Rules and macros in words: what can be chosen, and a whole rule as a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.models import Agent, Inbox, Priority, State, Tag
from helpdesk.permissions import visible
from helpdesk.ruling.conditions import FIELDS
from helpdesk.ruling.kinds import KINDS
from helpdesk.selectors import work
from helpdesk.services import act_values, acts
from helpdesk.services.rules import Draft
from helpdesk.web.plurals import Words
from helpdesk.web.work_words import named

Choices = dict[str, list[tuple[Any, str]]]


def workspace() -> Words:
    """The words of the macros in a conversation."""
    return {
        "macro.menu": _("Run a macro…"),
        "macro.none": _("No macro for “{query}”."),
        "macro.empty": _("No macros yet. You make your own in Settings, Macros."),
        "macro.error": _("The macros did not load: {why}"),
        "macro.done": _("{name}: {acts}"),
        "macro.same": _("{name}: everything was so already."),
        "macro.stopped": _("Nothing was done. {why}"),
    }


def editor() -> Words:
    """The words of the pages on which rules and macros are made."""
    return {
        "fault.network": _("The server cannot be reached."),
        "fault.late": _("The server did not answer in 10 seconds."),
        "fault.server": _("The server had a fault; it was noted."),
        "fault.refused": _("The server refused it."),
        "rule.yes": _("yes"),
        "rule.no": _("no"),
        "rule.condition": _("Condition {n}"),
        "rule.action": _("Action {n}"),
        "rule.group": _("Group {n}"),
        "trial.none": _("Nothing of this kind has happened lately."),
        "trial.of": _("{n} of {all} would have fired"),
        "trial.fires": _("would fire"),
        "trial.not": _("not: {why}"),
        "trial.byrule": _("caused by a rule"),
    }


def kinds() -> dict[str, str]:
    """Every event that a rule may wait for, after the word "When"."""
    texts = {
        "conversation_started": _("a conversation starts"),
        "message_received": _("a customer writes"),
        "message_sent": _("we write to the customer"),
        "assigned": _("somebody gets the conversation"),
        "unassigned": _("nobody has the conversation any more"),
        "state_changed": _("the state changes"),
        "priority_changed": _("the priority changes"),
        "tagged": _("the tags change"),
        "customer_left": _("the customer leaves a chat"),
        "lead_captured": _("a lead is saved"),
        "promise_warned": _("a promise is in danger"),
        "promise_broken": _("a promise is broken"),
        "rated": _("the customer gives a rating"),
    }
    return {str(kind): texts[kind] for kind in KINDS}


def fields() -> dict[str, str]:
    """What may be asked, in words."""
    return {
        "channel": _("Channel"),
        "inbox": _("Inbox"),
        "language": _("Language"),
        "state": _("State"),
        "tag": _("Tags"),
        "tag_added": _("Tags just added"),
        "tag_removed": _("Tags just taken off"),
        "subject": _("Subject"),
        "body": _("Message"),
        "vip": _("The customer is a VIP"),
        "assigned": _("Somebody has it"),
        "open_hours": _("Within business hours"),
        "priority": _("Priority"),
        "waiting": _("Waiting, minutes"),
        "score": _("Rating, 1 to 5"),
    }


def operators() -> dict[str, str]:
    """How it may be compared, between a field and a value."""
    return {
        "is": _("is"),
        "is_not": _("is not"),
        "contains": _("contains"),
        "lacks": _("does not contain"),
        "has": _("have"),
        "has_not": _("do not have"),
        "at_least": _("at least"),
        "at_most": _("at most"),
    }


def choices(by: Agent) -> Choices:
    """What this user may choose from, by field or kind of value."""
    people = work.colleagues(by).order_by("first_name", "pk")
    tags = [(name, name) for name in Tag.objects.values_list("name", flat=True)]
    return {
        **dict.fromkeys(("tag", "tag_added", "tag_removed"), tags),
        "channel": [(one["name"], one["label"]) for one in named(work.channels_of(by))],
        "inbox": list(visible(by, Inbox).order_by("name").values_list("pk", "name")),
        "language": [(code, _(str(name))) for code, name in settings.LANGUAGES],
        "state": [(str(value), str(label)) for value, label in State.choices],
        "priority": [(value, str(label)) for value, label in Priority.choices],
        "agent": [(one.pk, one.display_name) for one in people],
        "queue": [(one.pk, one.name) for one in act_values.queues(by).order_by("name")],
        "reason": list(acts.reasons().items()),
    }


def schema(by: Agent, *, for_rule: bool) -> dict[str, Any]:
    """What the editor's script builds its rows from."""
    labels, compared = fields(), operators()
    return {
        "fields": [
            {
                "name": one.name,
                "label": labels[one.name],
                "kind": "choice" if one.name == "priority" else one.kind,
                "ops": [[op, compared[op]] for op in one.operators],
                "least": one.least,
                "most": one.most,
            }
            for one in FIELDS.values()
        ],
        "acts": [
            {"name": name, "label": str(act.label), "value": act.value}
            for name, act in acts.ACTS.items()
            if not (for_rule and act.by_hand)
        ],
        "choices": choices(by),
    }


def condition(row: Mapping[str, Any], known: Choices) -> str:
    """One row of checked conditions in words."""
    name, value = row["field"], row["value"]
    label = fields()[name]
    if isinstance(value, bool):
        return label if value else _("not: %(condition)s") % {"condition": label}
    told = dict(known.get(name, ())).get(value, value)
    quoted = _("“%(text)s”") % {"text": told} if FIELDS[name].kind == "text" else told
    facts = {"field": label, "op": operators()[row["op"]], "value": quoted}
    return _("%(field)s %(op)s %(value)s") % facts


def conditions(group: Mapping[str, Any], known: Choices) -> str:
    """Checked conditions in words; a group stands in brackets."""
    told = [
        f"({conditions(row, known)})" if "rows" in row else condition(row, known)
        for row in group["rows"]
    ]
    return (_(" and ") if group["match"] == "all" else _(" or ")).join(told)


def sentence(draft: Draft, known: Choices, done: Iterable[str]) -> str:
    """A checked rule in one sentence. done: its actions, by acts.sentences()."""
    facts = {
        "event": kinds()[draft.kind],
        "conditions": conditions(draft.conditions, known),
        "acts": "; ".join(done),
    }
    if not draft.conditions["rows"]:
        return _("When %(event)s: %(acts)s.") % facts
    return _("When %(event)s, if %(conditions)s: %(acts)s.") % facts


def loops() -> dict[str, str]:
    """Which guard stopped a rule."""
    return {
        "own": _("The rule had caused this itself."),
        "deep": _("Three rules had set off each other already."),
        "often": _("Ten times in a minute: the rule leaves this conversation alone for a day."),
    }


def firing(detail: Mapping[str, Any]) -> str:
    """What a log entry tells, in words."""
    if "loop" in detail:
        return loops().get(str(detail["loop"]), "")
    (told,) = acts.sentences(detail.get("acts", ()))
    if "why" in detail:
        at = detail.get("at")
        which = f"{told[at]}: " if isinstance(at, int) and at < len(told) else ""
        return which + str(detail["why"])
    changed = detail.get("changed") or [True] * len(told)
    same = _("%(act)s (it was so already)")
    shown = [act if done else same % {"act": act} for act, done in zip(told, changed, strict=False)]
    return "; ".join(shown)


def times(count: int) -> str:
    """How often."""
    return ngettext("%(n)d time", "%(n)d times", count) % {"n": count}
