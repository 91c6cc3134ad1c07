"""The promised hours: how they were kept, and how well they fit those who come."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from helpdesk.models import Agent
from helpdesk.permissions import Action, can
from helpdesk.selectors import ledger, work
from helpdesk.selectors.leads import harmless
from helpdesk.selectors.ledger import Desk
from helpdesk.sla import heatmap, kept
from helpdesk.sla.heatmap import DAYS, HALF_HOURS, Cell, Week
from helpdesk.sla.kept import Broken, Minutes
from helpdesk.web import ledger_words as words
from helpdesk.web import work_words
from helpdesk.web.desk import rail

PERIODS = (1, 7, 30)  # days, today being one of them
SPANS = 50  # of those not kept, on the screen; the file has all
EXTRAS = 10
POOR = 0.95  # a share below it is far from the target
STALE = timedelta(minutes=2)  # a ledger that is written later is not kept
View = Callable[[HttpRequest], HttpResponse]


def _for_supervisors(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not can(request.user, Action.SEE_LEDGER):
            raise PermissionDenied
        return view(request)

    return never_cache(require_safe(login_required(guarded)))


@_for_supervisors
def page(request: HttpRequest) -> HttpResponse:
    """GET /ledger/?days=: the promise kept by channel, and where it was not."""
    agent, now = cast("Agent", request.user), datetime.now(UTC)
    desk, days = ledger.desk(agent), _days(request.GET)
    since, spans = _since(desk, now, days), _spans(desk, now, days)
    minutes = ledger.minutes(desk.channels, since, now)
    channels = _channels(agent)
    labels = _labels(channels)
    newest = ledger.newest()
    going_on = {one.channel: one for one in spans if newest and one.end > newest}
    context = {
        "tiles": [
            _tile(channel, minutes.get(channel["name"], Minutes()), going_on.get(channel["name"]))
            for channel in channels
        ],
        "spans": [
            {**_row(one, labels, desk), "going_on": one is going_on.get(one.channel)}
            for one in spans[:SPANS]
        ],
        "more": max(0, len(spans) - SPANS),
        "periods": [(one, _period(one), one == days) for one in PERIODS],
        "days": days,
        "newest": newest,
        "stale": newest is not None and newest < now - STALE,
        "target": words.percent(kept.TARGET),
        "tab": "kept",
        **_place(desk, now, agent),
    }
    return render(request, "helpdesk/ledger/page.html", context)


@_for_supervisors
def coverage(request: HttpRequest) -> HttpResponse:
    """GET /ledger/coverage/?channel=&of=: the heat map and the half hours that would help."""
    agent, now = cast("Agent", request.user), datetime.now(UTC)
    desk = ledger.desk(agent)
    channels = [("", _("All channels")), *((one["name"], one["label"]) for one in _channels(agent))]
    sources = [("", _("Everybody")), *((one.name, one.label) for one in ledger.sources())]
    channel = _one_of(request.GET.get("channel"), channels)
    source = _one_of(request.GET.get("of"), sources)
    week = ledger.week(desk, now, channel=channel, source=source)
    extras = week.extras()
    context = {
        "week": week,
        "rows": _heat(week),
        "clocks": [(words.clock(one)[:2], words.clock(one)[2:]) for one in range(HALF_HOURS)],
        "levels": week.levels(),
        "coverage": None if week.coverage is None else words.percent(week.coverage),
        "wanted": words.percent(heatmap.WANTED),
        "enough": (week.coverage or 0) >= heatmap.WANTED,
        "extras": [
            {"when": words.cell(one.cell), "adds": one.adds, "then": words.percent(one.coverage)}
            for one in extras[:EXTRAS]
        ],
        "needed": next((n for n, one in enumerate(extras, 1) if one.coverage >= heatmap.WANTED), 0),
        "channels": [(name, label, name == channel) for name, label in channels],
        "sources": [(name, label, name == source) for name, label in sources],
        "channel": channel,
        "source": source,
        "weeks": ledger.WEEKS,
        "several": sum(channel in {"", one.channel} for one in desk.inboxes) > 1,
        "tab": "coverage",
        **_place(desk, now, agent),
    }
    return render(request, "helpdesk/ledger/coverage.html", context)


@_for_supervisors
def file(request: HttpRequest) -> HttpResponse:
    """GET /ledger/file/?days=: every span that was not kept, as CSV; local times with offset."""
    agent, now = cast("Agent", request.user), datetime.now(UTC)
    desk, days = ledger.desk(agent), _days(request.GET)
    labels = _labels(_channels(agent))
    head = [_("Channel"), _("From"), _("To"), _("Minutes"), _("Reason"), _("Cause")]
    rows = [
        [
            labels.get(one.channel, one.channel),
            one.start.astimezone(desk.zone).isoformat(timespec="minutes"),
            one.end.astimezone(desk.zone).isoformat(timespec="minutes"),
            str(one.minutes),
            words.reason(one.reason),
            "; ".join(_causes(desk, one)),
        ]
        for one in _spans(desk, now, days)
    ]
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in [head, *rows])
    # Excel asks for a byte order mark.
    answer = HttpResponse(("\ufeff" + text.getvalue()).encode(), "text/csv; charset=utf-8")
    name = f"promised-hours-{desk.day(now)}-{days}d.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _days(query: QueryDict) -> int:
    """The period asked for; the week if it is none of ours."""
    asked = query.get("days", "")
    return next((one for one in PERIODS if str(one) == asked), 7)


def _period(days: int) -> str:
    return {1: _("Today"), 7: _("7 days"), 30: _("30 days")}[days]


def _one_of(asked: str | None, choices: Iterable[tuple[str, Any]]) -> str:
    return asked if asked in {name for name, _label in choices} and asked else ""


def _since(desk: Desk, now: datetime, days: int) -> datetime:
    return desk.midnight(desk.day(now) - timedelta(days=days - 1))


def _spans(desk: Desk, now: datetime, days: int) -> list[Broken]:
    return ledger.broken(desk.channels, _since(desk, now, days), now)


def _channels(agent: Agent) -> list[dict[str, str]]:
    return work_words.named(work.channels_of(agent))


def _labels(channels: list[dict[str, str]]) -> dict[str, str]:
    return {one["name"]: one["label"] for one in channels}


def _causes(desk: Desk, span: Broken) -> list[str]:
    alone = sum(one.channel == span.channel for one in desk.inboxes) == 1
    return words.causes(span.causes, {one.pk: one.name for one in desk.inboxes}, alone=alone)


def _place(desk: Desk, now: datetime, agent: Agent) -> dict[str, Any]:
    """What both pages have around them."""
    always = [one.name for one in desk.inboxes if desk.hours[one.pk] is None]
    return {"desk": desk, "now": now, "always": always, **rail(agent, current="ledger")}


def _tile(channel: dict[str, str], of: Minutes, going_on: Broken | None) -> dict[str, Any]:
    """A channel's promise. bars: (meaning, from, width) in thousandths of what was promised."""
    share, bars, at = of.share, [], 0
    if of.promised:
        for meaning, part in (
            ("kept", of.kept),
            ("nobody", of.nobody),
            ("down", of.down + of.both),
        ):
            width = round(1000 * part / of.promised)
            # The smallest loss is seen, too.
            width = max(width, 6) if part and meaning != "kept" else width
            bars.append((meaning, min(at, 1000 - width), width))
            at += width
    verdict = "good" if share is None or share >= kept.TARGET else "attention"
    return {
        "channel": channel,
        "share": None if share is None else words.percent(share),
        "verdict": "late" if share is not None and share < POOR else verdict,
        "bars": bars,
        "kept": words.duration(of.kept),
        "promised": words.duration(of.promised),
        "lost": [
            (meaning, label, words.duration(part))
            for meaning, label, part in (
                ("nobody", _("Nobody there"), of.nobody),
                ("down", _("Not working"), of.down),
                ("down", _("Nobody there, and not working"), of.both),
            )
            if part
        ],
        "going_on": words.reason(going_on.reason) if going_on else "",
    }


