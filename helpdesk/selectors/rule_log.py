"""What rules did: the figures of the list, and the log, a page at a time."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from helpdesk.models import Agent, Outcome, Rule, RuleFiring
from helpdesk.permissions import inbox_ids, visible

PAGE = 50


def listed(agent: Agent, since: datetime) -> QuerySet[Rule]:
    """The rules that the agent sees, in order, each with `last` (when it acted) and `today`,
    how often since then.
    """
    acted = RuleFiring.objects.filter(rule=OuterRef("pk"), outcome=Outcome.FIRED)
    today = acted.filter(at__gte=since).order_by().values("rule").annotate(n=Count("pk"))
    return (
        Rule.objects.filter(pk__in=visible(agent, Rule).values("pk"))
        .annotate(
            last=Subquery(acted.order_by("-pk").values("at")[:1]),
            today=Subquery(today.values("n")),
        )
        .select_related("author")
        .prefetch_related("inboxes")
        .order_by("position", "pk")
    )


def page(
    agent: Agent, rule: Rule, *, outcome: str = "", before: int | None = None
) -> tuple[list[RuleFiring], int | None]:
    """A page of a rule's log, newest first, and where the next one begins (None at the end).

    Only what happened in inboxes that the agent sees.
    """
    found = RuleFiring.objects.filter(rule=rule, conversation__inbox__in=inbox_ids(agent))
    narrowed = Q(outcome=outcome) if outcome else Q()
    if before is not None:
        narrowed &= Q(pk__lt=before)
    rows = list(
        found.filter(narrowed)
        .select_related("conversation__customer", "event")
        .order_by("-pk")[: PAGE + 1]
    )
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None
