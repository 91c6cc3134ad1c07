"""TST-5: the worker is killed while it sends and files; nothing is lost and nothing goes twice."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Callable

from django.db import connection

from helpdesk.models import Agent, Delivery, DeliveryState, InboundEvent, Inbox, Message
from helpdesk.services import messages
from tests import factories
from tests.faults.conftest import SEED, Result, supervised, texts_in, twilio
from tests.stack import Stack, until

OUT, IN, PEOPLE, KILLS = 1_000, 1_000, 100, 5
FINAL = [DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ]


def answer_all(agent: Agent, number: Inbox) -> None:
    """A thousand answers to a hundred people, in an order that mixes them."""
    made = [
        factories.conversation(number, f"+4860010{person:04}", kind="phone").pk
        for person in range(PEOPLE)
    ]
    for text in range(OUT):
        messages.reply(made[text % PEOPLE], by=agent, body=f"out {text}")
    connection.close()


def done() -> int:
    sent = Delivery.objects.filter(state__in=FINAL).count()
    return sent + Message.objects.filter(body__startswith="in ").count()


def test_nothing_is_lost_or_doubled(
    build: Callable[[str], Stack], desk: tuple[Agent, Inbox, Inbox]
) -> None:
    chance = random.Random(SEED)
    agent, _widget, number = desk
    stack = build(os.environ["REDIS_URL"])
    stack.start("fakes", "web", "worker", "sweeper", "beat")
    fake = twilio(stack, number)
    number.refresh_from_db()
    writer = threading.Thread(target=answer_all, args=(agent, number))
    with supervised(stack, "sweeper", "beat"):
        writer.start()
        texts_in(stack, number, fake, [f"in {text}" for text in range(IN)], PEOPLE)
        for kill in range(1, KILLS + 1):
            mark = int((OUT + IN) * (kill - chance.random() * 0.8) / (KILLS + 1))
            until(lambda mark=mark: done() >= mark, 90, f"{mark} of {OUT + IN}: {done()}")
            stack.kill("worker")
            stack.start("worker")
        writer.join()
        until(lambda: done() >= OUT + IN, 120, "all final")
        until(lambda: not InboundEvent.objects.filter(state="new").exists(), 60, "all filed")
    ledger = Counter(entry["delivery"] for entry in fake.sends())
    stored_in = Message.objects.filter(body__startswith="in ").values_list("body", flat=True)
    doubled = sum(ledger.values()) - len(ledger) + len(stored_in) - len(set(stored_in))
    Result(
        sent=OUT + IN,
        stored=Delivery.objects.filter(state__in=FINAL).count() + len(set(stored_in)),
        shown=len(ledger) + len(set(stored_in)),
        doubled=doubled,
    ).check("TST-5 worker killed")
    order: dict[str, list[int]] = {}
    for entry in fake.sends():
        order.setdefault(entry["to"], []).append(int(entry["body"].split()[1]))
    assert all(sorted(one) == one for one in order.values()), "one conversation goes out in order"
