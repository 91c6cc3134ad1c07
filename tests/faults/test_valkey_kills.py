"""TST-8: kill -9 of Valkey, which comes back empty each time (DEL-1, 7, 14)."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
import requests

from helpdesk.models import Delivery, Direction, Inbox, Message
from tests.faults.desk import Desk, Pace, Visitor
from tests.faults.stack import Faulty, Outcome, amount, poll, reach, seed, shares, strike
from tests.faults.test_worker_kills import FINAL, FINAL_WITHIN, HANDS, answers, at_rest
from tests.stack import until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]

WHILE_DOWN = 20
SLOWEST = 10.0
AHEAD = 300


@dataclass
class Tally:
    """What the senders were answered; each thread appends, nobody removes."""

    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, status: int, started: float) -> None:
        self.statuses.append(status)
        self.seconds.append(time.monotonic() - started)


def visitors_write(tally: Tally, orders: list[tuple[Visitor, list[str]]]) -> None:
    with requests.Session() as browser:
        for place in range(max(len(texts) for _visitor, texts in orders)):
            for visitor, texts in orders:
                if place < len(texts):
                    started = time.monotonic()
                    tally.add(visitor.say(browser, texts[place]), started)


def agents_write(tally: Tally, pace: Pace, desk: Desk, orders: list[tuple[int, str]]) -> None:
    with desk.browser() as browser:
        for order in orders:
            pace.step()
            started = time.monotonic()
            tally.add(desk.reply(browser, *order), started)


def kill_valkey(stack: Faulty, progress: Callable[[], int], total: int) -> None:
    """Down until a number of new texts was taken without it, then back and empty."""
    stack.valkey_may_start.clear()
    killed = stack.sigkill("valkey")
    enough = min(progress() + WHILE_DOWN, total)
    reach(progress, enough, 60)
    stack.valkey_may_start.set()
    stack.back("valkey", killed)
    until(stack.valkey.is_ready, 30, "Valkey answers")


def test_valkey_kills(stack: Faulty, desk: Desk, widget: Inbox, phones: dict[str, int]) -> None:
    chosen, total = seed(), amount(400) // 2
    dice = random.Random(chosen)
    stack.start("valkey", "fakes", "web", "worker", "beat", "sweeper")
    address = f"{stack.base}/chat/{widget.key}/"
    count = max(20, total // 100)
    said = shares([f"text {n}" for n in range(total)], count)
    visitors = [(Visitor(address), texts) for texts in said]
    tally, pace = Tally(), Pace(AHEAD)

    def progress() -> int:
        pace.done = Delivery.objects.filter(state__in=FINAL).count()
        return len(tally.statuses)

    def blow() -> None:
        kill_valkey(stack, progress, 2 * total)

    with ThreadPoolExecutor(2 * HANDS) as pool:
        jobs = [pool.submit(visitors_write, tally, part) for part in shares(visitors, HANDS)]
        orders = shares(answers(phones, total), HANDS)
        jobs += [pool.submit(agents_write, tally, pace, desk, part) for part in orders]
        strike(dice, 2 * total, progress, blow)
        reach(progress, 2 * total, 120)
        for job in jobs:
            job.result()
    stack.note("everything is sent")
    poll(at_rest, FINAL_WITHIN, "all deliveries final")
    stack.note("at rest")
    print(f"\nslowest answer {max(tally.seconds):.1f} s")  # noqa: T201

    assert Counter(tally.statuses) == {201: 2 * total}
    assert max(tally.seconds) < SLOWEST
    taken = Counter(entry["delivery"] for entry in stack.fake("twilio").sends())
    ours = {str(pk) for pk in Delivery.objects.values_list("pk", flat=True)}
    filed = Message.objects.filter(direction=Direction.IN, inbox=widget)
    bodies = Counter(filed.values_list("body", flat=True))
    # The session is the one of before the kills: it lives in the database.
    shown = sum(body.startswith("out ") for pk in phones.values() for body in desk.shown(pk))
    with requests.Session() as browser:
        for visitor, texts in visitors:
            window = visitor.sees(browser)
            assert window == texts, "each text once, in the visitor's order"
            shown += len(window)
    Outcome(
        sent=2 * total,
        stored=len(ours) + bodies.total(),
        shown=shown,
        lost=len(ours - set(taken)) + total - len(bodies),
        dup=taken.total() - len(taken) + bodies.total() - len(bodies),
        seed=chosen,
    ).check()
    assert set(taken) == ours
