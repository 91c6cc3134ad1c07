"""pytest plugin (``-p helpdesk.embedded.testing``): throw-away PostgreSQL and Valkey for a run.

Started before Django's settings are read, stopped when pytest ends; should pytest be killed, the
kernel kills both. With DATABASE_URL and REDIS_URL in the environment nothing is started.
"""

import contextlib
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from . import binaries
from .accounts import Account, demotion, give, service_account
from .failures import StartError
from .postgres import Postgres
from .process import Foreground
from .state import Secrets
from .valkey import DATABASES, Valkey

GRACE_SECONDS = 10


def start_postgres(folder: Path, account: Account | None) -> tuple[Foreground, Postgres]:
    """Start a server without durability in ``folder``; it takes connections on return."""
    server = Postgres(
        bin=binaries.reachable(
            binaries.postgres_bin() / "postgres", account, folder / "programs"
        ).parent,
        home=_private(folder / "postgres", account),
        socket_dir=_private(folder / "run", account),
        password=secrets.token_hex(16),
        account=account,
        fast=True,
    )
    server.ensure_cluster()
    # SIGINT is PostgreSQL's fast shutdown.
    held = Foreground(
        server.argv(),
        env={**server.env, **server.before_start()},
        cwd=server.home,
        stop_signal=signal.SIGINT,
        demotion=demotion(account),
    )
    held.wait_until(server.is_ready)
    return held, server


def start_valkey(folder: Path, account: Account | None) -> tuple[Foreground, Valkey]:
    """Start a server without an append-only file in ``folder``; it answers on return."""
    server = Valkey(
        program=binaries.reachable(binaries.valkey_server(), account, folder / "programs"),
        home=_private(folder / "valkey", account),
        socket_dir=_private(folder / "run", account),
        password=secrets.token_hex(16),
        account=account,
        fast=True,
    )
    server.write_configuration()
    held = Foreground(server.argv(), env=server.env, cwd=server.home, demotion=demotion(account))
    held.wait_until(server.is_ready)
    return held, server


def scratch_folder(account: Account | None) -> Path:
    """Make a temporary folder with a short path that the servers' account may pass."""
    folder = Path(tempfile.mkdtemp(prefix="parley-test-"))
    if account is not None:
        folder.chmod(0o711)
    return folder


def _private(path: Path, account: Account | None) -> Path:
    if not path.exists():
        path.mkdir(mode=0o700)
        give([path], account)
    return path


def start_missing(stack: contextlib.ExitStack) -> None:
    """Start what the environment does not name, and name it there."""
    invented = Secrets.invent()
    os.environ.setdefault("SECRET_KEY", invented.secret_key)
    os.environ.setdefault("FIELD_ENCRYPTION_KEYS", invented.field_encryption_keys)
    wanted = [name for name in ("DATABASE_URL", "REDIS_URL") if name not in os.environ]
    if not wanted:
        return
    account = service_account()
    folder = scratch_folder(account)
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    if "DATABASE_URL" in wanted:
        held, postgres = start_postgres(folder, account)
        stack.callback(held.stop, GRACE_SECONDS)
        os.environ["DATABASE_URL"] = postgres.url()
    if "REDIS_URL" in wanted:
        held, valkey = start_valkey(folder, account)
        stack.callback(held.stop, GRACE_SECONDS)
        os.environ["REDIS_URL"] = valkey.url()
    for name in wanted:
        stack.callback(os.environ.pop, name, None)


def redis_url_of_worker(url: str, worker: str) -> str:
    """Return the address of the database that belongs to the xdist worker (``gw0``, ``gw1`` ...).

    >>> redis_url_of_worker("unix://:pw@/run/valkey.sock?db=0", "gw2")
    'unix://:pw@/run/valkey.sock?db=3'
    >>> redis_url_of_worker("redis://localhost:6379/0", "gw0")
    'redis://localhost:6379/1'
    """
    number = (int(worker.removeprefix("gw")) + 1) % DATABASES
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return urlunsplit(parts._replace(query=f"db={number}"))
    return urlunsplit(parts._replace(path=f"/{number}"))


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the services before anything reads Django's settings.

    A wrapper, because pytest-django does that reading in the same hook.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["REDIS_URL"] = redis_url_of_worker(os.environ["REDIS_URL"], worker)
        return (yield)
    stack = contextlib.ExitStack()
    early_config.add_cleanup(stack.close)
    try:
        start_missing(stack)
    except StartError as error:
        stack.close()
        raise pytest.UsageError(str(error)) from None
    return (yield)
