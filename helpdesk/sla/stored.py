"""Rows of promises as the pure objects that helpdesk.sla reckons with, and back.

Reading is lenient: what is malformed in a row is left out, so that a promise is always counted.
Moments are UTC, targets seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, cast, get_args

from django.db import connection

from helpdesk.adapters import adapter_for
from helpdesk.models import BusinessHours, Conversation, Inbox, SLAClock, SLAPolicy
from helpdesk.sla import clocks, policies, written
from helpdesk.sla.calendar import Calendar
from helpdesk.sla.clocks import METRICS, Clock, Metric
from helpdesk.sla.policies import (
    PRIORITIES,
    Action,
    Case,
    Conditions,
    Kind,
    Level,
    Objective,
    Policy,
    Priority,
    Since,
    Step,
    Target,
    Warned,
)

# conversation.priority counts upwards, the policies name.
PRIORITY_NAMES: tuple[Priority, ...] = tuple(reversed(PRIORITIES))
ACTIONS: tuple[Action, ...] = get_args(Action)
LEVELS: tuple[Level, ...] = get_args(Level)
MEMORY = 1.0  # seconds; see remembered()
USUAL_OBJECTIVE = Objective(share=0.9)


class _Read:
    """What was read within one remembered() block, and when by our own steady clock."""

    def __init__(self) -> None:
        self.clock: tuple[float, datetime] | None = None
        self.policies: tuple[float, list[tuple[SLAPolicy | None, Policy]]] | None = None


_read: ContextVar[_Read | None] = ContextVar("read", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """Inside, the policies and the database's clock are read once in MEMORY seconds."""
    token = _read.set(_Read())
    try:
        yield
    finally:
        _read.reset(token)


def database_now() -> datetime:
    """What decides whether something is due (DEL-18): the clock of the database, not ours."""
    known, read = _read.get(), time.monotonic()
    if known and known.clock and read - known.clock[0] < MEMORY:
        since, then = known.clock
        return then + timedelta(seconds=read - since)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now = cast("datetime", cursor.fetchone()[0])
    if known:
        known.clock = time.monotonic(), now
    return now


def kind_of(inbox: Inbox) -> Kind:
    """How people talk through an inbox, by what its channel can carry."""
    try:
        capabilities = adapter_for(inbox).capabilities
    except LookupError:
        return "letter"
    if capabilities.live:
        return "live"
    return "letter" if capabilities.subject or capabilities.threaded else "message"


def case_of(conversation: Conversation) -> Case:
    """What the policies ask of a conversation. Needs inbox and customer joined."""
    inbox = conversation.inbox
    priority = min(max(conversation.priority, 0), len(PRIORITY_NAMES) - 1)
    return Case(
        kind=kind_of(inbox),
        channel=inbox.channel,
        queue=str(inbox.queue_id or ""),
        priority=PRIORITY_NAMES[priority],
        vip=conversation.customer.vip,
        language=conversation.language,
        tags=frozenset(conversation.tags),
    )


def in_force() -> list[tuple[SLAPolicy | None, Policy]]:
    """The policies that hold, in order; the product's own while nobody has written any."""
    known, read = _read.get(), time.monotonic()
    if known and known.policies and read - known.policies[0] < MEMORY:
        return known.policies[1]
    rows = list(SLAPolicy.objects.all())
    found: list[tuple[SLAPolicy | None, Policy]]
    found = [(row, policy_of(row)) for row in rows if row.enabled]
    if not rows:
        found = [(None, policy) for policy in policies.defaults()]
    if known:
        known.policies = read, found
    return found


def matching(
    known: Iterable[tuple[SLAPolicy | None, Policy]], case: Case
) -> tuple[SLAPolicy | None, Policy] | None:
    """The first of in_force() that holds in this case; None if nothing is promised."""
    return next((pair for pair in known if pair[1].conditions.hold(case)), None)


def calendar_of(hours: BusinessHours | None) -> Calendar | None:
    """The business hours of a queue; None, day and night, where there are none."""
    return written.read(hours.calendar) if hours else None


def promised(inbox: Inbox) -> Calendar | None:
    """When customers are promised that an inbox is answered; None: day and night.

    The channel's own hours, else those of the queue. Needs queue__hours joined.
    """
    try:
        own = getattr(adapter_for(inbox), "hours", None)
    except LookupError:
        own = None
    found: Calendar | None = own(inbox) if own else None
    return found or calendar_of(inbox.queue.hours if inbox.queue else None)


def clock_of(row: SLAClock) -> Clock:
    """The clock that a row keeps."""
    return clocks.from_data(row.clock)


