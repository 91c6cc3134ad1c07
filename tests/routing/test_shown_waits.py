"""A simulated day: do the waits that we show come true?

Customers come at random, more of them at noon; as many are served at once as there are slots;
some lose patience. Whoever has to wait is shown an estimate, once, when he joins.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from helpdesk.routing.waiting import FEWEST_SAMPLES, Estimate, estimate
from helpdesk.sla.metrics import COVERED, wait_coverage

DAY = 10 * 3600
LEARNT = 0.1


@dataclass(frozen=True, slots=True)
class Day:
    """Mean seconds of service and patience; load: customers offered, of what can be served."""

    slots: int
    aht: float
    patience: float
    load: float

    def arrivals(self, chance: random.Random) -> Iterator[float]:
        busiest = 1.3 * self.load * self.slots / self.aht
        at = 0.0
        while (at := at + chance.expovariate(busiest)) < DAY:
            if chance.random() * 1.3 < 1 - 0.3 * math.cos(2 * math.pi * at / DAY):
                yield at


@dataclass(slots=True)
class Waiting:
    since: float
    gives_up: float
    shown: Estimate


@dataclass(frozen=True, slots=True)
class Wait:
    """lasts: until his turn came, or would have come had he stayed; p90: what was shown to him."""

    lasts: float
    patience: float
    p90: int

    @property
    def known(self) -> tuple[float, float, bool]:
        """What one sees of it: one who leaves does not see the end of his wait."""
        return min(self.lasts, self.patience), self.p90, self.lasts <= self.patience


def waits(day: Day, seed: int) -> list[Wait]:
    """The waits of everybody who found no slot free."""
    chance = random.Random(seed)
    coming = list(day.arrivals(chance))
    ends: list[float] = []
    line: list[Waiting] = []
    found: list[Wait] = []
    aht, samples = day.aht, FEWEST_SAMPLES
    for at in [*coming, math.inf]:
        while ends and ends[0] <= at:
            free_at = heapq.heappop(ends)
            if _next(line, free_at, found):
                lasted = chance.expovariate(1 / day.aht)
                aht, samples = aht + LEARNT * (lasted - aht), samples + 1
                heapq.heappush(ends, free_at + lasted)
        if at == math.inf:
            break
        ahead = sum(one.gives_up > at for one in line)
        shown = estimate(
            day.slots, ahead, free=day.slots - len(ends),
            aht=aht, samples=samples, theta=1 / day.patience,
        )  # fmt: skip
        assert shown is not None
        if len(ends) < day.slots:
            heapq.heappush(ends, at + chance.expovariate(1 / day.aht))
        else:
            line.append(Waiting(at, at + chance.expovariate(1 / day.patience), shown))
    return found


def _next(line: list[Waiting], at: float, found: list[Wait]) -> bool:
    """A slot is free: whose turn is it? Those who have left are passed over; False: nobody's."""
    while line:
        first = line.pop(0)
        found.append(Wait(at - first.since, first.gives_up - first.since, first.shown.p90))
        if first.gives_up > at:
            return True
    return False


DAYS = (
    Day(slots=9, aht=576, patience=120, load=1.1),
    Day(slots=24, aht=576, patience=120, load=1.0),
    Day(slots=24, aht=480, patience=600, load=1.05),
    Day(slots=6, aht=300, patience=120, load=1.2),
)


@pytest.mark.parametrize("day", DAYS)
def test_what_is_shown_covers_as_many_waits_as_it_says(day: Day) -> None:
    shown = [one for seed in range(5) for one in waits(day, seed)]
    true = sum(one.lasts <= one.p90 for one in shown) / len(shown)
    seen = wait_coverage(one.known for one in shown)
    assert len(shown) > 300
    assert seen is not None
    assert COVERED[0] <= true <= COVERED[1]
    # And so says the figure, which cannot know how long those who left would have waited.
    assert abs(seen - true) < 0.02
