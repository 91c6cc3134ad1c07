"""TST-5: kill -9 of the Celery worker while it sends and files (DEL-1, 2, 7, 8, 9)."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from helpdesk.models import Delivery, DeliveryState, Direction, InboundEvent, InboundState, Message
from tests.faults.desk import Desk, Pace
from tests.faults.stack import Faulty, Outcome, amount, poll, reach, seed, shares, strike

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200 + amount(400) / 4)]

FINAL = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)
HANDS = 3
AHEAD = 100
FINAL_WITHIN = 60.0


def answers(phones: dict[str, int], total: int) -> list[tuple[int, str]]:
    conversations = list(phones.values())
    return [(conversations[n % len(conversations)], f"out {n}") for n in range(total)]


def texts(phones: dict[str, int], total: int, dice: random.Random) -> list[tuple[str, str, str]]:
    """(phone, sid, body) of each call; a fifth of them comes twice, somewhere later."""
    numbers = list(phones)
    calls = [(numbers[n % len(numbers)], f"SM{n:030d}", f"in {n}") for n in range(total)]
    twice = [
        (dice.randrange(place, total), place) for place in dice.sample(range(total), total // 5)
    ]
    for after, place in sorted(twice, reverse=True):
        calls.insert(after + 1, calls[place])
    return calls


def by_phone(calls: list[tuple[str, str, str]]) -> list[list[tuple[str, str, str]]]:
    """The calls dealt out so that both copies of one meet in one hand."""
    hands: list[list[tuple[str, str, str]]] = [[] for _ in range(HANDS)]
    for call in calls:
        hands[int(call[1][2:]) % HANDS].append(call)
    return hands


def agents_write(pace: Pace, desk: Desk, orders: list[tuple[int, str]]) -> Counter[int]:
    statuses = Counter[int]()
    with desk.browser() as browser:
        for order in orders:
            pace.step()
            statuses[desk.reply(browser, *order)] += 1
    return statuses


def twilio_calls(pace: Pace, desk: Desk, calls: list[tuple[str, str, str]]) -> Counter[int]:
    statuses, known = Counter[int](), set[str]()
    with requests.Session() as browser:
        for call in calls:
            if call[1] not in known:
                pace.step()
            known.add(call[1])
            statuses[desk.sms(browser, *call)] += 1
    return statuses


def settled(first: int) -> int:
    """Messages that are where they belong: filed, or taken by the provider."""
    filed = Message.objects.filter(direction=Direction.IN).count() - first
    return filed + Delivery.objects.filter(state__in=FINAL).count()


def at_rest() -> bool:
    waiting = InboundEvent.objects.filter(state=InboundState.NEW).exists()
    return not waiting and not Delivery.objects.exclude(state__in=FINAL).exists()


def test_worker_kills(stack: Faulty, desk: Desk, phones: dict[str, int]) -> None:
    chosen, total = seed(), amount(400) // 2
    dice = random.Random(chosen)
    stack.start("valkey", "fakes", "web", "worker", "beat", "sweeper")
    stack.fake("twilio").fault("delay", times=total * 10, seconds=0.03)
    outgoing, incoming = answers(phones, total), texts(phones, total, dice)

    pace = Pace(AHEAD)

    def progress() -> int:
        pace.done = settled(len(phones))
        return pace.done

    def blow() -> None:
        stack.back("worker", stack.sigkill("worker"))

    with ThreadPoolExecutor(2 * HANDS) as pool:
        jobs = [pool.submit(agents_write, pace, desk, part) for part in shares(outgoing, HANDS)]
        jobs += [pool.submit(twilio_calls, pace, desk, part) for part in by_phone(incoming)]
        strike(dice, 2 * total, progress, blow)
        killed = time.monotonic()
        reach(progress, 2 * total, FINAL_WITHIN)
        statuses = sum((job.result() for job in jobs), Counter[int]())
    stack.note("everything is sent")
    poll(at_rest, FINAL_WITHIN + killed - time.monotonic(), "all final")
    stack.note("at rest")

    assert statuses == {201: total, 200: len(incoming)}
    taken = Counter(entry["delivery"] for entry in stack.fake("twilio").sends())
    ours = {str(pk) for pk in Delivery.objects.values_list("pk", flat=True)}
    filed = Message.objects.filter(direction=Direction.IN, body__startswith="in ")
    bodies = Counter(filed.values_list("body", flat=True))
    shown = Counter(body for pk in phones.values() for body in desk.shown(pk) if body != "Hello")
    Outcome(
        sent=2 * total,
        stored=len(ours) + bodies.total(),
        shown=shown.total(),
        lost=len(ours - set(taken)) + total - len(bodies),
        dup=taken.total() - len(taken) + bodies.total() - len(bodies),
        seed=chosen,
    ).check()
    assert set(taken) == ours
