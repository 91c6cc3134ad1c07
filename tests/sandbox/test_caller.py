from __future__ import annotations

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from helpdesk.sandbox.caller import Caller, Webhook


class _Endpoint(ThreadingHTTPServer):
    """Answers with the scripted statuses, then 200."""

    daemon_threads = True

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.statuses = list(statuses)
        self.got: list[bytes] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook?a=1"
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class _Answer(BaseHTTPRequestHandler):
    server: _Endpoint

    def do_POST(self) -> None:
        self.server.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


def wait_for(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_later_keeps_the_order_of_the_delays() -> None:
    with _Endpoint() as endpoint:
        caller = Caller(workers=1)
        for body, delay in ((b"3", 0.3), (b"1", 0.0), (b"2", 0.15)):
            caller.later(Webhook(body.decode(), endpoint.url, body, delay=delay))
        wait_for(lambda: len(caller.posted) == 3)
        endpoint.shutdown()

    assert endpoint.got == [b"1", b"2", b"3"]


@pytest.mark.parametrize(("tries", "statuses"), [(1, [503]), (3, [503, 403, 200]), (2, [503, 500])])
def test_tries_until_taken(tries: int, statuses: list[int]) -> None:
    with _Endpoint(*statuses) as endpoint:
        caller = Caller()
        caller.later(Webhook("k", endpoint.url, b"x", tries=tries, pause=0.01))
        wait_for(lambda: len(caller.posted) == len(statuses))
        endpoint.shutdown()

    assert list(caller.posted) == [("k", status) for status in statuses]


def test_nobody_there() -> None:
    assert Caller().post(Webhook("k", "http://127.0.0.1:1/", b"")) == 0
