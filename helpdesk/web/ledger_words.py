"""The words and figures of the promised hours on screens and in files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import floor

from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from helpdesk.sla.heatmap import Cell
from helpdesk.sla.kept import Cause, Reason
from helpdesk.whole_numbers import whole_number


def duration(minutes: int) -> str:
    """Minutes as people say them."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("{m} min").format(m=rest)
    if not rest:
        return _("{h} h").format(h=number_format(hours, force_grouping=True))
    return _("{h} h {m} min").format(h=number_format(hours, force_grouping=True), m=rest)


def percent(share: float) -> str:
    """A share with one decimal, rounded down: what is not whole never looks whole.

    Isolated, so that the sign stays behind the number in every direction of writing.
    """
    tenths = floor(round(share * 1000, 6))
    return f"\u2066{number_format(tenths / 10, 1 if tenths % 10 else 0)}\u00a0%\u2069"


def reason(of: Reason) -> str:
    """Why a promise was not kept."""
    return {
        Reason.NOBODY: _("Nobody there"),
        Reason.DOWN: _("Not working"),
        Reason.BOTH: _("Nobody there, and not working"),
    }[of]


def causes(of: Iterable[str], inboxes: Mapping[int, str], *, alone: bool) -> list[str]:
    """What was amiss; of inboxes only those that have a name here.

    alone: the channel has one inbox, so that nobody needs to be told which was without anybody.
    """
    processes = {
        "worker": _("The background worker was silent"),
        "web": _("The web server was silent"),
        "smtpd": _("The mail listener was silent"),
    }
    found = []
    for one in of:
        kind, _colon, name = one.partition(":")
        inbox = inboxes.get(whole_number(name) or 0)
        if kind == Cause.UNSEEN:
            found.append(_("Parley did not run"))
        elif kind == Cause.PROCESS:
            found.append(processes.get(name) or _("{name} was silent").format(name=name))
        elif kind == Cause.INBOX and inbox:
            found.append(_("Disconnected: {name}").format(name=inbox))
        elif kind == Cause.NOBODY and inbox and not alone:
            found.append(_("Without anybody: {name}").format(name=inbox))
    return found


def half_hour(number: int) -> str:
    """The clock times of a half hour of the day, from 0 to 47, the earlier one at the left."""
    return f"\u2066{clock(number)}–{clock(number + 1)}\u2069"


def clock(number: int) -> str:
    """When a half hour of the day begins."""
    return f"{number // 2:02}:{number % 2 * 30:02}"


def cell(of: Cell) -> str:
    """A half hour of the week."""
    return f"{WEEKDAYS[of[0]]} {half_hour(of[1])}"
