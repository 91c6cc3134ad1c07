"""What a trigger would do with one visit: every condition, every limit, nothing written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chat.invitations import engine, firing, limits, memory, rules
from chat.invitations.conditions import Answer, explain, holds
from chat.invitations.limits import Stop
from chat.invitations.models import Trigger
from chat.invitations.rules import Rule
from chat.visits import live, recall
from chat.visits.facts import Facts
from chat.visits.hit import Hit
from chat.visits.models import Visit


@dataclass(frozen=True, slots=True)
class Trial:
    """The verdict on one visit. stops: all limits that would hold it back now.

    arm: where the hold-out puts this visitor.
    """

    every: tuple[Answer, ...]
    some: tuple[Answer, ...]
    conditions_hold: bool
    in_schedule: bool
    stops: tuple[Stop, ...]
    arm: str
    live: bool

    @property
    def fires(self) -> bool:
        return self.conditions_hold and self.in_schedule and not self.stops


def facts_of(visit: Visit, now: datetime) -> tuple[Facts, str, bool]:
    """(what is known of a visit now, the visitor's hash, whether it is live)."""
    state = live.read(visit.inbox_id, visit.key)
    is_live = bool(state)
    state = state or recall.of_row(visit)
    who = str(state.get("who") or "")
    # The id itself is not kept: its hash stands for it, to say that there is one.
    hit = Hit(kind="beat", visitor=who, visit=visit.key)
    facts = recall.facts(visit.inbox_id, hit, state, now)
    return facts, who or memory.visitor_hash(replace(facts, visitor="")), is_live


def of(trigger: Trigger, visit: Visit) -> Trial:
    """Try it. Raises InvalidConditionsError if the trigger's conditions cannot be read."""
    now = datetime.now(UTC)
    rule = rules.rule(trigger)
    facts, who, is_live = facts_of(visit, now)
    clock = rules.clock_of(visit.inbox)
    return Trial(
        every=tuple(explain(one, facts) for one in rule.conditions.every),
        some=tuple(explain(one, facts) for one in rule.conditions.some),
        conditions_hold=holds(rule.conditions, facts),
        in_schedule=rule.schedule.allows(now, clock),
        stops=_stops(rule, facts, who, visit),
        arm=firing.arm_of(rule, who),
        live=is_live,
    )


def _stops(rule: Rule, facts: Facts, who: str, visit: Visit) -> tuple[Stop, ...]:
    found = [*limits.stops(rule.id, facts, firing.past_of(facts, who), asks=rule.asks)]
    if rule.asks:
        capacity = replace(engine.room(visit.inbox), recent=firing.recent(facts))
        found += limits.overload(capacity)
        found += [Stop.CHATTING] if firing.chatting(facts) else []
    if not rule.speaks(facts.language or visit.inbox.language):
        found.append(Stop.NO_TEXT)
    return tuple(found)
