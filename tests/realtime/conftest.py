"""A real Daphne on the test database and Valkey; the tests write through the services."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpdesk.models import Agent, Inbox, Team
from tests import factories
from tests.sockets import Frame, Tab, agent_tab, visitor
from tests.stack import Stack


@pytest.fixture(scope="session")
def stack(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("realtime")
    made = Stack(folder, os.environ["REDIS_URL"])
    try:
        made.start("web")
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def team(transactional_db: None) -> Team:
    return factories.team()


@pytest.fixture
def inbox(team: Team) -> Inbox:
    return factories.inbox(teams=[team])


@pytest.fixture
def agent(team: Team) -> Agent:
    return factories.agent(teams=[team], first_name="Marta")


@pytest.fixture
def tabs() -> Iterator[list[Tab]]:
    """Tabs that are closed at the end, whatever happens."""
    opened: list[Tab] = []
    yield opened
    for tab in opened:
        tab.close()


@pytest.fixture
def open_visitor(stack: Stack, inbox: Inbox, tabs: list[Tab]) -> Callable[..., tuple[Tab, Frame]]:
    def make(token: str = "", last_seq: int = 0) -> tuple[Tab, Frame]:
        tab, welcome = visitor(stack, inbox, token, last_seq)
        tabs.append(tab)
        return tab, welcome

    return make


@pytest.fixture
def open_agent(stack: Stack, agent: Agent, tabs: list[Tab]) -> Callable[..., Tab]:
    def make(who: Agent | None = None) -> Tab:
        tab = agent_tab(stack, who or agent)
        tabs.append(tab)
        return tab

    return make
