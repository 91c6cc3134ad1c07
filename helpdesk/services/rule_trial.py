"""A dry run: what a rule would have done about the events of late. It changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from helpdesk.models import Agent, ConversationEvent
from helpdesk.ruling import conditions
from helpdesk.ruling.conditions import Path
from helpdesk.selectors import rule_facts
from helpdesk.services import rules
from helpdesk.services.rules import Draft

EVENTS = 100
# Events have no index by kind, which each message would pay for: only the newest are looked at.
LOOKED_AT = 200_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One event, with its conversation joined: would the rule act, and if not, which rows fail.

    by_rule: a rule caused the event; facts: what the conditions were asked of.
    """

    event: ConversationEvent
    holds: bool
    failed: tuple[Path, ...]
    by_rule: bool
    facts: dict[str, Any]


def run(draft: Draft, *, by: Agent) -> list[Trial]:
    """The last EVENTS events of the kind that `by` may see, newest first.

    The draft needs a kind and conditions only. Raises InvalidRuleError for faults in these.
    """
    complete = Draft(
        name=draft.name or "-",
        kind=draft.kind,
        conditions=draft.conditions,
        actions=[{"act": "read", "value": None}],
        inboxes=draft.inboxes,
    )
    kept = rules.checked(complete, by=by)
    newest = ConversationEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
    found = ConversationEvent.objects.filter(
        pk__gt=newest - LOOKED_AT,
        kind=kept.kind,
        conversation__inbox__in=rules.scope(kept, by),
    )
    events = list(rule_facts.joined(found).order_by("-pk")[:EVENTS])
    trials = []
    for event, facts in zip(events, rule_facts.facts(events, then=True), strict=True):
        verdict = conditions.evaluate(kept.conditions, facts)
        by_rule = "rule" in event.payload
        trials.append(Trial(event, verdict.holds, verdict.failed, by_rule, facts))
    return trials
