"""How often and when a visitor may be invited at all. Pure: the caller brings the past.

The same function decides with what Valkey remembers, again under the lock with what the
database knows, and explains on the admin's test page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chat.visits.facts import Facts

PER_VISIT = 2
PER_WEEK = 3
WEEK = timedelta(days=7)
AFTER_DECLINE = timedelta(hours=24)
AFTER_TWO_DECLINES = timedelta(days=30)
# The furthest back that a rule looks: two declines 30 days apart, silent for 30 more.
MEMORY = 2 * AFTER_TWO_DECLINES
SETTLE_SECONDS = 20
LEAST_SLOTS = 2
LONGEST_P50 = 10.0
PER_SLOT_AND_MINUTE = 2
PAYING = frozenset({"payment", "pay", "billing", "checkout-payment", "checkout_payment"})


class Stop(StrEnum):
    """Why a visitor is not invited now."""

    EARLY = "early"
    PAYING = "paying"
    DO_NOT_DISTURB = "do_not_disturb"
    CHATTING = "chatting"
    SAME_VISIT = "same_visit"
    SAME_WEEK = "same_week"
    PER_PAGE = "per_page"
    PER_VISIT = "per_visit"
    PER_WEEK = "per_week"
    DECLINED = "declined"
    DECLINED_TWICE = "declined_twice"
    CLOSED = "closed"
    NO_SLOTS = "no_slots"
    QUEUE = "queue"
    RATE = "rate"
    NO_TEXT = "no_text"


# What may be over in a moment: a trigger whose event is past waits for it on the same page.
PASSING = frozenset({Stop.EARLY, Stop.NO_SLOTS, Stop.QUEUE, Stop.RATE})


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier exposure of this visitor. asked: an invitation, not a silent action."""

    trigger: int
    visit: str
    page: int
    at: datetime
    asked: bool = True
    declined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the desk can take: free slots, the median wait in seconds, whether it is open.

    recent: invitations of this widget in the last 60 s.
    """

    free: int
    p50: float
    open: bool
    recent: int = 0


def stops(
    trigger: int, facts: Facts, past: tuple[Past, ...], *, asks: bool = True
) -> Iterator[Stop]:
    """Every reason in the visitor's own past and present; none: he may be invited.

    asks False: a silent action (tag, notify), which only must not happen again.
    """
    mine = [one for one in past if one.trigger == trigger]
    if any(one.visit == facts.visit for one in mine):
        yield Stop.SAME_VISIT
    elif any(facts.now - one.at < WEEK for one in mine):
        yield Stop.SAME_WEEK
    if asks:
        yield from _now(facts)
        yield from _counts(facts, [one for one in past if one.asked])
        yield from _declines(facts, past)


def _now(facts: Facts) -> Iterator[Stop]:
    if facts.page_seconds < SETTLE_SECONDS:
        yield Stop.EARLY
    if facts.step.strip().casefold() in PAYING:
        yield Stop.PAYING
    if facts.data.get("do_not_disturb"):
        yield Stop.DO_NOT_DISTURB


def _counts(facts: Facts, asked: list[Past]) -> Iterator[Stop]:
    here = [one for one in asked if one.visit == facts.visit]
    if any(one.page == facts.pages for one in here):
        yield Stop.PER_PAGE
    if len(here) >= PER_VISIT:
        yield Stop.PER_VISIT
    if sum(facts.now - one.at < WEEK for one in asked) >= PER_WEEK:
        yield Stop.PER_WEEK


def _declines(facts: Facts, past: tuple[Past, ...]) -> Iterator[Stop]:
    moments = sorted(one.declined_at for one in past if one.declined_at)
    told = facts.declined_at
    # The visit remembers declines too, of manual invitations as well; the same one counts once.
    if told and all(abs(told - one) > timedelta(minutes=1) for one in moments):
        moments = sorted([*moments, told])
    if not moments:
        return
    silent = facts.now - moments[-1]
    if silent < AFTER_DECLINE:
        yield Stop.DECLINED
    if (
        len(moments) > 1
        and moments[-1] - moments[-2] < AFTER_TWO_DECLINES
        and silent < AFTER_TWO_DECLINES
    ):
        yield Stop.DECLINED_TWICE


def overload(capacity: Capacity) -> Iterator[Stop]:
    """Every reason on the desk's side: nobody is invited into a queue."""
    if not capacity.open:
        yield Stop.CLOSED
    if capacity.free < LEAST_SLOTS:
        yield Stop.NO_SLOTS
    elif capacity.recent >= PER_SLOT_AND_MINUTE * capacity.free:
        yield Stop.RATE
    if capacity.p50 > LONGEST_P50:
        yield Stop.QUEUE
