"""The Valkey launcher against the real server."""

import dataclasses
import os
import signal
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from helpdesk.embedded.accounts import Account, demotion
from helpdesk.embedded.process import Foreground
from helpdesk.embedded.testing import redis_url_of_worker, start_valkey


@pytest.mark.faults
def test_the_queue_survives_kill_minus_nine(folder: Path, account: Account | None) -> None:
    held, fast = start_valkey(folder, account)
    held.stop()
    server = dataclasses.replace(fast, fast=False)
    server.write_configuration()

    def start() -> Foreground:
        started = Foreground(
            server.argv(), env=server.env, cwd=server.home, demotion=demotion(account)
        )
        started.wait_until(server.is_ready)
        return started

    first = start()
    with redis.Redis.from_url(server.url()) as link:
        link.rpush("queue", "task")
        link.execute_command("WAITAOF", 1, 0, 5000)
    os.kill(first.pid, signal.SIGKILL)
    first.stop(0)
    assert not server.is_ready()
    second = start()
    with redis.Redis.from_url(server.url()) as link:
        assert link.lrange("queue", 0, -1) == [b"task"]
    second.stop()


def test_the_password_is_needed_and_not_in_the_process_list(
    folder: Path, account: Account | None
) -> None:
    held, server = start_valkey(folder, account)
    try:
        with (
            redis.Redis(unix_socket_path=str(server.socket), retry=Retry(NoBackoff(), 0)) as link,
            pytest.raises(redis.AuthenticationError),
        ):
            link.ping()
        assert server.password not in " ".join(server.argv())
        assert (server.home / "valkey.conf").stat().st_mode & 0o077 == 0
    finally:
        held.stop()


@pytest.mark.parametrize(
    ("url", "worker", "expected"),
    [
        ("unix://:pw@/run/valkey.sock?db=0", "gw0", "unix://:pw@/run/valkey.sock?db=1"),
        ("redis://cache:6379/0", "gw3", "redis://cache:6379/4"),
    ],
)
def test_each_test_worker_has_its_own_database(url: str, worker: str, expected: str) -> None:
    assert redis_url_of_worker(url, worker) == expected
