"""What a trigger brought: both arms of its measurement side by side.

A visitor counts once, by his first exposure within the measurement, whatever came of it
(intention to treat). Before the horizon the figures are not for decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet, Sum

from chat.invitations import uplift
from chat.invitations.models import Arm, Exposure, Goal, Trigger
from chat.invitations.outcomes import COUNTS_WITHIN
from chat.invitations.uplift import Uplift
from helpdesk.models import Rating

# R31: in an old survey 27 % welcomed an invitation. Shown beside our own rate, never computed with.
SURVEYED_WELCOME = 0.27


@dataclass(frozen=True, slots=True)
class Side:
    """One arm. Visitors, of whom so many ordered and chatted; rates are fractions or None.

    revenue: (currency, sum, per visitor), one line each, since currencies are never mixed.
    abandoned: carts without an order; satisfied: mean rating 1–5.
    """

    visitors: int
    orders: int
    chats: int
    carts: int
    abandoned: int
    revenue: tuple[tuple[str, Decimal, Decimal], ...]
    satisfied: float | None
    rated: int

    @property
    def order_rate(self) -> float | None:
        return _share(self.orders, self.visitors)

    @property
    def chat_rate(self) -> float | None:
        return _share(self.chats, self.visitors)

    @property
    def abandon_rate(self) -> float | None:
        return _share(self.abandoned, self.carts)


@dataclass(frozen=True, slots=True)
class Answers:
    """What visitors did with the invitations that they saw."""

    invited: int
    shown: int
    accepted: int
    declined: int

    @property
    def accept_rate(self) -> float | None:
        return _share(self.accepted, self.shown)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole measurement. effect: of the trigger's goal; None without both arms.

    over: the horizon has passed, and with it the day in which outcomes still count.
    """

    begun: datetime
    ends: datetime
    over: bool
    answers: Answers
    treat: Side
    control: Side
    effect: Uplift | None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def of(trigger: Trigger, now: datetime) -> Report:
    """The report of the trigger's current measurement. A handful of queries."""
    ends = trigger.measured_until
    rows = Exposure.objects.filter(
        trigger=trigger, experiment=trigger.experiment, at__gte=trigger.measured_from, at__lt=ends
    )
    treat, control = (_side(rows.filter(arm=arm)) for arm in (Arm.TREAT, Arm.CONTROL))
    return Report(
        begun=trigger.measured_from,
        ends=ends + COUNTS_WITHIN,
        over=now >= ends + COUNTS_WITHIN,
        answers=answers(rows),
        treat=treat,
        control=control,
        effect=_effect(trigger.goal, treat, control),
    )


def answers(rows: QuerySet[Exposure]) -> Answers:
    """Invitations that went out, and what was done with them."""
    found = rows.filter(arm=Arm.TREAT, turn__isnull=False).aggregate(
        invited=Count("pk"),
        shown=Count("shown_at"),
        accepted=Count("accepted_at"),
        declined=Count("declined_at", filter=Q(accepted_at=None)),
    )
    return Answers(**found)


def _effect(goal: str, treat: Side, control: Side) -> Uplift | None:
    if goal == Goal.NONE:
        return None
    successes = "orders" if goal == Goal.ORDER else "chats"
    return uplift.compare(
        treat=getattr(treat, successes),
        n_treat=treat.visitors,
        control=getattr(control, successes),
        n_control=control.visitors,
    )


def _side(rows: QuerySet[Exposure]) -> Side:
    """Distinct visitors, since one may be exposed again after a week."""
    counted = rows.aggregate(
        visitors=Count("visitor", distinct=True),
        orders=Count("visitor", distinct=True, filter=Q(ordered_at__isnull=False)),
        chats=Count("visitor", distinct=True, filter=Q(conversation__isnull=False)),
        carts=Count("visitor", distinct=True, filter=Q(had_cart=True)),
        kept=Count("visitor", distinct=True, filter=Q(had_cart=True, ordered_at__isnull=False)),
    )
    paid = (
        rows.filter(order_value__isnull=False)
        .values("order_currency")
        .annotate(total=Sum("order_value"))
        .order_by("order_currency")
    )
    # Each chat once, however many exposures led to it.
    chats = rows.filter(conversation__isnull=False).values("conversation")
    rating = Rating.objects.filter(conversation__in=chats).aggregate(
        mean=Avg("score"), many=Count("pk")
    )
    return Side(
        visitors=counted["visitors"],
        orders=counted["orders"],
        chats=counted["chats"],
        carts=counted["carts"],
        abandoned=counted["carts"] - counted["kept"],
        revenue=tuple(_revenue(paid, counted["visitors"])),
        satisfied=rating["mean"],
        rated=rating["many"],
    )


def _revenue(
    paid: Iterable[Mapping[str, Any]], visitors: int
) -> list[tuple[str, Decimal, Decimal]]:
    found = []
    for one in paid:
        total = Decimal(one["total"])
        found.append((one["order_currency"], total, total / max(1, visitors)))
    return found
