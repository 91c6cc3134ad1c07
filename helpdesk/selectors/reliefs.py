"""The rush as screens show it, what is eased now, and what could be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from helpdesk.models import Agent, Relief, Rush
from helpdesk.permissions import visible
from helpdesk.routing.reliefs import MEASURED_WITHIN

FOR_GOOD_SHOWN = timedelta(hours=24)


def rush_now() -> Rush | None:
    """The rush, if there is one; what nobody has measured lately is none."""
    edge = datetime.now(UTC) - MEASURED_WITHIN
    return Rush.objects.filter(since__isnull=False, measured_at__gt=edge).first()


def shown(agent: Agent) -> QuerySet[Relief]:
    """What holds now and this agent may see, with all that its words need.

    What was given for good is among it for a day, in which it can be taken back.
    """
    now = datetime.now(UTC)
    holds = Q(until__gt=now) | Q(until__isnull=True, made_at__gt=now - FOR_GOOD_SHOWN)
    return (
        visible(agent, Relief)
        .filter(holds, ended_at__isnull=True)
        .select_related("by", "skill")
        .prefetch_related("agents")
        .order_by("-made_at", "-pk")
    )
