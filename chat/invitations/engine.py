"""What happens with every hit of a page: usually nothing, in one round trip to Valkey.

Order: the rules of the widget (from memory), conditions (arithmetic), the visitor's limits (from
Valkey), the desk's capacity (cached), and only then the database, under a lock.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError

from chat.invitations import firing, limits, memory, outcomes, rules
from chat.invitations.limits import PASSING, Capacity, Past, Stop
from chat.invitations.models import Act, Arm, Event
from chat.invitations.rules import Rule, Ruleset
from chat.visits import live
from chat.visits.facts import Facts
from helpdesk.models import Inbox


def on_hit(facts: Facts) -> dict[str, Any] | None:
    """The invitation that the page shall show now, or None."""
    if facts.event in outcomes.KINDS:
        outcomes.note(facts)
        return None
    if facts.event not in Event.values or not facts.visit:
        return None
    seen = memory.look(facts)
    ruleset = rules.of(facts.inbox_id, seen.version)
    if ruleset is None or not ruleset.rules:
        return None
    return _Look(facts, seen, ruleset).decide()


def room(inbox: Inbox) -> Capacity:
    """What the desk can take right now, as the chat's service counts it (cached there)."""
    # Here, because the service's module reads models, which are not there yet when apps load.
    from chat.service import capacity

    free, p50, is_open = capacity(inbox)
    return Capacity(free, p50, is_open)


class _Look:
    """One hit against the rules of its widget."""

    def __init__(self, facts: Facts, seen: memory.Seen, ruleset: Ruleset) -> None:
        self.facts = facts
        self.ruleset = ruleset
        self.full = seen.full
        self.waiting = seen.waiting
        self.known = seen.past
        self._capacity: Capacity | None = None

    def decide(self) -> dict[str, Any] | None:
        """Try every rule that fits, in order; at most one of them is an invitation."""
        still: set[int] = set()
        invitation = None
        for rule in self.ruleset.rules:
            heeded = rule.heeds(self.facts)
            if not (heeded or rule.id in self.waiting):
                continue
            if not rule.fits(self.facts, self.ruleset.clock):
                continue
            stops, found = self._try(rule)
            invitation = invitation or found
            if stops and PASSING.issuperset(stops) and rule.event != Event.BEAT:
                still.add(rule.id)
        if still != self.waiting:
            memory.keep_waiting(self.facts, frozenset(still))
        return invitation

    def _try(self, rule: Rule) -> tuple[tuple[Stop, ...], dict[str, Any] | None]:
        if not rule.speaks(self.facts.language or self.ruleset.inbox.language):
            return (Stop.NO_TEXT,), None
        stops = tuple(limits.stops(rule.id, self.facts, self._past(), asks=rule.asks))
        if stops:
            return stops, None
        capacity = None
        if rule.asks:
            if live.read(self.facts.inbox_id, self.facts.visit).get("conversation"):
                return (Stop.CHATTING,), None
            capacity = self._room()
            stops = tuple(limits.overload(capacity)) or ((Stop.RATE,) if self.full else ())
            if stops:
                return stops, None
        return self._fire(rule, capacity)

    def _past(self) -> tuple[Past, ...]:
        if self.known is None:
            self.known = firing.past_of(self.facts, memory.visitor_hash(self.facts))
            memory.keep_past(self.facts, self.known)
        return self.known

    def _room(self) -> Capacity:
        if self._capacity is None:
            self._capacity = room(self.ruleset.inbox)
        return self._capacity

    def _fire(
        self, rule: Rule, capacity: Capacity | None
    ) -> tuple[tuple[Stop, ...], dict[str, Any] | None]:
        try:
            fired = firing.fire(rule, self.facts, capacity)
        except IntegrityError:
            # The constraints have the last word, also over a hit whose page number was made up.
            self.known = None
            memory.forget_past(self.facts)
            return (Stop.SAME_VISIT,), None
        self.known = fired.past
        memory.keep_past(self.facts, fired.past)
        if Stop.RATE in fired.stops:
            self.full = True
            memory.keep_full(self.facts.inbox_id)
        if fired.exposure is None or fired.exposure.arm == Arm.CONTROL:
            return fired.stops, None
        if not rule.asks:
            if rule.action == Act.NOTIFY:
                firing.tell_agents(rule, self.facts)
            return (), None
        return (), firing.invitation(rule, fired.exposure, self.facts, self.ruleset.inbox)
