"""A whole stack that a test may break, and a count of what got lost or doubled on the way."""

from __future__ import annotations

import os
import random
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpdesk import heartbeat
from helpdesk.embedded.accounts import service_account
from helpdesk.embedded.testing import scratch_folder
from helpdesk.models import Agent, Inbox
from helpdesk.sandbox.control import Control
from tests import factories
from tests.stack import Stack

SEED = int(os.environ.get("FAULTS_SEED", random.randrange(10**6)))
SID, TOKEN, NUMBER = "AC" + "5" * 32, "a-token-of-tests", "+48100100100"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.timeout(300))


@dataclass(frozen=True)
class Result:
    """What was sent, what the database holds, what the other side saw, and what is there twice."""

    sent: int
    stored: int
    shown: int
    doubled: int

    def check(self, name: str) -> None:
        lost = self.sent - min(self.stored, self.shown)
        line = (
            f"{name}: sent {self.sent}, stored {self.stored}, shown {self.shown}, "
            f"lost {lost}, dup {self.doubled}, seed {SEED}"
        )
        sys.stderr.write(f"\n{line}\n")
        assert (lost, self.doubled) == (0, 0), line
        assert self.stored == self.shown == self.sent, line


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path, which the unprivileged account of the servers may enter."""
    made = scratch_folder(service_account())
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def build(transactional_db: None, folder: Path) -> Iterator[Callable[[str], Stack]]:
    """Make the stack around a Valkey. Leases are short, so that a minute shows what hours do."""
    made: list[Stack] = []

    def make(redis_url: str) -> Stack:
        heartbeat.beat("worker")  # else the sweeper works alone until the first pulse
        stack = Stack(folder, redis_url, OUTBOX_LEASE_SECONDS="3", OUTBOX_UNCERTAIN_SECONDS="2")
        made.append(stack)
        return stack

    yield make
    for stack in made:
        stack.stop()


@pytest.fixture
def desk(transactional_db: None) -> tuple[Agent, Inbox, Inbox]:
    """An agent with a widget and a phone number; the number has no provider yet."""
    team = factories.team()
    widget = factories.inbox(teams=[team], settings={"texts_per_minute": 10**6})
    number = factories.inbox(
        channel="sms", provider="twilio", address=NUMBER, secrets={"auth_token": TOKEN},
        teams=[team],
    )  # fmt: skip
    return factories.agent(teams=[team]), widget, number


def twilio(stack: Stack, number: Inbox) -> Control:
    """Point the number at the stack's fake Twilio."""
    base = f"http://127.0.0.1:{stack.fake_port}"
    Inbox.objects.filter(pk=number.pk).update(settings={"account_sid": SID, "api_base": base})
    return Control(stack.fake_port, "twilio")


def texts_in(stack: Stack, number: Inbox, fake: Control, texts: list[str], people: int) -> None:
    """Customers write: signed webhooks to the stack, shuffled over `people` numbers."""
    for person in range(people):
        fake.incoming(
            texts=texts[person::people],
            **{"from": f"+4860020{person:04}"},
            to=NUMBER,
            account_sid=SID,
            auth_token=TOKEN,
            hook=f"{stack.base}/hooks/twilio/{number.key}",
        )


@contextmanager
def supervised(stack: Stack, *names: str) -> Iterator[None]:
    """Start again what died by itself, as the product's supervisor does."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            for name in names:
                if not stack.is_running(name):
                    stack.kill(name)
                    stack.start(name)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(30)
