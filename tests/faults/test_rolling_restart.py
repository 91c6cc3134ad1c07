"""TST-7: two web servers are restarted in turn under load; nobody notices (DEL-15)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import requests
import websockets

from helpdesk import nudge
from helpdesk.embedded import programs, supervisor
from helpdesk.embedded.supervisor import Program
from helpdesk.models import Inbox, Message
from tests.faults.balancer import Balancer
from tests.faults.desk import Visitor
from tests.faults.stack import Faulty
from tests.stack import free_port, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

VISITORS, A_SECOND = 20, int(os.environ.get("FAULT_A_SECOND", "20"))
PATIENCE = 60.0
SEEN_AS_AWAY = 30.0
"""After so many seconds without a line the widget offers other ways; until then nobody worries."""


class Pair(Faulty):
    """A desk with a second web server, `web2`, and a balancer before both."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.other = free_port()
        self.balancer = Balancer((self.port, self.other))
        public = f"http://127.0.0.1:{self.balancer.port}"
        self.env |= {"PUBLIC_BASE_URL": public, "DRAIN_SECONDS": "2"}

    def known(self) -> Mapping[str, Program]:
        second = programs.web_program(replace(self.options, port=self.other), self.env)
        return {**super().known(), "web2": replace(second, name="web2")}

    def restart(self, name: str, port: int) -> None:
        """One SIGTERM; returns when the new process may be sent work."""
        before = self.pid(name)
        assert before is not None
        os.kill(before, signal.SIGTERM)
        self.back(name, before)
        until(lambda: _ready(port), 150, f"{name} is ready")

    def stop(self) -> None:
        self.balancer.stop()
        super().stop()


def _ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False


@pytest.fixture
def stack(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pair]:
    monkeypatch.setattr(supervisor, "LONGEST_DELAY", 0.5)
    monkeypatch.setattr(nudge, "wake", lambda *_args, **_facts: True)
    made = Pair(tmp_path)
    yield made
    made.stop()


@dataclass
class Tab:
    """A visitor's tab as the widget works: what is not confirmed is said again, with its id."""

    number: int
    token: str = ""
    said: list[str] = field(default_factory=list)
    waiting: dict[str, tuple[str, float]] = field(default_factory=dict)
    acks: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    away_since: float = field(default_factory=time.monotonic)
    longest_away: float = 0.0
    byes: int = 0
    abrupt: int = 0
    line: Any = None
    on_its_way: str = ""
    done: bool = False

    async def run(self, url: str, origin: str, over: threading.Event) -> None:
        writing = asyncio.create_task(self._write(over))
        while not writing.done() or self.waiting:
            pause = random.uniform(0.2, 0.6)
            try:
                async with websockets.connect(
                    url, origin=websockets.Origin(origin), compression=None, open_timeout=10
                ) as socket:
                    pause = await self._talk(socket) or pause
            except (OSError, TimeoutError, websockets.WebSocketException):
                self.abrupt += 1
            await asyncio.sleep(pause)

    async def _write(self, over: threading.Event) -> None:
        """Somebody types, whatever the line does."""
        while not self.done:
            self.done = over.is_set()
            body = f"{self.number}/{len(self.said)}"
            self.said.append(body)
            self.waiting[str(uuid.uuid4())] = (body, time.monotonic())
            await self._send_first()
            await asyncio.sleep(random.uniform(0.5, 1.5) * VISITORS / A_SECOND)

    async def _send_first(self) -> None:
        """The oldest that waits, if nothing is on its way: the order stays."""
        if self.line and not self.on_its_way and self.waiting:
            self.on_its_way = next(iter(self.waiting))
            body, _at = self.waiting[self.on_its_way]
            frame = {"type": "send", "cid": self.on_its_way, "body": body}
            with contextlib.suppress(websockets.ConnectionClosed):  # the reader sees it
                await self.line.send(json.dumps(frame))

    async def _talk(self, socket: Any) -> float:
        """Until good-bye, or all is said; seconds until the browser comes back."""
        await socket.send(json.dumps({"type": "hello", "token": self.token, "last_seq": 0}))
        try:
            async for text in socket:
                frame = json.loads(text)
                assert frame["type"] != "error", frame
                if frame["type"] == "bye":
                    self.byes += 1
                    return float(frame["retry_ms"]) / 1000 * random.uniform(0.75, 1.25)
                if frame["type"] == "welcome":
                    self.token, self.line = frame["token"], socket
                    away = time.monotonic() - self.away_since
                    self.longest_away = max(self.longest_away, away)
                    await self._send_first()
                elif frame["type"] == "ack":
                    self._confirmed(frame)
                    await self._send_first()
                    if self.done and not self.waiting:
                        return 0.0
        finally:
            self.line, self.on_its_way, self.away_since = None, "", time.monotonic()
        msg = "closed without good-bye"
        raise OSError(msg)

    def _confirmed(self, frame: dict[str, Any]) -> None:
        cid = frame["cid"]
        _body, since = self.waiting.pop(cid)
        self.acks[cid] = frame["seq"]
        self.on_its_way = ""
        self.slowest = max(self.slowest, time.monotonic() - since)


