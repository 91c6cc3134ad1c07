"""The product's programs as subprocesses against the test run's own database, for real sockets
and for faults: each program may be killed like `kill -9` does, and started again.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

from django.db import connection

from helpdesk.embedded import programs
from helpdesk.embedded.process import Foreground, start_mark
from helpdesk.embedded.supervisor import Program

HOST = "127.0.0.1"
T = TypeVar("T")


def until(probe: Callable[[], T], seconds: float = 20.0, what: str = "") -> T:
    """Poll until the probe gives something true; fails with `what` when it never does."""
    deadline = time.monotonic() + seconds
    while not (found := probe()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or probe}"
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def database_url() -> str:
    """The address of the database that the tests of this process work in."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = quote(connection.settings_dict["NAME"])
    return urlunsplit(parts._replace(path=f"{parts.path.rpartition('/')[0]}/{name}"))


class Stack:
    """Web server, workers, sweeper and fakes on free ports of loopback."""

    def __init__(self, folder: Path, redis_url: str, **settings: str) -> None:
        self.port, self.fake_port = free_port(), free_port()
        self.folder = folder
        self.options = programs.Options(
            host=HOST,
            port=self.port,
            smtp_port=free_port(),
            fake_port=self.fake_port,
            fake_smtp_port=free_port(),
            state_dir=str(folder),
            demo=False,
            concurrency=2,
        )
        self.env: dict[str, str] = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": database_url(),
            "REDIS_URL": redis_url,
            "HOST": HOST,
            "PORT": str(self.port),
            "PUBLIC_BASE_URL": self.base,
            "DEMO": "1",
            "FAKE_PORT": str(self.fake_port),
            "FAKE_SMTP_PORT": str(self.options.fake_smtp_port),
            "STATE_DIR": str(folder),
            "PYTHONWARNINGS": "default",
            **settings,
        }
        self._running: dict[str, Foreground] = {}

    @property
    def base(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def socket_base(self) -> str:
        return f"ws://{HOST}:{self.port}"

    def known(self) -> Mapping[str, Program]:
        background = programs.background_programs(self.options, self.env, self.folder)
        fakes = programs.manage("fakes", self.env, "fakeproviders")
        every = [programs.web_program(self.options, self.env), *background, fakes]
        return {one.name: one for one in every}

    def start(self, *names: str) -> None:
        """Start programs; returns when those that listen do so."""
        for name in names:
            program = self.known()[name]
            self._running[name] = Foreground(program.argv, env=program.env, cwd=program.cwd)
        for name in names:
            port = {"web": self.port, "fakes": self.fake_port}.get(name)
            if port is not None:
                self._running[name].wait_until(partial(_listens, port), 60)

    def kill(self, name: str) -> None:
        """SIGKILL to the program and its children, as the kernel's out-of-memory killer does."""
        self._running.pop(name).stop(0)

    def said(self, name: str) -> str:
        """The last words of a running program."""
        return self._running[name].last_words()

    def is_running(self, name: str) -> bool:
        return start_mark(self._running[name].pid) is not None

    def stop(self) -> None:
        while self._running:
            _name, program = self._running.popitem()
            with contextlib.suppress(ProcessLookupError):
                program.stop(5)


def _listens(port: int, _pid: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex((HOST, port)) == 0
