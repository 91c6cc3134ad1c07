"""What is said about a rush and about what a supervisor eased, in the active language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.models import Relief, ReliefKind, Rush
from helpdesk.routing.spike import Sign
from helpdesk.web.work_words import named

Figures = Mapping[str, Any]


def signs(rush: Rush) -> list[str]:
    """What speaks for the rush, a sentence each."""
    return [_SIGNS[sign](rush.figures) for sign in Sign if sign in rush.signs]


def _arrivals(figures: Figures) -> str:
    count = int(figures.get("arrivals") or 0)
    facts = {"n": count, "usual": round(figures.get("forecast") or 0)}
    return (
        ngettext(
            "%(n)d contact in 5 minutes, usually %(usual)d",
            "%(n)d contacts in 5 minutes, usually %(usual)d",
            count,
        )
        % facts
    )


def _level(figures: Figures) -> str:
    facts = {
        "level": round(100 * (figures.get("level") or 0)),
        "target": round(100 * (figures.get("target") or 0)),
    }
    return _("%(level)d %% answered in time, aim %(target)d %%") % facts


def _wait(figures: Figures) -> str:
    return _("who comes now waits about %(n)d s") % {"n": round(figures.get("wait") or 0)}


_SIGNS: dict[Sign, Callable[[Figures], str]] = {
    Sign.ARRIVALS: _arrivals,
    Sign.SERVICE_LEVEL: _level,
    Sign.WAIT: _wait,
}


def relief(one: Relief, channels: list[dict[str, str]]) -> str:
    """What is eased. channels: those of selectors.work.channels_of()."""
    if one.kind == ReliefKind.SKILL:
        return _("%(skill)s, level %(level)d") % {"skill": one.skill, "level": one.level}
    if one.kind == ReliefKind.RESERVES:
        if one.emergency:
            return _("Reserves called in, late mail keeps nobody free")
        return _("Reserves called in")
    labels = {entry["name"]: entry["label"] for entry in named(channels)}
    channel = labels.get(one.channel, one.channel) or _("every channel")
    return _("%(n)d more at once: %(channel)s") % {"n": one.more, "channel": channel}


def refusals() -> dict[str, str]:
    """Why something cannot be eased, by InvalidReliefError.code."""
    return {
        "no_agents": _("There is nobody whom it would be for."),
        "reason": _("Say why, please."),
        "lasts": _("From 5 minutes to 24 hours; only a skill can be given for good, to one agent."),
        "channel": _("There is no such channel."),
        "alone": _("A call is always taken alone: this limit cannot be raised."),
        "more": _("At most 3 more at once."),
        "skill": _("There is no such skill."),
        "level": _("A level is between 1 and 5."),
    }
