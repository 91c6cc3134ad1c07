"""TST-6: Daphne is killed while visitors write; whoever has a tick is stored, once, in order."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

from helpdesk.models import Agent, Conversation, Inbox, Message
from tests.faults.conftest import SEED, Result
from tests.faults.visitors import Crowd
from tests.stack import Stack, until

KILLS = 5


def test_visitors_lose_nothing(
    build: Callable[[str], Stack], desk: tuple[Agent, Inbox, Inbox]
) -> None:
    chance = random.Random(SEED)
    stack = build(os.environ["REDIS_URL"])
    stack.start("web")
    crowd = Crowd(stack, desk[1], count=20, texts=100)
    crowd.start()
    for kill in range(1, KILLS + 1):
        mark = int(crowd.total * (kill - chance.random() * 0.8) / (KILLS + 1))
        until(lambda mark=mark: crowd.ticks >= mark, 90, f"{mark} ticks")
        stack.kill("web")
        stack.start("web")
    crowd.finish()
    stored = Message.objects.filter(direction="in")
    bodies = stored.values_list("body", flat=True)
    Result(
        sent=crowd.total,
        stored=stored.count(),
        shown=sum(len(page) for page in crowd.shown()),
        doubled=stored.count() - len(set(bodies)),
    ).check("TST-6 web killed")
    assert crowd.in_order()
    assert Conversation.objects.count() == 20
