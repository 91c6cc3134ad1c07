"""A small desk, and limits that begin afresh with each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client

from helpdesk import quick_redis
from helpdesk.models import Agent, Role, Team
from tests import factories


@dataclass(frozen=True)
class Staff:
    admin: Agent
    agent: Agent
    team: Team


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    """What earlier tests tried does not count here."""
    forget()
    yield
    forget()


def forget() -> None:
    client = quick_redis.client()
    for pattern in ("parley:sign-in*", "*allauth*"):
        for key in client.scan_iter(pattern):
            client.delete(key)


@pytest.fixture
def staff(db: None) -> Staff:
    team = factories.team(name="Sales")
    return Staff(
        admin=factories.agent(role=Role.ADMIN, first_name="Ada", email="ada@desk.example"),
        agent=factories.agent(teams=[team], first_name="Mo", email="mo@desk.example"),
        team=team,
    )


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client
