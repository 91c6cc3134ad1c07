"""A throw-away desk for benchmarks: own PostgreSQL, Valkey and Daphnes on free ports."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from helpdesk.embedded import testing


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def desk(servers: int = 1) -> Iterator[list[tuple[str, int]]]:
    """(base URL, pid) of each Daphne of a migrated desk; everything is gone at the end."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.local"
    ports = [free_port() for _ in range(servers)]
    os.environ["PORT"] = str(ports[0])
    with contextlib.ExitStack() as stack:
        testing.start_missing(stack)
        run = [sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"]
        subprocess.run(run, check=True)
        yield [_served(stack, port) for port in ports]


def session_cookie(agent: Any) -> str:
    """The cookie of an agent who is signed in. Needs Django set up."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def _served(stack: contextlib.ExitStack, port: int) -> tuple[str, int]:
    server = subprocess.Popen(
        [sys.executable, "-m", "daphne", "-v", "0", "-p", str(port), "config.asgi:application"]
    )
    stack.callback(server.wait, 10)
    stack.callback(server.send_signal, signal.SIGTERM)
    base = f"http://127.0.0.1:{port}"
    _until_up(f"{base}/healthz")
    return base, server.pid


def _until_up(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=1)  # noqa: S310
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{url} did not answer")
