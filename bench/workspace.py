"""The agent's workspace at size: each screen's time and queries over HTTP, and how they grow.

python -m bench.workspace [--conversations 100000] [--messages 5] [--rounds 60]

A desk of 20 inboxes and 5 teams; the agent sees 8 inboxes. One conversation in thirty is active,
one customer has 1,000 conversations, one conversation 2,000 messages.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.search import stamped, text
from bench.stack import desk

INBOXES, SEEN, CUSTOMERS_EACH = 20, 8, 4
LONG, MANY = 2000, 1000
ACTIVE = ("open", "open", "pending", "snoozed", "new")


def main() -> None:
    """Print p50, p95 and queries of every screen, at a tenth of the size and at all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=5, help="of each conversation")
    parser.add_argument("--rounds", type=int, default=60)
    given = parser.parse_args()
    with desk():
        import django

        django.setup()
        agent, inboxes = people()
        before: dict[str, float] = {}
        for size in (given.conversations // 10, given.conversations):
            fill(agent, inboxes, size, given.messages)
            print(f"{size:,} conversations, {size * given.messages:,} messages")
            now = {
                name: _measure(agent, name, addresses, given.rounds)
                for name, addresses in _screens(agent).items()
            }
            if before:
                for name, p95 in now.items():
                    print(f"  {name:24} x{p95 / before[name]:.1f} for ten times as much")
            before = now


def people() -> tuple[Any, list[Any]]:
    """An agent in two of five teams, and the inboxes of all."""
    from helpdesk.models import Agent, Inbox, Team, TeamMembership

    agent = Agent.objects.create(email="bench@parley.example", role="supervisor")
    teams = [Team.objects.create(name=f"Team {n}") for n in range(5)]
    channels = itertools.cycle(["chat", "email", "sms", "social"])
    inboxes = []
    for number, channel in zip(range(INBOXES), channels, strict=False):
        provider = {"sms": "twilio", "social": "telegram"}.get(channel, "")
        made = Inbox.objects.create(name=f"Inbox {number}", channel=channel, provider=provider)
        made.teams.add(teams[number * len(teams) // INBOXES])
        inboxes.append(made)
    for team in teams[:2]:
        TeamMembership.objects.create(team=team, agent=agent)
    return agent, inboxes


def fill(agent: Any, inboxes: list[Any], size: int, each: int) -> None:
    """Anew, so many conversations with so many messages, the newest last."""
    from django.db import connection

    from helpdesk.models import Conversation, Customer

    draw = random.Random(7)
    now = datetime.now(UTC)
    Conversation.objects.all().delete()
    people = Customer.objects.bulk_create(
        Customer(name=f"Customer {n}", language="en") for n in range(size // CUSTOMERS_EACH)
    )
    scene = Scene(draw, agent, inboxes, people, now, size, each)
    for start in range(0, size, 10_000):
        Conversation.objects.bulk_create(
            _conversation(scene, number) for number in range(start, min(start + 10_000, size))
        )
    facts = list(Conversation.objects.order_by("pk").values_list("pk", "inbox_id"))
    names = (
        "id, conversation_id, inbox_id, seq, public_seq, direction, visibility, body, created_at,"
        " external_id, subject, html, meta"
    )
    with connection.cursor() as cursor, cursor.copy(
        f"COPY helpdesk_message ({names}) FROM STDIN"
    ) as copy:  # fmt: skip
        for row in _messages(draw, facts, each, now):
            copy.write_row(row)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@dataclass(frozen=True)
class Scene:
    """What the rows of one filling are drawn from."""

    draw: random.Random
    agent: Any
    inboxes: list[Any]
    people: list[Any]
    now: datetime
    size: int
    each: int


def _conversation(scene: Scene, number: int) -> Any:
    from helpdesk.models import Conversation

    draw, now = scene.draw, scene.now
    state = draw.choice(ACTIVE) if number % 30 == 0 else "resolved"
    last = LONG if number == 0 else scene.each
    at = now - timedelta(minutes=scene.size - number)
    return Conversation(
        customer=scene.people[0] if number < MANY else draw.choice(scene.people),
        inbox=scene.inboxes[0] if number == 0 else draw.choice(scene.inboxes),
        state=state,
        assignee=scene.agent if number % 90 == 0 else None,
        subject=f"Question {number}",
        last_preview="Where is my parcel?",
        last_direction="in",
        last_message_at=at,
        waiting_since=at if state in {"new", "open"} else None,
        due_at=now + timedelta(days=1) if state == "snoozed" else None,
        unread=number % 3,
        last_seq=last,
        public_seq=last,
    )


def _messages(
    draw: random.Random, facts: list[tuple[int, int]], each: int, now: datetime
) -> Iterator[tuple[Any, ...]]:
    total = LONG + each * (len(facts) - 1)
    number = 0
    for index, (pk, inbox) in enumerate(facts):
        for seq in range(1, (LONG if index == 0 else each) + 1):
            number += 1
            at = now - timedelta(seconds=total - number)
            said = text(draw, number)
            yield (
                *(stamped(at, draw), pk, inbox, seq, seq, "in", "public", said, at),
                *("", "", "", "{}"),
            )


def _screens(agent: Any) -> dict[str, list[str]]:
    """The addresses of each screen; several, so that no cache answers for one."""
    from helpdesk.models import Conversation
    from helpdesk.permissions import visible
    from helpdesk.selectors import inbox

    seen = list(visible(agent, Conversation).order_by("pk").values_list("pk", flat=True))
    some = seen[:: max(1, len(seen) // 40)]
    api = "/api/v1/"
    return {
        "open the inbox": ["/inbox/"],
        "open with a thread": [f"/inbox/c/{pk}/" for pk in some],
        **{f"view {name}": [f"{api}conversations/?view={name}"] for name in inbox.VIEWS},
        "counts of all views": [f"{api}conversations/counts/"],
        "thread": [f"{api}conversations/{pk}/" for pk in some],
        "thread of 2,000": [f"{api}conversations/{seen[0]}/"],
        "search, rare word": [f"{api}search/?q=syzygy{n}" for n in (17, 23, 42)],
        "search, common word": [f"{api}search/?q={word}" for word in ("order", "linen", "thank")],
    }


def _measure(agent: Any, name: str, addresses: list[str], rounds: int) -> float:
    """Call each in turn; the p95 in ms."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost"})
    client.force_login(agent)
    took, worked, queries = list[float](), list[float](), 0
    client.get(addresses[0])
    for address in itertools.islice(itertools.cycle(addresses), rounds):
        with CaptureQueriesContext(connection) as seen:
            began, before = time.perf_counter(), time.process_time()
            answer = client.get(address)
            took.append((time.perf_counter() - began) * 1000)
            worked.append((time.process_time() - before) * 1000)
        if answer.status_code != 200:
            msg = f"{address} answered {answer.status_code}"
            raise RuntimeError(msg)
        queries = max(queries, len(seen))
    cuts = statistics.quantiles(took, n=20)
    cpu = statistics.median(worked)
    print(
        f"  {name:24} p50 {cuts[9]:6.1f}  p95 {cuts[18]:6.1f} ms, of Python {cpu:5.1f},"
        f" {queries} queries"
    )
    return cuts[18]


if __name__ == "__main__":
    main()
