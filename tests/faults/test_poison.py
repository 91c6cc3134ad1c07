"""TST-13, rule A2: what raises, hangs, eats memory or crashes stops nobody else."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from helpdesk import inbound
from helpdesk.adapters import Raw
from helpdesk.models import (
    Conversation,
    Heartbeat,
    InboundEvent,
    InboundState,
    Inbox,
    Message,
    Team,
)
from tests import factories
from tests.channels_email.samples import ADDRESS, mail
from tests.faults.stack import Faulty, Outcome, amount, poll, seed

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]

SHARES = {"fail": 75, "recurse": 5, "hang": 5, "sleep": 2, "eat": 7, "crash": 6}
"""Of a hundred poisoned mails."""
WITHIN = 60.0


def letters(total: int, dice: random.Random) -> list[tuple[str, bytes]]:
    """(kind, mail) of each; a tenth is poison, somewhere."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(share * total // 1000)]
    kinds += ["fail"] * (total // 10 - len(kinds))
    kinds += [""] * (total - len(kinds))
    dice.shuffle(kinds)
    return [
        (
            kind,
            mail(
                f"Letter {n}\r\n" + (f"poison:{kind}" if kind else ""),
                message_id=f"<{n}@customer.example>",
                sender=f"Customer {n} <c{n}@customer.example>",
            ),
        )
        for n, kind in enumerate(kinds)
    ]


def filed() -> int:
    return Conversation.objects.count()


def test_a2_poison_stops_nobody_and_is_replayed_once(stack: Faulty, team: Team) -> None:
    chosen, total = seed(), amount(400)
    inbox = factories.inbox(teams=[team], channel="email", address=ADDRESS)
    sent = letters(total, random.Random(chosen))
    poison = sum(1 for kind, _data in sent if kind)
    stack.env["DJANGO_SETTINGS_MODULE"] = "tests.faults.poison_settings"
    stack.start("valkey", "worker", "beat", "sweeper")
    poll(lambda: Heartbeat.objects.filter(name="worker").exists(), 60, "the worker lives")
    keep(inbox, sent)
    began = time.monotonic()
    poll(lambda: filed() >= total - poison, 3 * WITHIN, "the good ones are filed")
    took = time.monotonic() - began
    print(f"\n{total - poison} mails filed beside {poison} poisoned ones in {took:.0f} s")  # noqa: T201
    poll(lambda: quarantined(hurry=True) == poison, 400, "the bad ones are put aside")
    errors = Counter(
        (error.strip().splitlines() or [""])[-1][:60]
        for error in InboundEvent.objects.filter(state="quarantined").values_list(
            "error", flat=True
        )
    )
    print(errors)  # noqa: T201
    assert filed() == Message.objects.count() == total - poison

    stack.env["POISON_CURED"] = "1"
    stack.back("worker", stack.sigkill("worker"))
    stack.back("sweeper", stack.sigkill("sweeper"))
    for _ in range(2):  # an impatient supervisor
        inbound.replay_all(InboundEvent.objects.all())
    poll(lambda: filed() >= total, 120, "all are filed")
    time.sleep(3)
    bodies = Counter(Message.objects.values_list("external_id", flat=True))
    done = InboundEvent.objects.filter(state=InboundState.DONE).count()
    Outcome(
        sent=total,
        stored=done,
        shown=filed(),
        lost=total - len(bodies),
        dup=bodies.total() - len(bodies),
        seed=chosen,
    ).check()
    assert took <= WITHIN


def keep(inbox: Inbox, sent: list[tuple[str, bytes]]) -> None:
    for number, (_kind, data) in enumerate(sent):
        raw = Raw(f"key {number}", data, {"rcpt": ADDRESS, "mail_from": "a@customer.example"})
        inbound.accept(inbox, raw, wake=False)


def quarantined(*, hurry: bool) -> int:
    """How many are there. The pauses between tries are made short: their length is known."""
    if hurry:
        waiting = InboundEvent.objects.filter(state=InboundState.NEW, attempts__gt=0)
        now = datetime.now(UTC)
        late = waiting.filter(next_at__gt=now).exclude(error="")
        late.update(next_at=now)
    return InboundEvent.objects.filter(state=InboundState.QUARANTINED).count()
