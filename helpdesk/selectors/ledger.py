"""The promise of being there as it was kept, and how well the promised hours fit those who come.

Everything is limited to the enabled inboxes that the agent may see. Moments are UTC, days those
of the desk's own clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Func, IntegerField, Sum
from django.utils.translation import gettext_lazy as _

from helpdesk import arrivals
from helpdesk.arrivals import Arrived, Source
from helpdesk.models import Agent, Conversation, Inbox, LedgerLine, State
from helpdesk.permissions import visible
from helpdesk.sla import heatmap, kept, stored
from helpdesk.sla.calendar import Calendar
from helpdesk.sla.heatmap import Week
from helpdesk.sla.kept import Broken, Minutes

WEEKS = 4  # of arrivals in the heat map: each weekday equally often


@dataclass(frozen=True, slots=True)
class Desk:
    """The inboxes that somebody sees, the hours promised in each (None: always), and the clock."""

    inboxes: tuple[Inbox, ...]
    hours: dict[int, Calendar | None]
    zone: ZoneInfo

    @property
    def channels(self) -> set[str]:
        return {one.channel for one in self.inboxes}

    def day(self, moment: datetime) -> date:
        """The local date."""
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """When a local day begins."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)


def desk(agent: Agent) -> Desk:
    """What the agent sees of the desk; its clock is the zone of most of the promised hours."""
    rows = visible(agent, Inbox).filter(enabled=True).select_related("queue__hours")
    inboxes = tuple(rows.order_by("name", "pk"))
    hours = {one.pk: stored.promised(one) for one in inboxes}
    zones = Counter(sorted(one.zone for one in hours.values() if one))
    return Desk(inboxes, hours, ZoneInfo(zones.most_common(1)[0][0] if zones else "UTC"))


class _Bits(Func):
    """How many minutes of a line have their bit in all these columns."""

    template = "bit_count((%(expressions)s)::int::bit(5))"
    arg_joiner = " & "
    output_field = IntegerField()


def minutes(channels: Collection[str], since: datetime, until: datetime) -> dict[str, Minutes]:
    """What was promised and kept in a period, by channel; only promised minutes count."""
    rows = (
        LedgerLine.objects.filter(
            channel__in=channels, starts_at__gte=since, starts_at__lt=until, promised__gt=0
        )
        .values_list("channel")
        .annotate(
            of=Sum(_Bits("promised")),
            there=Sum(_Bits("promised", "staffed")),
            working=Sum(_Bits("promised", "up")),
            kept=Sum(_Bits("promised", "staffed", "up")),
        )
    )
    return {channel: Minutes(*sums) for channel, *sums in rows}


def broken(channels: Collection[str], since: datetime, until: datetime) -> list[Broken]:
    """The spans of a period in which promises were not kept, the newest first."""
    rows = (
        LedgerLine.objects.filter(
            channel__in=channels, starts_at__gte=since, starts_at__lt=until, promised__gt=0
        )
        .annotate(kept=_Bits("promised", "staffed", "up"), of=_Bits("promised"))
        .filter(kept__lt=F("of"))
    )
    by_channel: dict[str, list[LedgerLine]] = {}
    for line in rows.order_by("channel", "starts_at"):
        by_channel.setdefault(line.channel, []).append(line)
    spans = [span for name, lines in by_channel.items() for span in kept.broken(name, lines)]
    return sorted(spans, key=lambda one: (one.start, one.channel), reverse=True)


def newest() -> datetime | None:
    """The newest minute that is written; None before the ledger has begun."""
    line = LedgerLine.objects.filter(channel="").order_by("-starts_at").first()
    return None if line is None else line.starts_at + (line.seen.bit_length() - 1) * kept.MINUTE


def _conversations(inboxes: Collection[int], start: datetime, end: datetime) -> Iterable[Arrived]:
    began = Conversation.objects.exclude(state=State.SPAM)
    return arrivals.by_five_minutes(began, "created_at", inboxes, start, end)


CONVERSATIONS = Source("conversations", _("Conversations"), _conversations)


def sources() -> tuple[Source, ...]:
    """Everything that counts as somebody who comes."""
    return (CONVERSATIONS, *arrivals.sources())


def week(desk: Desk, now: datetime, *, channel: str = "", source: str = "") -> Week:
    """Who came in the last whole weeks. channel, source: only these, "" for all."""
    end = desk.midnight(desk.day(now))
    start = desk.midnight(desk.day(now) - timedelta(weeks=WEEKS))
    inboxes = [one.pk for one in desk.inboxes if channel in {"", one.channel}]
    came = (
        row
        for one in sources()
        if source in {"", one.name}
        for row in one.count(inboxes, start, end)
    )
    calendars = {pk: desk.hours[pk] for pk in inboxes}
    return heatmap.week(came, calendars, start=start, end=end, zone=desk.zone)
