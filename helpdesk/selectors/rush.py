"""How busy the live channels are: the figures by which a rush is recognised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from statistics import fmean

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from helpdesk.models import Inbox, SLAClock, State, WorkItem, WorkState
from helpdesk.routing import snapshot
from helpdesk.routing.slots import slots_of
from helpdesk.routing.spike import Figures
from helpdesk.routing.waiting import DEFAULT_AHT, estimate
from helpdesk.sla import metrics, policies, stored
from helpdesk.sla.calendar import zone_of

ARRIVING = timedelta(minutes=5)
JUDGED = timedelta(minutes=15)
WEEK = timedelta(weeks=1)
WEEKS, FEWEST_WEEKS = 6, 3
FEWEST_JUDGED = 5  # the share of a handful says nothing
SHORT = timedelta(seconds=5)  # nobody could have answered who left so soon
BY_US = "handled"
SAMPLES = 50
SHORTEST, LONGEST = 30.0, 7200.0
Window = tuple[datetime, datetime]
_WAITS = (State.NEW, State.OPEN, State.ON_HOLD)
_LINE = (WorkState.QUEUED, WorkState.OFFERED)


def figures(now: datetime) -> Figures:
    """What is known now; nothing at all on a desk without a live inbox."""
    names = [one.name for one in snapshot.channels().values() if one.live]
    inboxes = list(
        Inbox.objects.filter(channel__in=names, enabled=True).select_related("queue__hours")
    )
    if not inboxes:
        return Figures()
    came = WorkItem.objects.filter(channel__in=names)
    arrivals, forecast = _arrivals(came, now, _zone(inboxes))
    level, target = _level(names, now)
    return Figures(arrivals, forecast, level, target, _wait(inboxes, came, now))


def weeks_before(now: datetime, zone: tzinfo, weeks: int = WEEKS) -> list[Window]:
    """The last minutes, and the same minutes on the wall of each week before; UTC, newest first."""
    here = now.astimezone(zone)
    ends = [(here - number * WEEK).astimezone(UTC) for number in range(weeks + 1)]
    return [(end - ARRIVING, end) for end in ends]


def _zone(inboxes: Iterable[Inbox]) -> tzinfo:
    """Where the desk's week is: that of the first business hours, else UTC."""
    hours = (one.queue.hours for one in inboxes if one.queue)
    calendars = (stored.calendar_of(one) for one in hours if one)
    return next((zone_of(one.zone) for one in calendars if one), UTC)


def _arrivals(came: QuerySet[WorkItem], now: datetime, zone: tzinfo) -> tuple[int, float | None]:
    """Contacts of the last minutes, and how many usually come; two queries."""
    windows = weeks_before(now, zone)
    within = [Q(enqueued_at__gt=start, enqueued_at__lte=end) for start, end in windows]
    any_of_them = within[0]
    for one in within[1:]:
        any_of_them |= one
    counted = came.filter(any_of_them).aggregate(
        **{f"w{number}": Count("pk", filter=one) for number, one in enumerate(within)}
    )
    first = came.order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    known = [
        counted[f"w{number}"]
        for number, (start, _end) in enumerate(windows)
        if number and first is not None and first <= start
    ]
    return counted["w0"], fmean(known) if len(known) >= FEWEST_WEEKS else None


def _level(names: Sequence[str], now: datetime) -> tuple[float | None, float | None]:
    """The share of first replies in time, and the share that is aimed at; two queries."""
    last = WorkItem.objects.filter(conversation=OuterRef("conversation")).order_by("-pk")
    rows = list(
        SLAClock.objects.filter(
            metric="frt",
            started_at__gt=now - JUDGED,
            started_at__lte=now,
            conversation__inbox__channel__in=names,
        )
        .annotate(
            left_at=Subquery(last.values("ended_at")[:1]),
            outcome=Subquery(last.values("outcome")[:1]),
        )
        .values_list(
            "started_at", "fulfilled_at", "breached_at", "left_at", "outcome", "policy_id",
            "conversation__state", "conversation__reply_inbox_id",
        )
    )  # fmt: skip
    seen: Counter[str] = Counter()
    asked: list[int | None] = []
    for started, fulfilled, breached, left, outcome, policy, state, elsewhere in rows:
        if not fulfilled and outcome == BY_US:
            continue  # an agent ended it without a word, as one does with a nuisance
        end = "answered" if fulfilled else "elsewhere" if elsewhere else "abandoned"
        if end == "abandoned" and state in _WAITS:
            if breached is None:
                continue  # he may still be answered in time
            end = "answered"  # whoever answers him, it is late
        asked.append(policy)
        seen[end] += 1
        seen[f"{end}_within"] += breached is None
        seen["short"] += end == "abandoned" and left is not None and left - started <= SHORT
    if len(asked) < FEWEST_JUDGED:
        return None, None
    return metrics.service_level(metrics.Answers(**_counts(seen))), _aim(asked)


def _counts(seen: Counter[str]) -> dict[str, int]:
    names = ("answered", "abandoned", "elsewhere")
    return {
        **{name: seen[name] for name in names},
        **{f"{name}_within": seen[f"{name}_within"] for name in names},
        "short": seen["short"],
    }


def _aim(asked: Iterable[int | None]) -> float:
    """The share that the policies of these contacts aim at, on average."""
    live = policies.matching(policies.defaults(), policies.Case(kind="live"))
    usual = live.objective.share if live and live.objective else 0.8
    shares = {
        row.pk: policy.objective.share
        for row, policy in stored.in_force()
        if row is not None and policy.objective
    }
    return fmean(shares.get(one or 0, usual) for one in asked)


def _wait(inboxes: Sequence[Inbox], came: QuerySet[WorkItem], now: datetime) -> float | None:
    """Seconds that a newcomer would wait in the middle, over the inboxes by what goes on in them.

    None where nobody comes, or nobody serves those who do.
    """
    going_on = came.filter(Q(state__in=_LINE) | Q(enqueued_at__gt=now - JUDGED))
    traffic = {
        pk: (waiting, all_of_them)
        for pk, waiting, all_of_them in going_on.values("conversation__inbox")
        .annotate(waiting=Count("pk", filter=Q(state__in=_LINE)), total=Count("pk"))
        .values_list("conversation__inbox", "waiting", "total")
    }
    busy = [one for one in inboxes if one.pk in traffic]
    if not busy:
        return None
    aht, samples = _handling(came)
    total = weights = 0.0
    for pk, has in slots_of(busy).items():
        waiting, weight = traffic[pk]
        found = estimate(has.slots, waiting, free=has.free, aht=aht, samples=samples)
        if found is not None:
            total += found.p50 * weight
            weights += weight
    return total / weights if weights else None


def _handling(came: QuerySet[WorkItem]) -> tuple[float, int]:
    """Seconds that a contact takes, on average over the last ones, and how many they are."""
    done = came.filter(state=WorkState.DONE, accepted_at__isnull=False, ended_at__isnull=False)
    newest = done.order_by("-pk").values_list(F("ended_at") - F("accepted_at"), flat=True)
    lengths = [min(max(one.total_seconds(), SHORTEST), LONGEST) for one in newest[:SAMPLES]]
    return (fmean(lengths), len(lengths)) if lengths else (DEFAULT_AHT, 0)
