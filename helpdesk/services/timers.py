"""The timers of a clock: one row for each warning and each step, once per cycle (DEL-17).

Rows that have fired stay; those that have not are written anew after every change of their clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from helpdesk.models import SLAClock, Timer
from helpdesk.sla import clocks
from helpdesk.sla.clocks import Clock
from helpdesk.sla.policies import Policy, Step

# kind -> when, and what it is.
Plan = dict[str, tuple[datetime, dict[str, Any]]]
BREACH = 100


def plan(clock: Clock, policy: Policy, accepted: datetime | None) -> Plan:
    """What is still to happen. accepted: since when somebody has the conversation, None: nobody."""
    if clock.settled_at or clock.paused:
        return {}
    levels = {one.percent: one.level for one in policy.warnings} | {BREACH: "breach"}
    found: Plan = {
        f"warn:{percent}": (at, {"percent": percent, "level": levels[percent]})
        for percent, at in clocks.moments(clock, tuple(levels)).items()
    }
    for step, at, since in _steps(clock, policy, accepted):
        facts: dict[str, Any] = {"action": step.action, "after": step.after, "since": step.since}
        if since:
            facts["accepted"] = since.isoformat()
        found[f"step:{step.since}:{step.after:g}:{step.action}"] = at, facts
    return found


def _steps(
    clock: Clock, policy: Policy, accepted: datetime | None
) -> Iterator[tuple[Step, datetime, datetime | None]]:
    """Each step with its time: in the clock's own time, or since somebody took the work."""
    for step in policy.steps:
        if step.metric != clock.metric:
            continue
        if step.since == "waiting":
            at = clocks.moment(clock, step.after * 100 / clock.target)
            if at:
                yield step, at, None
        elif accepted:
            calendar, wait = clock.slices[-1].calendar, timedelta(seconds=step.after)
            at = calendar.add(accepted, wait) if calendar else accepted + wait
            if at:
                yield step, at, accepted


def rewrite(
    row: SLAClock, clock: Clock, policy: Policy, *, now: datetime, accepted: datetime | None
) -> None:
    """Bring the rows that have not fired in line with the clock.

    What should have happened before a change happens now: it is not late, the rule is new.
    """
    rows = list(Timer.objects.filter(clock=row))
    known = {timer.kind: timer for timer in rows if timer.cycle == clock.cycle}
    wanted = plan(clock, policy, accepted)
    gone = [
        timer.pk
        for timer in rows
        if timer.fired_at is None and (timer.cycle != clock.cycle or timer.kind not in wanted)
    ]
    if gone:
        Timer.objects.filter(pk__in=gone).delete()
    fresh, moved = [], []
    for kind, (at, facts) in wanted.items():
        timer = known.get(kind)
        if timer is None:
            new = Timer(clock=row, cycle=clock.cycle, kind=kind, facts=facts, due_at=max(at, now))
            fresh.append(new)
        elif timer.fired_at is None and (timer.due_at, timer.facts) != (at, facts):
            timer.due_at, timer.facts = max(at, now), facts
            moved.append(timer)
    Timer.objects.bulk_create(fresh)
    if moved:
        Timer.objects.bulk_update(moved, ["due_at", "facts"])


def of(
    begun: Iterable[tuple[SLAClock, Clock, Policy, datetime | None]], *, now: datetime
) -> list[Timer]:
    """The first timers, not yet written, of clocks that are: (row, clock, policy, accepted)."""
    return [
        Timer(clock=row, cycle=clock.cycle, kind=kind, facts=facts, due_at=max(at, now))
        for row, clock, policy, accepted in begun
        for kind, (at, facts) in plan(clock, policy, accepted).items()
    ]


def drop(row: SLAClock) -> None:
    """Nothing more happens by this clock."""
    Timer.objects.filter(clock=row, fired_at__isnull=True).delete()


def accepted_at(row: SLAClock) -> datetime | None:
    """Since when somebody has the work, as the clock's timers know it."""
    for facts in Timer.objects.filter(clock=row).values_list("facts", flat=True):
        if isinstance(facts, dict) and "accepted" in facts:
            return datetime.fromisoformat(facts["accepted"])
    return None