def in_thread(
    tabs: list[Tab], stack: Pair, key: str, over: threading.Event, failures: list[BaseException]
) -> None:
    async def everybody() -> None:
        base = f"127.0.0.1:{stack.balancer.port}"
        url = f"ws://{base}/ws/chat/{key}/"
        await asyncio.gather(*(tab.run(url, f"http://{base}", over) for tab in tabs))

    try:
        asyncio.run(everybody())
    except BaseException as error:  # noqa: BLE001  the test's own thread raises it
        failures.append(error)


def test_rolling_restart(stack: Pair, widget: Inbox) -> None:
    stack.start("valkey", "web", "web2")
    tabs = [Tab(number) for number in range(VISITORS)]
    over, failures = threading.Event(), list[BaseException]()
    order = (tabs, stack, widget.key, over, failures)
    visitors = threading.Thread(target=in_thread, args=order, daemon=True)
    visitors.start()
    try:
        until(lambda: failures or all(tab.acks for tab in tabs), 30, "everybody is heard")
        began = time.monotonic()
        stack.restart("web", stack.port)
        stack.restart("web2", stack.other)
        took = time.monotonic() - began
    finally:
        over.set()
        visitors.join(PATIENCE)
    assert not failures, failures

    rows = Message.objects.filter(inbox=widget, direction="in").order_by("public_seq")
    stored: dict[int, list[tuple[str, int]]] = {}
    for body, seq in rows.values_list("body", "public_seq"):
        stored.setdefault(int(body.partition("/")[0]), []).append((body, seq or 0))
    with requests.Session() as browser:
        for tab in tabs:
            assert [body for body, _seq in stored[tab.number]] == tab.said
            window = Visitor(f"{stack.base}/chat/{widget.key}/", tab.token).sees(browser)
            assert Counter(window).most_common(1)[0][1] == 1
    said, slowest = sum(len(tab.said) for tab in tabs), max(tab.slowest for tab in tabs)
    away = max(tab.longest_away for tab in tabs)
    byes, abrupt = sum(tab.byes for tab in tabs), sum(tab.abrupt for tab in tabs)
    print(  # noqa: T201
        f"\nsent {said}, stored {rows.count()}, {said / took:.0f} a second, byes {byes}, "
        f"cut off {abrupt}, away {away:.1f} s, slowest {slowest:.1f} s, "
        f"refused {dict(stack.balancer.refused)}"
    )
    assert rows.count() == said
    assert away < SEEN_AS_AWAY, "somebody was told that there is no line"
    assert byes >= VISITORS, "who was on a process that left heard good-bye"
    assert (abrupt, stack.balancer.nowhere) == (0, 0), "and nobody was cut off"
