"""A desk for killing: one agent, an SMS number and a widget in the test database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from helpdesk import inbound, nudge
from helpdesk.adapters import InboundMessage, Person
from helpdesk.embedded import supervisor
from helpdesk.models import Agent, Inbox, Team
from tests import factories
from tests.faults.desk import AUTH_TOKEN, CSRF, Desk
from tests.faults.stack import Faulty


@pytest.fixture
def stack(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Faulty]:
    """Nothing runs yet. Kills come faster here than in life, so restarts do not slow down."""
    monkeypatch.setattr(supervisor, "LONGEST_DELAY", 0.5)
    monkeypatch.setattr(nudge, "wake", lambda *_args, **_facts: True)
    made = Faulty(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def team(transactional_db: None) -> Team:
    return factories.team()


@pytest.fixture
def agent(team: Team) -> Agent:
    return factories.agent(teams=[team])


@pytest.fixture
def widget(team: Team) -> Inbox:
    return factories.inbox(teams=[team], settings={"texts_per_minute": 1_000_000})


@pytest.fixture
def number(team: Team, stack: Faulty) -> Inbox:
    """A number at the fake Twilio."""
    return factories.inbox(
        teams=[team],
        channel="sms",
        provider="twilio",
        address="+15005550006",
        settings={"account_sid": "AC1", "api_base": f"http://127.0.0.1:{stack.fake_port}"},
        secrets={"auth_token": AUTH_TOKEN},
    )


@pytest.fixture
def desk(stack: Faulty, agent: Agent, number: Inbox) -> Desk:
    """The agent's browser, signed in by a session of the database, and the number's webhook."""
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.save()
    port = urlsplit(stack.env["PUBLIC_BASE_URL"]).port
    cookies = {f"session-{port}": str(session.session_key), f"csrf-{port}": CSRF}
    return Desk(stack.base, cookies, f"{stack.base}/hooks/twilio/{number.key}", number.address)


@pytest.fixture
def phones(number: Inbox) -> dict[str, int]:
    """Fifty customers who wrote before: phone number -> conversation."""
    made = {}
    for place in range(50):
        phone = f"+4860012{place:04d}"
        first = InboundMessage(Person("phone", phone, verified=True), "Hello", f"SMfirst{place}")
        made[phone] = inbound.receive(number, first)[0].conversation_id
    return made
