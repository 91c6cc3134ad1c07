"""Search at size: time by kind of word, and its growth from a tenth of the desk to all of it."""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.stack import desk
from bench.work import spent, told

COMMON = (
    *("order", "parcel", "linen", "where", "when", "please"),
    *("thank", "hello", "return", "delivery", "size", "colour"),
)
SPOKEN = ("zamówienia", "pošiljka", "ההזמנה", "tilaukseni", "посылки", "pillowcases")
ASKED = {
    "rare": ["syzygy17", "syzygy23", "syzygy42"],
    "common": ["order", "linen", "thank"],
    "common, two words": ["where order", "linen size"],
    "common, other form": ["returning", "delivering"],
    "six languages": ["zamówienie", "pošiljko", "הזמנה", "tilaus", "посылка", "pillowcase"],
    "nothing": ["xylophonist", "qqqqqq"],
}


def main() -> None:
    """Print p50 and p95 of one page, and how many queries it takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=5, help="of each conversation")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    with desk():
        import django

        django.setup()
        agent, inbox = _people()
        for size in (given.conversations // 10, given.conversations):
            _fill(inbox, size, given.messages)
            print(f"{size:,} conversations, {size * given.messages:,} messages")
            for kind, questions in ASKED.items():
                _measure(agent, kind, questions, given.rounds)


def _people() -> tuple[Any, Any]:
    from helpdesk.models import Agent, Inbox, Role

    agent = Agent.objects.create(email="bench@parley.example", role=Role.ADMIN)
    return agent, Inbox.objects.create(name="Bench", channel="chat", key="bench")


def _fill(inbox: Any, size: int, each: int) -> None:
    """Anew, so many conversations with so many messages, the newest last."""
    from django.db import connection

    from helpdesk.models import Conversation, Customer

    draw = random.Random(7)
    now = datetime.now(UTC)
    Conversation.objects.all().delete()
    customer = Customer.objects.create(name="Somebody")
    for start in range(0, size, 10_000):
        Conversation.objects.bulk_create(
            Conversation(customer=customer, inbox=inbox, last_message_at=now, state="closed")
            for _ in range(min(10_000, size - start))
        )
    pks = list(Conversation.objects.order_by("pk").values_list("pk", flat=True))
    columns = (
        *("id", "conversation_id", "inbox_id", "seq", "public_seq"),
        *("direction", "visibility", "body", "created_at"),
    )
    rest = ["external_id", "subject", "html", "meta"]
    names = ", ".join((*columns, *rest))
    with connection.cursor() as cursor, cursor.copy(
        f"COPY helpdesk_message ({names}) FROM STDIN"
    ) as copy:  # fmt: skip
        for number, (pk, seq) in enumerate(itertools.product(pks, range(1, each + 1))):
            at = now - timedelta(minutes=size * each - number)
            row = (
                stamped(at, draw),
                pk,
                inbox.pk,
                seq,
                seq,
                "in",
                "public",
                text(draw, number),
                at,
            )
            copy.write_row((*row, "", "", "", "{}"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE helpdesk_message, helpdesk_conversation")


def stamped(at: datetime, draw: random.Random) -> uuid.UUID:
    """A time-ordered id of that moment."""
    stamp = int(at.timestamp() * 1000) << 80
    return uuid.UUID(int=stamp | (0x7 << 76) | draw.getrandbits(74))


def text(draw: random.Random, number: int) -> str:
    """What somebody wrote: common words, rare ones, now and then one of another language."""
    said = draw.choices(COMMON, k=8) + [f"w{draw.randrange(40_000)}" for _ in range(6)]
    if number % 997 == 0:
        said.append(f"syzygy{number % 50}")
    if number % 500 == 0:
        said.append(SPOKEN[number // 500 % len(SPOKEN)])
    draw.shuffle(said)
    return " ".join(said)


def _measure(agent: Any, kind: str, questions: list[str], rounds: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from helpdesk.selectors import search

    took, found, queries = list[float](), 0, 0
    before = spent()
    for question in itertools.islice(itertools.cycle(questions), rounds * len(questions)):
        with CaptureQueriesContext(connection) as seen:
            began = time.perf_counter()
            page = search.find(agent, question)
            took.append((time.perf_counter() - began) * 1000)
        found, queries = max(found, len(page["results"])), max(queries, len(seen))
    work = told(before, len(took))
    cuts = statistics.quantiles(took, n=20)
    print(
        f"  {kind:20} p50 {cuts[9]:6.1f}  p95 {cuts[18]:6.1f} ms,"
        f" {queries} queries, {found} rows, {work}"
    )


if __name__ == "__main__":
    main()
