"""A widget with room for visitors, and a way to send their hits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from chat.invitations import engine, holdout, memory, rules
from chat.invitations.models import Trigger
from chat.visits.facts import Facts
from helpdesk import quick_redis
from helpdesk.models import Inbox, Presence, Team
from tests import factories

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Room:
    """What the desk is said to have free; a test changes it."""

    free: int = 50
    p50: float = 0.0
    open: bool = True
    asked: int = 0


@dataclass
class Site:
    """A widget, its team, and what its service says of itself."""

    inbox: Inbox
    team: Team
    room: Room
    made: int = field(default=0)

    def facts(self, **known: Any) -> Facts:
        """A visitor half a minute on his first page, who is not held out of any test's trigger."""
        known = {"visit": "visit-0", "now": NOW, "page_seconds": 30, "pages": 1, **known}
        return Facts(**{"inbox_id": self.inbox.pk, "event": "beat", "language": "en", **known})

    def trigger(self, **facts: Any) -> Trigger:
        self.made += 1
        made = Trigger.objects.create(
            **{
                "inbox": self.inbox,
                "name": f"Trigger {self.made}",
                "active": True,
                "texts": {"*": {"text": "Can we help?", "button": "Yes"}},
                "goal": "none",
                **facts,
            }
        )
        # What the commit does, which a test that is rolled back never sees.
        rules.changed()
        return made


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """No test sees what another one's rules or visitors were."""
    rules._kept.clear()
    client = quick_redis.client()
    for key in client.scan_iter("invitations:*"):
        client.delete(key)
    yield
    rules._kept.clear()


@pytest.fixture
def site(db: None, monkeypatch: pytest.MonkeyPatch) -> Site:
    team = factories.team()
    inbox = factories.inbox(teams=[team], settings={"tracking": "session"})
    online = {"presence": Presence.ONLINE, "last_seen_at": datetime.now(UTC)}
    factories.agent(teams=[team], first_name="Marta", last_name="Nowak", **online)
    # On duty by his own word, but not at the desk.
    factories.agent(teams=[team], first_name="Abe", presence=Presence.ONLINE)
    room = Room()

    def capacity(_inbox: Inbox) -> tuple[int, float, bool]:
        room.asked += 1
        return room.free, room.p50, room.open

    monkeypatch.setattr("chat.service.capacity", capacity)
    return Site(inbox, team, room)


Hit = Callable[..., dict[str, Any] | None]


@pytest.fixture
def hit(site: Site) -> Hit:
    """Send one hit; whatever it answers."""
    return lambda **known: engine.on_hit(site.facts(**known))


def visitor_in(arm: str, trigger: Trigger, site: Site, start: int = 0) -> str:
    """A visitor's id that the trigger's hold-out puts into this arm."""
    for number in range(start, start + 10_000):
        uid = f"visitor-{number}"
        who = memory.visitor_hash(site.facts(visitor=uid))
        if holdout.arm(trigger.experiment_key, who) == arm:
            return uid
    raise AssertionError("the hold-out holds nobody out")
