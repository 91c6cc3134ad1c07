"""Many workers at once on the real database: nobody is given more than he carries.

A trigger keeps every change of an item as it is committed, so that the whole history can be
checked, not only its end. Sizes: PARLEY_WORKERS, PARLEY_ITEMS, PARLEY_AGENTS.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from django.db import connection
from django.db.models import F

from helpdesk import nudge
from helpdesk.models import (
    Agent,
    Conversation,
    Customer,
    Inbox,
    Offer,
    Presence,
    Team,
    TeamMembership,
    WorkItem,
    WorkState,
)
from helpdesk.routing import engine, snapshot
from helpdesk.routing.work import Channel
from helpdesk.services import work
from tests import factories
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = int(os.environ.get("PARLEY_WORKERS", "50"))
ITEMS = int(os.environ.get("PARLEY_ITEMS", "100"))
AGENTS = int(os.environ.get("PARLEY_AGENTS", "15"))
PATIENCE = 60 + ITEMS / 4
# How often a worker routes again after it has played agents. All workers share one interpreter
# here, and a pass over thousands takes a second of it.
ROUTES = min(0.2, 30 / ITEMS)
UNITS, CHATS = 12, 3
WEIGHT = {"chat": 4, "email": 1}

KEEP_HISTORY = """
CREATE TABLE leg_history (
    id bigserial PRIMARY KEY, item bigint, agent bigint, channel text, state text, parked boolean
);
CREATE FUNCTION keep_leg() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(4242);
    INSERT INTO leg_history (item, agent, channel, state, parked)
    VALUES (NEW.id, NEW.agent_id, NEW.channel, NEW.state, NEW.parked_at IS NOT NULL);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER keep_leg AFTER INSERT OR UPDATE ON helpdesk_workitem
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_leg();
"""
FORGET = """
DROP TRIGGER keep_leg ON helpdesk_workitem; DROP FUNCTION keep_leg; DROP TABLE leg_history;
"""


@pytest.fixture
def history(db: None) -> Iterator[Callable[[], list[tuple[int, int | None, str, str, bool]]]]:
    """Every committed state of every item, in the order of the commits."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_HISTORY)

    def read() -> list[tuple[int, int | None, str, str, bool]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT item, agent, channel, state, parked FROM leg_history ORDER BY id"
            )
            return list(cursor.fetchall())

    yield read
    with connection.cursor() as cursor:
        cursor.execute(FORGET)


@pytest.fixture(autouse=True)
def no_broker_and_no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offers that last: a busy machine must not miss any."""
    channel = snapshot.channel

    def patient(name: str) -> Channel:
        return replace(channel(name), accept_within=600.0)

    monkeypatch.setattr(nudge, "wake", lambda *_, **_facts: True)
    monkeypatch.setattr(snapshot, "channel", patient)


def team_of(number: int) -> Team:
    """So many agents online, all alike."""
    now, team = datetime.now(UTC) + timedelta(days=1), factories.team()
    agents = Agent.objects.bulk_create(
        Agent(
            email=f"a{one}@crowd.example",
            first_name=f"A{one}",
            presence=Presence.ONLINE,
            last_seen_at=now,
        )
        for one in range(number)
    )
    TeamMembership.objects.bulk_create(TeamMembership(team=team, agent=one) for one in agents)
    return team


def waiting(inbox: Inbox, number: int) -> list[WorkItem]:
    """So many conversations that wait, one second after another."""
    started = datetime.now(UTC).timestamp() - number
    customer = Customer.objects.create(name="Crowd")
    made = Conversation.objects.bulk_create(
        Conversation(customer=customer, inbox=inbox) for _ in range(number)
    )
    return WorkItem.objects.bulk_create(
        WorkItem(
            conversation=one,
            channel=inbox.channel,
            enqueued_at=datetime.fromtimestamp(started + place, UTC),
        )
        for place, one in enumerate(made)
    )


class Crowd:
    """Workers that all route, and agents that accept, decline and end, until nothing waits."""

    def __init__(self, *, declines: float) -> None:
        self.declines = declines
        self.until = time.monotonic() + PATIENCE
        self.over = threading.Event()

    def worker(self, seed: int) -> None:
        try:
            self.play(seed)
        finally:
            self.over.set()  # done, or broken: then nobody need go on

    def play(self, seed: int) -> None:
        draw = random.Random(seed)
        engine.one_pass()
        while not self.over.is_set() and time.monotonic() < self.until:
            self.answer(draw, seed)
            time.sleep(draw.uniform(0.2, 1.0))
            if draw.random() < ROUTES:
                engine.one_pass()
            if not WorkItem.objects.exclude(state=WorkState.DONE).exists():
                self.over.set()

    def answer(self, draw: random.Random, seed: int) -> None:
        """This worker's part of what is held moves on, as if its agents did it."""
        held = WorkItem.objects.filter(state__in=(WorkState.OFFERED, WorkState.ACTIVE))
        mine = held.alias(part=F("pk") % WORKERS).filter(part=seed)
        for item in mine.select_related("agent"):
            if item.agent is None:
                continue
            if item.state == WorkState.ACTIVE:
                WorkItem.objects.filter(pk=item.pk).update(state=WorkState.DONE)
                continue
            verb = work.decline if draw.random() < self.declines else work.accept
            verb(item.pk, item.agent)