def fill(row: SLAClock, clock: Clock) -> SLAClock:
    """Let the row keep this clock, with the columns that repeat it."""
    row.metric, row.clock = clock.metric, clocks.as_data(clock)
    row.open = clock.settled_at is None
    row.started_at, row.fulfilled_at = clock.started_at, clock.fulfilled_at
    row.due_at = clocks.due(clock) if row.open else None
    return row


def policy_of(row: SLAPolicy) -> Policy:
    """The policy of a row, without whatever is malformed in it. Never raises."""
    return Policy(
        name=row.name,
        conditions=_conditions(row.conditions if isinstance(row.conditions, dict) else {}),
        targets=_targets(row.targets if isinstance(row.targets, dict) else {}),
        warnings=tuple(filter(None, map(_warned, _list(row.warnings)))),
        steps=tuple(filter(None, map(_step, _list(row.steps)))),
        objective=Objective(share=row.objective / 100),
        on_hold_stops=row.on_hold_stops,
    )


def columns(policy: Policy) -> dict[str, Any]:
    """The columns of a row that says what the policy does; policy_of() gives it back."""
    given = policy.conditions
    named = {
        name: sorted(getattr(given, name))
        for name in ("kinds", "channels", "queues", "priorities", "languages")
        if getattr(given, name)
    }
    return {
        "name": policy.name,
        "conditions": named if given.vip is None else {**named, "vip": given.vip},
        "targets": {
            metric: {priority: _target_data(one) for priority, one in by_priority.items()}
            for metric, by_priority in policy.targets.items()
        },
        "warnings": [{"percent": one.percent, "level": one.level} for one in policy.warnings],
        "steps": [
            {"after": one.after, "action": one.action, "metric": one.metric, "since": one.since}
            for one in policy.steps
        ],
        "objective": round(100 * (policy.objective or USUAL_OBJECTIVE).share),
        "on_hold_stops": policy.on_hold_stops,
    }


def default_rows() -> list[SLAPolicy]:
    """The product's own promises as rows, not yet saved; none of their names is translated."""
    return [
        SLAPolicy(position=10 * number, **{**columns(policy), "name": policy.name.capitalize()})
        for number, policy in enumerate(policies.defaults(), 1)
    ]


def _target_data(one: Target) -> dict[str, Any]:
    found: dict[str, Any] = {"seconds": one.seconds, "business": one.business}
    extra = {"goal": one.goal, "most": one.most}
    return found | {name: value for name, value in extra.items() if value is not None}


def _conditions(data: Mapping[str, Any]) -> Conditions:
    # A name that nobody knows stays: it fits nobody, while without it the rest would fit more.
    vip = data.get("vip")
    return Conditions(
        kinds=cast("frozenset[Kind]", _texts(data.get("kinds"))),
        channels=_texts(data.get("channels")),
        queues=_texts(data.get("queues")),
        priorities=cast("frozenset[Priority]", _texts(data.get("priorities"))),
        languages=_texts(data.get("languages")),
        vip=vip if isinstance(vip, bool) else None,
    )


def _targets(data: Mapping[str, Any]) -> dict[Metric, Mapping[Priority, Target]]:
    found: dict[Metric, Mapping[Priority, Target]] = {}
    for metric in METRICS:
        given = data.get(metric)
        by_priority = {
            priority: target
            for priority in PRIORITIES
            if isinstance(given, dict) and (target := _target(given.get(priority)))
        }
        if by_priority:
            found[metric] = by_priority
    return found


def _target(data: object) -> Target | None:
    seconds = _seconds(data.get("seconds")) if isinstance(data, dict) else None
    if seconds is None or not isinstance(data, dict):
        return None
    return Target(
        seconds=seconds,
        business=data.get("business") is True,
        goal=_seconds(data.get("goal")),
        most=_seconds(data.get("most")),
    )


def _warned(data: object) -> Warned | None:
    if not isinstance(data, dict) or data.get("level") not in LEVELS:
        return None
    percent = data.get("percent")
    known = isinstance(percent, int) and not isinstance(percent, bool) and 0 < percent <= 100
    return Warned(cast("int", percent), data["level"]) if known else None


def _step(data: object) -> Step | None:
    if not isinstance(data, dict) or data.get("action") not in ACTIONS:
        return None
    after, metric, since = _seconds(data.get("after")), data.get("metric"), data.get("since")
    if after is None or metric not in METRICS or since not in get_args(Since):
        return None
    return Step(after, data["action"], metric, cast("Since", since))


def _seconds(value: object) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    number = cast("float", value)
    return number if usable and 0 < number <= policies.LONGEST else None


def _texts(value: object) -> frozenset[str]:
    return frozenset(one for one in _list(value) if isinstance(one, str))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
