"""The engine's answers in words for people."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from chat.invitations.conditions import OPERATORS, WITHOUT_VALUE, Answer, Condition
from chat.invitations.limits import Stop
from chat.invitations.models import Goal
from chat.invitations.report import SURVEYED_WELCOME, Report, Side
from chat.invitations.uplift import LEAST, Uplift

STOPS = {
    Stop.EARLY: gettext_lazy("On this page for less than 20 seconds."),
    Stop.PAYING: gettext_lazy("Paying right now: nobody is disturbed there."),
    Stop.DO_NOT_DISTURB: gettext_lazy("“Do not disturb” is switched on."),
    Stop.CHATTING: gettext_lazy("In a chat with us already."),
    Stop.SAME_VISIT: gettext_lazy("This invitation had its turn in this visit."),
    Stop.SAME_WEEK: gettext_lazy("This invitation had its turn with this visitor within 7 days."),
    Stop.PER_PAGE: gettext_lazy("There was an invitation on this page already."),
    Stop.PER_VISIT: gettext_lazy("There were 2 invitations in this visit already."),
    Stop.PER_WEEK: gettext_lazy("There were 3 invitations within 7 days already."),
    Stop.DECLINED: gettext_lazy("Declined an invitation within the last 24 hours."),
    Stop.DECLINED_TWICE: gettext_lazy("Declined two invitations: silence for 30 days."),
    Stop.CLOSED: gettext_lazy("The chat is closed now."),
    Stop.NO_SLOTS: gettext_lazy("Fewer than 2 places with agents are free."),
    Stop.QUEUE: gettext_lazy("The wait would be longer than 10 seconds."),
    Stop.RATE: gettext_lazy("Enough visitors have been invited within this minute."),
    Stop.NO_TEXT: gettext_lazy("No text in the visitor's language, and none for all others."),
}


def condition(one: Condition) -> str:
    """A condition as a sentence: “Path of the page begins with /help”."""
    label = f"{one.field.label} “{one.key}”" if one.field.keyed else str(one.field.label)
    if one.op in WITHOUT_VALUE:
        return f"{label}: {OPERATORS[one.op]}"
    return f"{label} {OPERATORS[one.op]} {one.value}"


def found(value: Any) -> str:
    """What a condition found, for the test page."""
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return str(OPERATORS["yes" if value else "no"])
    return str(value)[:200]


def answer(one: Answer) -> dict[str, Any]:
    """A row of the test page."""
    return {"what": condition(one.condition), "found": found(one.found), "holds": one.holds}


def number(value: float | None, places: int = 0, *, sign: bool = False) -> str:
    """A figure as the reader's language writes it; a dash for none."""
    if value is None:
        return "–"
    text = number_format(round(abs(value), places), places, force_grouping=True)
    negative = value < 0 and float(round(abs(value), places)) != 0
    return f"{'−' if negative else '+' if sign else ''}{text}"


def percent(share: float | None, places: int = 1, *, sign: bool = False) -> str:
    """A fraction as per cent."""
    return "–" if share is None else f"{number(share * 100, places, sign=sign)} %"


def result(goal: str, report: Report) -> dict[str, Any]:
    """Everything that the result page says."""
    answers = report.answers
    return {
        "facts": [
            (_("Invitations sent"), number(answers.invited)),
            (pgettext("invitation", "Seen"), number(answers.shown)),
            (_("Accepted"), f"{number(answers.accepted)} · {percent(answers.accept_rate)}"),
            (_("Turned down"), number(answers.declined)),
        ],
        "welcome": _welcome(answers.accept_rate),
        "table": _table(report.treat, report.control),
        "verdict": verdict(goal, report.effect) if report.effect else None,
    }


def _welcome(rate: float | None) -> str:
    if rate is None:
        return _("Nobody has seen it yet.")
    return _(
        "Of those who saw it, %(ours)s accepted. In an old survey %(theirs)s said that they "
        "welcome an invitation: a figure to compare with, not a goal."
    ) % {"ours": percent(rate), "theirs": percent(SURVEYED_WELCOME, 0)}


def _table(treat: Side, control: Side) -> list[tuple[str, str, str]]:
    """Label, invited, not invited."""

    def row(label: str, cell: Callable[[Side], str]) -> tuple[str, str, str]:
        return label, cell(treat), cell(control)

    rows = [
        row(_("Visitors"), lambda side: number(side.visitors)),
        row(_("Ordered"), lambda side: _of(side.orders, side.order_rate)),
        row(_("Chatted"), lambda side: _of(side.chats, side.chat_rate)),
        row(_("Carts without an order"), lambda side: _of(side.abandoned, side.abandon_rate)),
    ]
    for currency in sorted({one[0] for side in (treat, control) for one in side.revenue}):
        label = _("Revenue for each visitor, %(currency)s") % {"currency": currency}
        rows.append(row(label, partial(_revenue, currency)))
    return [*rows, row(_("Mean rating of the chats"), _rating)]


def _of(many: int, share: float | None) -> str:
    return f"{number(many)} · {percent(share, 2)}"


def _revenue(currency: str, side: Side) -> str:
    return next(
        (number(float(per), 2) for name, _sum, per in side.revenue if name == currency), "–"
    )


def _rating(side: Side) -> str:
    return f"{number(side.satisfied, 1)} ({side.rated})"


def verdict(goal: str, effect: Uplift) -> dict[str, Any]:
    """Proven or not, in words, with the numbers behind it."""
    extra = _("orders more") if goal == Goal.ORDER else _("chats more")
    low, high = (number(one * 100, 2, sign=True) for one in (effect.low, effect.high))
    doubts = {
        "small": _("Fewer than %(least)s visitors in one of the groups: chance decides.")
        % {"least": number(LEAST)},
        "interval": _("There may be no difference at all: the interval contains 0."),
        "": _("The interval does not contain 0."),
    }
    return {
        "title": _("Proven") if effect.proven else _("Not proven"),
        "why": doubts[effect.doubt],
        "proven": effect.proven,
        "rows": [
            (_("Difference, percentage points"), number(effect.delta * 100, 2, sign=True)),
            (_("Confidence interval (95%)"), f"{low} … {high}"),
            (_("Relative"), percent(effect.relative, sign=True)),
            (_("z (two proportions)"), number(effect.z, 3)),
            (_("p (chance alone)"), number(effect.p, 4)),
            (extra, number(effect.extra, sign=True)),
        ],
    }
