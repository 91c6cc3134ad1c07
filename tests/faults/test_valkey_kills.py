"""TST-8: kill -9 of Valkey, which comes back empty each time (DEL-1, 7, 14)."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
import requests

from helpdesk.models import Delivery, Direction, Inbox, Message
from tests.faults.desk import Desk, Visitor
from tests.faults.stack import Faulty, Outcome, amount, poll, seed, shares, strike
from tests.faults.test_worker_kills import FINAL_WITHIN, HANDS, answers, at_rest
from tests.stack import until

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults"), pytest.mark.timeout(240)]

WHILE_DOWN = 20
SLOWEST = 10.0


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


def agents_write(tally: Tally, desk: Desk, orders: list[tuple[int, str]]) -> None:
    with desk.browser() as browser:
        for order in orders:
            started = time.monotonic()
            tally.add(desk.reply(browser, *order), started)


def kill_valkey(stack: Faulty, tally: Tally, total: int) -> None:
    """Down until a number of new texts was taken without it, then back and empty."""
    stack.valkey_may_start.clear()
    killed = stack.kill("valkey")
    enough = min(len(tally.statuses) + WHILE_DOWN, total)
    until(lambda: len(tally.statuses) >= enough, 60, "texts are taken without Valkey")
    stack.valkey_may_start.set()
    stack.back("valkey", killed)
    until(stack.valkey.is_ready, 30, "Valkey answers")


def test_valkey_kills(stack: Faulty, desk: Desk, widget: Inbox, phones: dict[str, int]) -> None:
    chosen, total = seed(), amount() // 2
    dice = random.Random(chosen)
    stack.start("valkey", "fakes", "web", "worker", "beat", "sweeper")
    address = f"{stack.base}/chat/{widget.key}/"
    count = max(20, total // 100)
    said = shares([f"text {n}" for n in range(total)], count)
    visitors = [(Visitor(address), texts) for texts in said]
    tally = Tally()

    with ThreadPoolExecutor(2 * HANDS) as pool:
        jobs = [pool.submit(visitors_write, tally, part) for part in shares(visitors, HANDS)]
        orders = shares(answers(phones, total), HANDS)
        jobs += [pool.submit(agents_write, tally, desk, part) for part in orders]
        strike(
            dice,
            2 * total,
            lambda: len(tally.statuses),
            lambda: kill_valkey(stack, tally, 2 * total),
        )
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
