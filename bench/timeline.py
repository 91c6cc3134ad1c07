"""A page of one customer's timeline at 5,000 entries: p50, p95, queries."""

from __future__ import annotations

import argparse
import statistics
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.stack import desk
from bench.work import spent, told


def main() -> None:
    """Print the time of a first and of later pages, and the most queries that one took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=5_000)
    parser.add_argument("--others", type=int, default=200, help="customers with as many in all")
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    with desk():
        import django

        django.setup()
        agent, inbox = _people()
        for _number in range(given.others):
            _fill(agent, inbox, max(5, given.entries // given.others))
        person = _fill(agent, inbox, given.entries)
        _analyse()
        print(f"timeline of {given.entries:,} entries")
        _measure("first page", agent, person, given.rounds, walk=False)
        _measure("later pages", agent, person, given.rounds, walk=True)
        _measure("notes only", agent, person, given.rounds, walk=False, kinds=("note",))


def _people() -> tuple[Any, Any]:
    from helpdesk.models import Agent, Inbox, Role

    agent = Agent.objects.create(email="bench@parley.example", role=Role.ADMIN)
    return agent, Inbox.objects.create(name="Bench", channel="chat", key="bench")


def _fill(agent: Any, inbox: Any, size: int) -> Any:
    """A customer with so many entries: conversations, notes, verdicts, orders, visits."""
    from chat.visits.models import Visit
    from helpdesk.models import Conversation, Customer, Message, Order, Rating

    now = datetime.now(UTC)
    person = Customer.objects.create(name="Somebody")
    facts = {"customer": person, "inbox": inbox, "state": "closed", "last_preview": "Hello"}
    moments = [now - timedelta(hours=number) for number in range(size // 5)]
    talks = Conversation.objects.bulk_create(
        Conversation(**facts, last_message_at=at, last_seq=4, public_seq=3) for at in moments
    )
    texts = [
        Message(
            conversation=talk,
            inbox=inbox,
            seq=seq,
            public_seq=None if seq == 4 else seq,
            direction="out" if seq == 4 else "in",
            visibility="internal" if seq == 4 else "public",
            author=agent if seq == 4 else None,
            body="A text of some length, as people write them. " * 4,
            created_at=at,
        )
        for talk, at in zip(talks, moments, strict=True)
        for seq in (1, 2, 3, 4)
    ]
    Message.objects.bulk_create(texts, batch_size=2000)
    Rating.objects.bulk_create(Rating(conversation=talk, score=5) for talk in talks)
    order: dict[str, Any] = {"inbox": inbox, "value": 10, "currency": "EUR", "customer": person}
    Order.objects.bulk_create(
        Order(**order, number=uuid.uuid4().hex, ordered_at=at) for at in moments
    )
    Visit.objects.bulk_create(
        Visit(inbox=inbox, conversation=talk, key=uuid.uuid4().hex, started_at=at, ended_at=at)
        for talk, at in zip(talks, moments, strict=True)
    )
    return person


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _measure(
    name: str, agent: Any, person: Any, rounds: int, *, walk: bool, kinds: tuple[str, ...] = ()
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from helpdesk.selectors import timeline

    took, queries, cursor = list[float](), 0, ""
    before = spent()
    for _round in range(rounds):
        with CaptureQueriesContext(connection) as seen:
            began = time.perf_counter()
            _page, following = timeline.page(agent, person.pk, cursor=cursor, kinds=kinds)
            took.append((time.perf_counter() - began) * 1000)
        queries = max(queries, len(seen))
        cursor = following or "" if walk else ""
    work = told(before, rounds)
    cuts = statistics.quantiles(took, n=20)
    print(f"  {name:12} p50 {cuts[9]:6.1f}  p95 {cuts[18]:6.1f} ms, {queries} queries, {work}")


if __name__ == "__main__":
    main()
