"""Warnings, breaches and steps at their time, each exactly once (DEL-17, DEL-18).

The sweeper calls fire_due(). Lock order: the conversation, then its timers; so two sweepers meet
at the conversation, and the second finds the timers fired.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from helpdesk.events import Kind, locked, record
from helpdesk.models import Conversation, SLAClock, Timer
from helpdesk.services import promises, steps
from helpdesk.services.timers import BREACH
from helpdesk.sla import clocks, stored

log = logging.getLogger(__name__)
# After an outage everything is done once, and says that it came later than promised.
LATE = timedelta(seconds=5)


def fire_due(now: datetime | None = None, limit: int = 1000) -> int:
    """Fire the timers that are due; how many. now: the database's time unless a test gives one.

    A fault in one conversation is logged and keeps no other waiting.
    """
    now = now or stored.database_now()
    due: dict[int, list[int]] = {}
    found = Timer.objects.filter(fired_at__isnull=True, due_at__lte=now).order_by("due_at", "pk")
    for pk, conversation in found.values_list("pk", "clock__conversation_id")[:limit]:
        due.setdefault(conversation, []).append(pk)
    fired = 0
    for conversation, pks in due.items():
        try:
            fired += _fire_all(conversation, pks, now)
        except Conversation.DoesNotExist:
            continue
        except Exception:
            log.exception("timers of conversation %s", conversation)
    return fired


def _fire_all(conversation_id: int, pks: list[int], now: datetime) -> int:
    with locked(conversation_id) as conversation:
        waiting = Timer.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            pk__in=pks, fired_at__isnull=True
        )
        return sum(_fire(conversation, one, now) for one in waiting.order_by("due_at", "pk"))


def _fire(conversation: Conversation, timer: Timer, now: datetime) -> bool:
    """One timer, unless its reason has gone; True if something was done."""
    row = SLAClock.objects.get(pk=timer.clock_id)
    clock = stored.clock_of(row)
    if clock.settled_at or clock.paused or timer.cycle != clock.cycle:
        Timer.objects.filter(pk=timer.pk, fired_at__isnull=True).delete()
        return False
    percent = timer.facts.get("percent")
    if percent is not None and not clocks.reached(clock, now, percent):
        # At the very moment of the target it is still kept: the next sweep asks again.
        return False
    late = now - timer.due_at > LATE
    mine = Timer.objects.filter(pk=timer.pk, fired_at__isnull=True).update(fired_at=now, late=late)
    if not mine:  # an earlier step of this sweep has changed the clock
        return False
    if percent is None:
        _step(conversation, row, timer, late=late)
    elif percent >= BREACH:
        _breach(conversation, row, clock, late=late)
    else:
        facts = {"metric": row.metric, "percent": percent, "level": timer.facts["level"]}
        record(conversation, Kind.PROMISE_WARNED, payload={**facts, "late": late})
        if facts["level"] == "agent":
            steps.tell_agent(conversation, facts)
        elif facts["level"] == "supervisor":
            steps.tell_supervisors(conversation, facts)
    return True


def _breach(conversation: Conversation, row: SLAClock, clock: clocks.Clock, *, late: bool) -> None:
    if row.breached_at is None:
        promises.broken(conversation, row, clocks.due(clock) or clock.started_at, late=late)
        steps.tell_supervisors(conversation, {"metric": row.metric, "level": "breach"})


def _step(conversation: Conversation, row: SLAClock, timer: Timer, *, late: bool) -> None:
    facts = {**timer.facts, "metric": row.metric}
    facts.pop("accepted", None)
    steps.take(conversation, facts)
    record(conversation, Kind.STEP_TAKEN, payload={**facts, "late": late})
