"""The router at work: it reads a snapshot, decides, and carries each decision out by itself.

Any number of workers may do so at once: what one has done, another's re-check finds. The advisory
locks only keep them from deciding the same things many times over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection

from helpdesk.models import Agent, Presence, WorkItem, WorkState
from helpdesk.routing import capacity, queue, snapshot
from helpdesk.routing.explaining import as_data
from helpdesk.routing.queue import Decision, Kind
from helpdesk.routing.work import LegState
from helpdesk.services import work
from helpdesk.services.work import Outcome

log = logging.getLogger(__name__)
RUNS, NEXT = 7_201_002, 7_201_003
MOST_PASSES = 8
CHANGES = frozenset({Kind.REQUEUE, Kind.WITHDRAW, Kind.UNPARK})


def run() -> int:
    """Route all that waits, once at a time on all workers; how many decisions took effect.

    Who finds somebody queued to run next returns at once: that one has not looked yet, so he
    will see what this caller saw.
    """
    with _turn() as mine:
        return route_all() if mine else 0


def sweep() -> int:
    """run() if there is anything to do."""
    parked = WorkItem.objects.filter(state=WorkState.ACTIVE, parked_at__isnull=False)
    if WorkItem.objects.filter(state=WorkState.QUEUED).exists() or parked.exists():
        return run()
    return 0


@contextmanager
def _turn() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [NEXT])
        if not cursor.fetchone()[0]:
            yield False
            return
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", [RUNS])
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [NEXT])
        try:
            yield True
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [RUNS])


def route_all() -> int:
    """Pass after pass until one leaves nothing to look at again; safe beside others."""
    done = 0
    if not _is_anybody_there():
        return done
    for number in range(MOST_PASSES):
        changed, again = one_pass(last=number == MOST_PASSES - 1)
        done += changed
        if not again:
            break
    return done


def _is_anybody_there() -> bool:
    """False where no pass could change anything: nobody is there, and nobody holds anything."""
    there = Agent.objects.filter(is_active=True).exclude(presence=Presence.OFFLINE)
    held = WorkItem.objects.filter(agent__isnull=False).exclude(state=WorkState.DONE)
    return there.exists() or held.exists()


def one_pass(*, last: bool = False) -> tuple[int, bool]:
    """Decide on what is there now and carry it out: (how much took effect, look again).

    Once an item has moved on or an agent is fuller than he looked, the rest was decided on a
    wrong picture, and giving it out could overtake somebody: we stop and look again. The last pass
    of a run goes on: what fails every time must keep nobody else waiting.
    """
    now = datetime.now(UTC)
    done, again = 0, False
    for decision in queue.route(snapshot.world(now), now.timestamp()):
        outcome = _carry_out(decision)
        if outcome in {Outcome.GONE, Outcome.REFUSED} and not last:
            return done, True
        done += outcome is Outcome.DONE
        again |= outcome is Outcome.DONE and decision.kind in CHANGES
    return done, again


def _carry_out(decision: Decision) -> Outcome | None:
    """None for what changes nothing. A deleted item has moved on; a fault is noted."""
    verb = _VERBS.get(decision.kind)
    if verb is None or decision.agent is None:
        return None
    try:
        return verb(decision, decision.agent)
    except WorkItem.DoesNotExist:
        return Outcome.GONE
    except Exception:
        log.exception("item %s could not be routed: %s", decision.item, decision.kind)
        return Outcome.REFUSED


def _offer(decision: Decision, agent: int) -> Outcome:
    name = WorkItem.objects.values_list("channel", flat=True).get(pk=decision.item)
    within = snapshot.channel(name).accept_within or 0.0
    return work.offer(decision.item, agent, seconds=within, decision=as_data(decision))


def _assign(decision: Decision, agent: int) -> Outcome:
    return work.assign(decision.item, agent, decision=as_data(decision))


def _requeue(decision: Decision, agent: int) -> Outcome:
    return work.requeue(decision.item, why="parked too long", expected=agent)


_VERBS: dict[Kind, Callable[[Decision, int], Outcome]] = {
    Kind.OFFER: _offer,
    Kind.ASSIGN: _assign,
    Kind.PARK: lambda one, agent: work.park(one.item, agent),
    Kind.UNPARK: lambda one, agent: work.unpark(one.item, agent),
    Kind.REQUEUE: _requeue,
    Kind.WITHDRAW: lambda one, agent: work.withdraw(one.item, expected=agent),
}


def make_room(agent_id: int) -> int:
    """Park what can wait of an agent who was given more than he carries; how many items."""
    agent = Agent.objects.select_related("capacity").get(pk=agent_id)
    load = snapshot.load(agent, datetime.now(UTC))
    parked = 0
    for leg in capacity.overflow(load, rules := snapshot.channels()):
        load.remove(leg, rules[leg.channel])
        if leg.state is LegState.OFFERED:
            parked += work.withdraw(leg.item, expected=agent_id) is Outcome.DONE
        else:
            parked += work.park(leg.item, agent_id) is Outcome.DONE
    return parked
