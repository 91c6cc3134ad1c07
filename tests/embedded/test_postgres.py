"""The PostgreSQL launcher against the real server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from helpdesk.embedded.accounts import Account, demotion
from helpdesk.embedded.failures import StartError
from helpdesk.embedded.postgres import DATABASE, USER, Postgres
from helpdesk.embedded.process import Foreground, start_mark
from helpdesk.embedded.testing import start_postgres

Started = tuple[Foreground, Postgres]


def connect(server: Postgres) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(server.socket_dir),
        user=USER,
        password=server.password,
        dbname=DATABASE,
        autocommit=True,
    )


def again(server: Postgres, account: Account | None) -> Foreground:
    server.ensure_cluster()
    held = Foreground(
        server.argv(),
        env={**server.env, **server.before_start()},
        cwd=server.home,
        stop_signal=signal.SIGINT,
        demotion=demotion(account),
    )
    held.wait_until(server.is_ready)
    return held


@pytest.fixture
def started(folder: Path, account: Account | None) -> Iterator[Started]:
    held, server = start_postgres(folder, account)
    yield held, server
    held.stop(0)


@pytest.mark.faults
def test_rows_survive_kill_minus_nine_and_a_clean_stop(
    started: Started, account: Account | None
) -> None:
    held, server = started
    with connect(server) as link:
        link.execute("CREATE TABLE kept (word text)")
        link.execute("INSERT INTO kept VALUES ('first')")
        # Without fsync only a checkpoint makes the row durable, as in a real installation.
        link.execute("CHECKPOINT")
    os.kill(held.pid, signal.SIGKILL)
    held.stop(0)
    second = again(server, account)
    with connect(server) as link:
        link.execute("INSERT INTO kept VALUES ('second')")
    assert second.stop() == 0
    third = again(server, account)
    with connect(server) as link:
        rows = link.execute("SELECT word FROM kept ORDER BY word").fetchall()
    third.stop()
    assert rows == [("first",), ("second",)]


def test_text_is_unicode_whatever_the_shell_says(started: Started) -> None:
    with connect(started[1]) as link:
        row = link.execute("SELECT lower('ŻÓŁĆ'), 'ПРИВЕТ' ILIKE 'привет'").fetchone()
    assert row == ("żółć", True)


def test_a_wrong_password_is_refused_and_no_port_is_open(started: Started) -> None:
    server = started[1]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=str(server.socket_dir), user=USER, password="wrong", dbname=DATABASE
        ).close()
    with connect(server) as link:
        assert link.execute("SHOW listen_addresses").fetchone() == ("",)


@pytest.mark.faults
def test_a_stale_pid_file_of_a_reused_id_does_not_prevent_the_start(
    started: Started, account: Account | None
) -> None:
    held, server = started
    os.kill(held.pid, signal.SIGKILL)
    held.stop(0)
    pid_file = server.data / "postmaster.pid"
    # The server's own user must own the stranger: another one's process it ignores anyway.
    stranger = subprocess.Popen(["cat"], stdin=subprocess.PIPE, **demotion(account))
    try:
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        second = again(server, account)
        second.stop()
    finally:
        stranger.communicate()


def test_a_second_server_on_the_same_data_is_refused(started: Started) -> None:
    with pytest.raises(StartError, match="still running"):
        started[1].before_start()


def test_data_of_another_major_version_are_not_touched(started: Started) -> None:
    held, server = started
    held.stop()
    (server.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(StartError, match="made by PostgreSQL 15"):
        server.ensure_cluster()


def test_a_first_start_that_was_interrupted_begins_afresh(
    folder: Path, account: Account | None
) -> None:
    half = folder / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    if account:
        for path in (half, half.parent):
            os.chown(path, account.uid, account.gid)
    held, server = start_postgres(folder, account)
    held.stop()
    assert not half.exists()
    assert not list(server.home.glob("pw-*"))


def test_start_mark_of_a_zombie_is_none() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    deadline = time.monotonic() + 10
    while start_mark(child.pid) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert start_mark(child.pid) is None
    child.wait()