def _row(span: Broken, labels: dict[str, str], desk: Desk) -> dict[str, Any]:
    return {
        "channel": labels.get(span.channel, span.channel),
        "start": span.start,
        "end": span.end,
        "long": words.duration(span.minutes),
        "reason": words.reason(span.reason),
        "meaning": span.reason,
        "causes": _causes(desk, span),
    }


def _heat(week: Week) -> list[dict[str, Any]]:
    """A row for each weekday. An edge of the promised hours has the letter of its side."""
    found = []
    for day in range(DAYS):
        cells = []
        for slot in range(HALF_HOURS):
            cell = (day, slot)
            classes = [f"l{week.level(cell)}", *(f"edge-{side}" for side in _edges(week, cell))]
            cells.append(
                {
                    "came": week.came.get(cell, 0),
                    "classes": " ".join(classes),
                    "promised": cell in week.promised,
                    "when": words.cell(cell),
                }
            )
        found.append({"day": WEEKDAYS[day], "short": WEEKDAYS_ABBR[day], "cells": cells})
    return found


def _edges(week: Week, cell: Cell) -> list[str]:
    """The sides on which promised hours end: start, end, top, bottom of a table of weekdays."""
    day, slot = cell
    sides = {"s": (day, slot - 1), "e": (day, slot + 1), "t": (day - 1, slot), "b": (day + 1, slot)}
    if cell not in week.promised:
        return []
    return [side for side, other in sides.items() if other not in week.promised]