def check_capacity(history: list[tuple[int, int | None, str, str, bool]]) -> None:
    """After each commit: units and chats of every agent, and never two agents for one item."""
    held: dict[int, tuple[int, str, bool]] = {}
    by_agent: dict[int, dict[int, tuple[str, bool]]] = defaultdict(dict)
    for item, agent, channel, state, parked in history:
        if item in held:
            del by_agent[held.pop(item)[0]][item]
        if agent is None or state in {"queued", "done"}:
            continue
        held[item] = (agent, channel, parked)
        by_agent[agent][item] = (channel, parked)
        legs = list(by_agent[agent].values())
        assert sum(WEIGHT[name] for name, aside in legs if not aside) <= UNITS
        assert sum(name == "chat" for name, _aside in legs) <= CHATS


def test_many_workers_at_once_never_overfill_anybody(
    history: Callable[[], list[tuple[int, int | None, str, str, bool]]],
) -> None:
    team = team_of(AGENTS)
    chats = factories.inbox(teams=[team])
    mails = factories.inbox(channel="email", address="crowd@parley.example", teams=[team])
    waiting(chats, ITEMS * 3 // 4)
    waiting(mails, ITEMS // 4)
    crowd = Crowd(declines=0.1)
    at_once([partial(crowd.worker, seed) for seed in range(WORKERS)])
    assert not WorkItem.objects.exclude(state=WorkState.DONE).exists()
    check_capacity(history())
    offers = Offer.objects.order_by("made_at")
    assert offers.filter(answered="open").count() == 0
    taken = offers.filter(answered__in=("accepted", "assigned"))
    assert taken.count() == taken.values("item").distinct().count() == WorkItem.objects.count()
    for one in offers:
        assert one.decision["kind"] in {"offer", "assign"}
        assert one.decision["eligible"] > 0
        assert one.decision["place"] > 0


def test_the_oldest_is_served_first_whoever_routes(
    history: Callable[[], list[tuple[int, int | None, str, str, bool]]],
) -> None:
    team = team_of(max(3, AGENTS // 5))
    items = waiting(factories.inbox(teams=[team]), max(30, ITEMS // 5))
    crowd = Crowd(declines=0.0)
    at_once([partial(crowd.worker, seed) for seed in range(WORKERS)])
    offered = [item for item, _agent, _channel, state, _aside in history() if state == "offered"]
    assert sorted(offered) == sorted(one.pk for one in items)
    assert all(one < other for one, other in pairwise(offered))


def test_one_at_a_time_when_there_is_nothing_to_gain() -> None:
    team = team_of(4)
    waiting(factories.inbox(teams=[team]), 12)
    done = at_once([engine.run] * 10)
    assert sum(done) == 12
    assert WorkItem.objects.filter(state=WorkState.OFFERED).count() == 12
