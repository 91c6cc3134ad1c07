"""TST-8: Valkey is killed with all it holds; texts are still taken, and nothing is lost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from helpdesk.embedded.accounts import service_account
from helpdesk.embedded.testing import start_valkey
from helpdesk.models import Agent, Delivery, DeliveryState, Inbox, Message
from helpdesk.services import messages
from tests import factories
from tests.faults.conftest import SEED, Result, supervised, texts_in, twilio
from tests.faults.visitors import Crowd
from tests.stack import Stack, until

CHAT_PEOPLE, CHAT_TEXTS, SMS_IN, SMS_OUT, KILLS = 10, 100, 700, 300, 5
FINAL = [DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ]


def test_nothing_is_lost_or_doubled(
    build: Callable[[str], Stack], desk: tuple[Agent, Inbox, Inbox], folder: Path
) -> None:
    chance = random.Random(SEED)
    agent, widget, number = desk
    account = service_account()
    held, valkey = start_valkey(folder, account)
    try:
        stack = build(valkey.url())
        stack.start("fakes", "web", "worker", "sweeper", "beat")
        fake = twilio(stack, number)
        number.refresh_from_db()
        crowd = Crowd(stack, widget, CHAT_PEOPLE, CHAT_TEXTS)
        with supervised(stack, "worker", "sweeper", "beat"):
            answers_in_outbox(agent, number)
            texts_in(stack, number, fake, [f"in {one}" for one in range(SMS_IN)], 50)
            crowd.start()
            for kill in range(1, KILLS + 1):
                mark = int(crowd.total * (kill - chance.random() * 0.8) / (KILLS + 1))
                until(lambda mark=mark: crowd.ticks >= mark, 60, f"{mark} ticks")
                held.stop(0)
                before = crowd.ticks
                until(lambda before=before: crowd.ticks > before + 20, 20, "ticks without Valkey")
                held, _same = start_valkey(folder, account)
            crowd.finish()
            until(lambda: filed() >= SMS_IN, 90, "all texts filed")
            until(lambda: sent() >= SMS_OUT, 90, "all answers sent")
        ledger = Counter(entry["delivery"] for entry in fake.sends())
        stored = list(
            Message.objects.filter(direction="in")
            .exclude(body="Hello")
            .values_list("body", flat=True)
        )
        Result(
            sent=crowd.total + SMS_IN + SMS_OUT,
            stored=len(stored) + sent(),
            shown=sum(len(page) for page in crowd.shown()) + filed() + len(ledger),
            doubled=len(stored) - len(set(stored)) + sum(ledger.values()) - len(ledger),
        ).check("TST-8 Valkey killed")
        assert crowd.in_order()
        stack.stop()
    finally:
        held.stop(0)


def answers_in_outbox(agent: Agent, number: Inbox) -> None:
    """Answers whose nudge goes to a broker that nobody listens to: the sweeper must find them."""
    made = [factories.conversation(number, f"+4860030{n:04}", kind="phone").pk for n in range(100)]
    for text in range(SMS_OUT):
        messages.reply(made[text % 100], by=agent, body=f"out {text}")


def filed() -> int:
    return Message.objects.filter(body__startswith="in ").count()


def sent() -> int:
    return Delivery.objects.filter(state__in=FINAL).count()
