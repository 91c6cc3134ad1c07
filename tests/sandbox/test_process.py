"""The fake providers as the separate process that they are."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.conf import settings

from helpdesk.sandbox.control import Control, SandboxError


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def names_in(line: str) -> set[str]:
    return set(line.rpartition(": ")[2].strip().split(", "))


@contextmanager
def fakes(*arguments: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    port = free_port()
    command = [sys.executable, "-m", "helpdesk.sandbox", "--port", str(port)]
    command += ["--smtp-port", str(free_port()), *arguments, *settings.FAKE_PROVIDERS]
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert {"mailbox", "mailgun", "telegram", "twilio", "whatsapp"} <= names_in(said)
            yield port, process
        finally:
            process.terminate()
            process.wait(5)


def call(port: int, method: str, path: str, body: str = "", **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    document = json.loads(answer.read())
    connection.close()
    return answer.status, document


def send(port: int, text: str) -> None:
    body = json.dumps({"chat_id": 42, "text": text})
    status, _ = call(
        port, "POST", "/bot1:x/sendMessage", body, **{"Content-Type": "application/json"}
    )
    assert status == 200


def test_it_is_small_and_does_not_load_the_product() -> None:
    with fakes() as (port, process):
        send(port, "hello")
        memory = psutil.Process(process.pid).memory_info().rss

    assert memory < 60 * 1024 * 1024


def test_the_ledger_outlives_a_kill(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.jsonl")
    with fakes("--ledger", path) as (port, process):
        send(port, "one")
        process.kill()
        process.wait(5)
    with fakes("--ledger", path) as (port, _):
        send(port, "two")
        sends = Control(port, "telegram").sends()

    assert [(entry["n"], entry["body"]) for entry in sends] == [(1, "one"), (2, "two")]
    assert len({entry["provider_id"] for entry in sends}) == 2


def test_it_ends_cleanly_on_sigterm() -> None:
    with fakes() as (_, process):
        process.terminate()
        assert process.wait(5) == 0


def test_it_listens_on_loopback_only() -> None:
    with fakes() as (_, process):
        listening = [
            each.laddr.ip
            for each in psutil.Process(process.pid).net_connections("inet")
            if each.status == psutil.CONN_LISTEN
        ]

    assert listening
    assert set(listening) == {"127.0.0.1"}


def test_control() -> None:
    with fakes() as (port, _):
        status, said = call(port, "GET", "/_control/")
        assert status == 200
        assert {"mailbox", "mailgun", "telegram", "twilio", "whatsapp"} <= {*said["fakes"]}
        assert call(port, "GET", "/_control/mailbox/ledger")[1]["count"] == 0
        assert call(port, "POST", "/_control/mailbox/faults", '{"fault": "defer"}')[0] == 200
        assert call(port, "DELETE", "/_control/mailbox/ledger")[0] == 200
        assert call(port, "GET", "/_control/nobody/ledger")[0] == 404
        assert call(port, "GET", "/_control/twilio/nothing")[0] == 404
        assert call(port, "POST", "/_control/twilio/faults", "not json")[0] == 400
        assert call(port, "POST", "/_control/twilio/faults", '{"fault": "quake"}')[0] == 400
        assert call(port, "POST", "/_control/twilio/incoming", '{"hook": "x"}')[0] == 400
        assert call(port, "GET", "/nobody/answers")[0] == 404


def test_web_pages_are_refused() -> None:
    with fakes() as (port, _):
        status, _ = call(port, "DELETE", "/_control/twilio/ledger", Origin="https://evil.example")

    assert status == 403


def test_control_says_when_nobody_is_there() -> None:
    with pytest.raises(SandboxError, match="do not answer"):
        Control(free_port(), "twilio").sends()
