"""The product's programs under its own supervisor, with a Valkey of their own, for `kill -9`.

What a test kills, the supervisor of `manage.py up` starts again. PostgreSQL is the test run's;
the programs work in the test database, so that a test can count what is stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import secrets
import shutil
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from django.db import connection

from helpdesk.embedded import programs
from helpdesk.embedded.accounts import service_account
from helpdesk.embedded.supervisor import Program, Supervisor
from helpdesk.embedded.testing import scratch_folder, start_valkey
from helpdesk.sandbox.control import Control
from tests.stack import Stack, free_port, until

KILLS = int(os.environ.get("FAULT_KILLS", "5"))
RECOVERED = 10
T = TypeVar("T")


def seed() -> int:
    """The seed of this run: FAULT_SEED repeats an earlier one."""
    return int(os.environ.get("FAULT_SEED") or secrets.randbelow(10**6))


def amount(usual: int) -> int:
    """How many messages a test sends: FAULT_MESSAGES, or what suits every run."""
    return int(os.environ.get("FAULT_MESSAGES", usual))


class Faulty(Stack):
    """A desk whose programs may be killed. `log` holds what they said."""

    def __init__(self, folder: Path) -> None:
        self.account = service_account()
        self.scratch = scratch_folder(self.account)
        held, self.valkey = start_valkey(self.scratch, self.account)
        held.stop(0)
        smtp = free_port()
        super().__init__(
            folder,
            self.valkey.url(),
            DJANGO_SETTINGS_MODULE="config.settings.local",
            FAKE_SMTP_PORT=str(smtp),
            SKIP_CHECKS="1",
            OUTBOX_LEASE_SECONDS="5",
            OUTBOX_UNCERTAIN_SECONDS="3",
        )
        self.options = replace(self.options, concurrency=4, fake_smtp_port=smtp)
        self.folder = folder
        self.began = time.monotonic()
        self.log = (folder / "programs.log").open("w", encoding="utf-8")
        self.valkey_may_start = threading.Event()
        self.valkey_may_start.set()
        self._supervisor = Supervisor(write=self._write)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="supervisor")
        self._thread.start()

    def _write(self, line: str) -> None:
        self.log.write(f"{time.monotonic() - self.began:7.2f} {line}\n")
        self.log.flush()

    def note(self, text: str) -> None:
        """Put a line of the test between those of the programs."""
        self._write(f"test     | {text}")

    def known(self) -> Mapping[str, Program]:
        every = [
            replace(programs.valkey_program(self.valkey), prepare=self._admitted),
            programs.web_program(self.options, self.env),
            *programs.background_programs(self.options, self.env, self.folder),
            programs.manage("fakes", self.env, "fakeproviders"),
        ]
        return {one.name: one for one in every}

    def _admitted(self) -> dict[str, str]:
        self.valkey_may_start.wait(60)
        return {}

    def start(self, *names: str) -> None:
        """Start programs for good; returns when those that listen do so."""
        for name in names:
            self._await(self._supervisor.start(self.known()[name]))
        if "fakes" in names:
            until(lambda: answers(f"http://127.0.0.1:{self.fake_port}/_control/"), 30)

    def pid(self, name: str) -> int | None:
        return self._supervisor.pid(name)

    def sigkill(self, name: str) -> int:
        """SIGKILL to the program's whole process group; returns its process id."""
        pid = until(lambda: self.pid(name), 30, f"{name} runs")
        assert pid is not None
        self.note(f"kills {name} {pid}")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        return pid

    def back(self, name: str, killed: int) -> None:
        """Wait until the supervisor has started the program again."""
        until(lambda: self.pid(name) not in {None, killed}, 30, f"{name} is back")

    def fake(self, name: str) -> Control:
        return Control(self.fake_port, name)

    def stop(self) -> None:
        self.valkey_may_start.set()
        self._supervisor.hurry()
        self._await(self._supervisor.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self.log.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        _end_connections()

    def _await(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        asyncio.run_coroutine_threadsafe(work, self._loop).result(120)


def answers(url: str) -> bool:
    """True if there is any answer below 500."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return bool(answer.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def _end_connections() -> None:
    """What killed programs left in PostgreSQL would hold up the clearing of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def strike(
    dice: random.Random, total: int, progress: Callable[[], int], blow: Callable[[], None]
) -> None:
    """Deal KILLS blows, each when a random share of the work is done and the last one is over.

    The last blow falls near the end: what must settle soon after it is then all that was sent.
    """
    least = 0
    moments = dice.sample(range(total // 20, total * 4 // 5), KILLS - 1)
    for moment in [*sorted(moments), total - min(total // 20, 200)]:
        reach(progress, max(moment, least), 90 + total / 40)
        blow()
        least = min(progress() + RECOVERED, total)


def reach(progress: Callable[[], int], wanted: int, seconds: float) -> None:
    """Wait until that much of the work is done."""
    poll(lambda: progress() >= wanted, seconds, f"{wanted} done")


def poll(probe: Callable[[], bool], seconds: float, what: str) -> None:
    """As until(), but slower: the probe counts rows on a busy machine."""
    deadline = time.monotonic() + seconds
    while not probe():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.3)


@dataclass
class Outcome:
    """The line that every run prints, and what must hold."""

    sent: int
    stored: int
    shown: int
    lost: int
    dup: int
    seed: int

    def check(self) -> None:
        print(  # noqa: T201
            f"\nsent {self.sent}, stored {self.stored}, shown {self.shown}, "
            f"lost {self.lost}, dup {self.dup}, seed {self.seed}"
        )
        assert (self.lost, self.dup) == (0, 0)
        assert self.sent == self.stored == self.shown


def shares(items: Sequence[T], parts: int) -> list[list[T]]:
    """The items dealt out to `parts` hands."""
    return [list(items[part::parts]) for part in range(parts)]
