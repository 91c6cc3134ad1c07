"""Whether there is a rush, and what supervisors have eased, read from the tables."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from helpdesk.models import Relief, ReliefKind, Rush
from helpdesk.routing import easing
from helpdesk.routing.easing import Ease

MEASURED_WITHIN = timedelta(seconds=120)


def eases(now: datetime, agent: int | None = None) -> dict[int, Ease]:
    """What supervisors have eased, by agent (or for one of them); one query.

    A skill that is given for good is the agent's own, and not among this.
    """
    holds = holding(now, agent)
    found: dict[int, list[Ease]] = defaultdict(list)
    for pk, kind, channel, more, skill, level in holds.order_by("pk").values_list(
        "agent_id",
        "relief__kind",
        "relief__channel",
        "relief__more",
        "relief__skill_id",
        "relief__level",
    ):
        found[pk].append(
            Ease(
                {channel: more} if kind == ReliefKind.LIMITS else {},
                {skill: level} if kind == ReliefKind.SKILL else {},
                kind == ReliefKind.RESERVES,
            )
        )
    return {pk: easing.together(some) for pk, some in found.items()}


def holding(now: datetime, agent: int | None = None) -> QuerySet[Any]:
    """Who has which relief now, all or one of them; what eases him is looked up by eases()."""
    holds = Relief.agents.through.objects.filter(
        relief__ended_at__isnull=True, relief__until__gt=now
    )
    return holds if agent is None else holds.filter(agent=agent)


def rushes(now: datetime) -> bool:
    """Whether there is a rush; what nobody has measured lately is not known to be one."""
    edge = now - MEASURED_WITHIN
    return Rush.objects.filter(since__isnull=False, measured_at__gt=edge).exists()


def emergency(now: datetime) -> bool:
    """Whether late mail keeps nobody free now, because a supervisor said so."""
    holds = Relief.objects.filter(ended_at__isnull=True, until__gt=now, emergency=True)
    return holds.exists()
