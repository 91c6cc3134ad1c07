"""The properties bite: each of these broken calendars and clocks is caught by one of them."""

from __future__ import annotations

import inspect
import textwrap
from dataclasses import dataclass
from types import ModuleType

import pytest

from helpdesk.sla import calendar, clocks
from tests.sla import test_calendar, test_clocks
from tests.sla.calendars import PROPERTIES

LOOKING = "test_it_agrees_with_looking_at_every_minute"
ENDING = "test_hours_that_end_around_a_change_of_the_clock"
ADDING = "test_time_adds_up_wherever_it_is_cut"
EARLIEST = "test_due_is_the_earliest_moment_by_which_it_was_open_that_long"
CHANGING = "test_the_next_change_comes_when_it_says"
COUNTING = "test_it_agrees_with_counting_the_minutes_of_each_slice"
WARNING = "test_each_warning_is_due_when_its_part_is_used_up"
KEEPING = "test_no_change_touches_what_has_elapsed"


@dataclass(frozen=True)
class Variant:
    """A function in which `old` is replaced by `new`, and the property that notices."""

    what: str
    function: str
    old: str
    new: str
    noticed: str


HOURS_ON, PIECES = "Calendar.hours_on", "Calendar._pieces"
CALENDARS = (
    Variant("an hour that comes twice counts once", "_moment", "if end:", "if False:", ENDING),
    Variant(
        "it counts after closing too", "_moment", "(second - _TICK)", "(first - _TICK)", ENDING
    ),
    Variant("differences by the wall", "_moment", "zone).astimezone(UTC)", "zone)", LOOKING),
    Variant(
        "a holiday wins", HOURS_ON, "in (self.exceptions, self", "in (self.holidays, self", LOOKING
    ),
    Variant("a date does not win", HOURS_ON, "(whole) or special.get(yearly)", "(yearly)", LOOKING),
    Variant("a closed day is not", HOURS_ON, "found is not None", "found and found.open", LOOKING),
    Variant("touching spans are two", "Calendar.intervals", "[1] == opens", "[1] > opens", LOOKING),
    Variant("the first span counts whole", PIECES, "max(opens, start)", "opens", ADDING),
    Variant("the last span counts whole", PIECES, "min(closes, end)", "closes", ADDING),
    Variant(
        "the boundary is exclusive", "Calendar.add", "left <= closes", "left < closes", EARLIEST
    ),
    Variant("each span starts anew", "Calendar.add", "left -= closes - opens", "pass", EARLIEST),
    Variant("a gap is no end", "Calendar.next_closing", "opens > reached", "False", CHANGING),
)
CLOCKS = (
    Variant("a lasting pause is none", "_stretches", "until or _END", "until or start", COUNTING),
    Variant(
        "the last pause counts", "_stretches", "in clock.pauses", "in clock.pauses[-1:]", COUNTING
    ),
    Variant(
        "it runs on when settled", "_stretches", "clock.settled_at or until", "until", COUNTING
    ),
    Variant(
        "the past has the new hours",
        "reschedule",
        "(*kept, Slice(at, calendar))",
        "(Slice(clock.started_at, calendar),)",
        KEEPING,
    ),
    Variant("solved time is work", "reopen", "(*closed.pauses, *gap)", "closed.pauses", KEEPING),
    Variant("a past pause is forgotten", "resume", "if at > last.since", "if False", KEEPING),
    Variant("due forgets what is used", "moment", "left -= _open", "left == _open", WARNING),
    Variant("due within a pause", "moment", "and found <= end", "", WARNING),
)


@pytest.mark.parametrize(
    ("module", "variant"),
    [
        pytest.param(module, variant, id=variant.what)
        for module, variants in ((calendar, CALENDARS), (clocks, CLOCKS))
        for variant in variants
    ],
)
def test_it_is_caught(
    module: ModuleType, variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    *owners, name = variant.function.split(".")
    owner = getattr(module, owners[0]) if owners else module
    source = textwrap.dedent(inspect.getsource(getattr(owner, name)))
    assert variant.old in source
    made: dict[str, object] = {}
    exec(source.replace(variant.old, variant.new), vars(module), made)  # noqa: S102 - our own
    monkeypatch.setattr(owner, name, made[name])
    assert variant.noticed in {*vars(test_calendar), *vars(test_clocks)}
    with pytest.raises(AssertionError):
        PROPERTIES[variant.noticed]()
