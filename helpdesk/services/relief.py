"""What a supervisor eases for a while: limits, a skill, the reserves. Each is a row that ends by
itself, can be taken back, and is told to those whom it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from helpdesk import audit, nudge
from helpdesk.after_commit import after_commit
from helpdesk.models import (
    MOST_MORE,
    Act,
    Agent,
    AgentSkill,
    Relief,
    ReliefKind,
    Skill,
)
from helpdesk.realtime import groups, publish
from helpdesk.routing import snapshot
from helpdesk.services.text import clean_line
from helpdesk.sla import stored

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=24)


class InvalidReliefError(ValueError):
    """Something about it cannot be; `code` says what, `field` where."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(code)
        self.code, self.field = code, field


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be eased. lasts: None for good, which only a skill can be.

    limits: `more` items of `channel`, "" for each. reserves: emergency, if late mail shall keep
    nobody free meanwhile.
    """

    kind: ReliefKind
    reason: str
    lasts: timedelta | None = None
    channel: str = ""
    more: int = 1
    skill: Skill | None = None
    level: int = 3
    emergency: bool = False


def grant(wish: Wish, agents: Iterable[Agent], *, by: Agent) -> Relief:
    """Let it hold from now on. Raises InvalidReliefError: no_agents, reason, lasts, channel,
    alone, more, skill or level.
    """
    concerned = sorted({one.pk for one in agents})
    _check(wish, concerned)
    now = stored.database_now()
    with transaction.atomic():
        made = Relief.objects.create(
            kind=wish.kind,
            channel=wish.channel if wish.kind == ReliefKind.LIMITS else "",
            more=wish.more if wish.kind == ReliefKind.LIMITS else 0,
            skill=wish.skill if wish.kind == ReliefKind.SKILL else None,
            level=wish.level,
            emergency=wish.emergency and wish.kind == ReliefKind.RESERVES,
            reason=clean_line(wish.reason, 200),
            by=by,
            made_at=now,
            until=None if wish.lasts is None else now + wish.lasts,
        )
        made.agents.set(concerned)
        if wish.lasts is None and wish.skill is not None:
            _learn(made, concerned[0], wish.skill)
        told = {"kind": ("", made.kind), "agents": ("", concerned)}
        audit.record(Act.EASED, made, by=by, changes=told, reason=made.reason)
        _tell(concerned)
    return made


def _check(wish: Wish, agents: list[int]) -> None:
    if not agents:
        raise InvalidReliefError("no_agents", "agents")
    if not clean_line(wish.reason, 200):
        raise InvalidReliefError("reason", "reason")
    for_good = wish.kind == ReliefKind.SKILL and len(agents) == 1
    if not (for_good if wish.lasts is None else SHORTEST <= wish.lasts <= LONGEST):
        raise InvalidReliefError("lasts", "minutes")
    if wish.kind == ReliefKind.SKILL:
        if wish.skill is None:
            raise InvalidReliefError("skill", "skill")
        if not 1 <= wish.level <= 5:
            raise InvalidReliefError("level", "level")
    if wish.kind == ReliefKind.LIMITS:
        if not 1 <= wish.more <= MOST_MORE:
            raise InvalidReliefError("more", "more")
        if wish.channel and wish.channel not in snapshot.channels():
            raise InvalidReliefError("channel", "channel")
        if wish.channel and snapshot.channel(wish.channel).alone:
            raise InvalidReliefError("alone", "channel")


def _learn(made: Relief, agent_id: int, skill: Skill) -> None:
    """The skill is the agent's own from now on; what he had is kept for who takes it back."""
    agent = Agent.objects.select_for_update(no_key=True).get(pk=agent_id)
    had = AgentSkill.objects.filter(agent=agent, skill=skill).first()
    if had is not None:
        made.before = had.level
        made.save(update_fields=["before"])
    AgentSkill.objects.update_or_create(agent=agent, skill=skill, defaults={"level": made.level})


def take_back(relief_id: int, *, by: Agent) -> None:
    """End it now. Harmless to repeat; raises Relief.DoesNotExist."""
    with transaction.atomic():
        found = Relief.objects.select_for_update().get(pk=relief_id)
        if found.ended_at is not None:
            return
        _end(found, stored.database_now(), by=by)
        audit.record(Act.EASED, found, by=by, changes={"ended": (False, True)})


def end_due(now: datetime | None = None, limit: int = 200) -> int:
    """Put down the end of what has run out, and tell those whom it concerned; how many.

    It has held for nobody since the moment itself: the router reads the time, not this.
    """
    now = now or stored.database_now()
    with transaction.atomic():
        due = _open().filter(until__lte=now).select_for_update(skip_locked=True)
        ended = list(due.order_by("until", "pk")[:limit])
        for one in ended:
            _end(one, one.until or now, by=None)
    return len(ended)


def _open() -> QuerySet[Relief]:
    return Relief.objects.filter(ended_at__isnull=True)


def _end(found: Relief, at: datetime, *, by: Agent | None) -> None:
    found.ended_at, found.ended_by = at, by
    found.save(update_fields=["ended_at", "ended_by"])
    concerned = list(found.agents.values_list("pk", flat=True))
    if found.until is None:
        _unlearn(found, concerned)
    _tell(concerned)


def _unlearn(found: Relief, agents: list[int]) -> None:
    """As it was before, unless somebody has changed the level since."""
    ours = AgentSkill.objects.filter(agent__in=agents, skill=found.skill, level=found.level)
    if found.before is None:
        ours.delete()
    else:
        ours.update(level=found.before)


def _tell(agents: Iterable[int]) -> None:
    """The screens of those concerned ask what holds now, and the router looks again."""
    for pk in agents:
        frame = {"type": "rush", "relief": True}
        after_commit(publish.send, groups.agent(pk), frame)
    after_commit(nudge.route_all)
