"""TST-6: kill -9 of the web server under sockets; the visitors resend what was not confirmed."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import websockets

from helpdesk.models import Inbox, Message
from tests.faults.desk import Visitor
from tests.faults.stack import Faulty, Outcome, amount, seed, strike

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]

ACK_WITHIN = 10.0
PATIENCE = 100 + amount(1000) / 12


@dataclass
class Tab:
    """A visitor's tab as the widget works: one text on its way, kept until it is confirmed."""

    number: int
    texts: list[str]
    token: str = ""
    acks: dict[str, int] = field(default_factory=dict)
    cids: dict[str, str] = field(default_factory=dict)
    connections: int = 0

    async def run(self, url: str, origin: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while len(self.acks) < len(self.texts):
            assert time.monotonic() < deadline, f"visitor {self.number}: {len(self.acks)} confirmed"
            try:
                async with websockets.connect(
                    url, origin=websockets.Origin(origin), compression=None, open_timeout=10
                ) as socket:
                    self.connections += 1
                    await self._talk(socket)
            except (OSError, TimeoutError, websockets.WebSocketException):
                await asyncio.sleep(random.uniform(0.1, 0.4))

    async def _talk(self, socket: Any) -> None:
        await socket.send(json.dumps({"type": "hello", "token": self.token, "last_seq": 0}))
        self.token = (await _next(socket, "welcome"))["token"]
        for body in self.texts[len(self.acks) :]:
            cid = self.cids.setdefault(body, str(uuid.uuid4()))
            await socket.send(json.dumps({"type": "send", "cid": cid, "body": body}))
            ack = await _next(socket, "ack")
            assert ack["cid"] == cid
            self.acks[body] = ack["seq"]


async def _next(socket: Any, kind: str) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), ACK_WITHIN))
        assert frame["type"] != "error", frame
        if frame["type"] == kind:
            return frame


def in_thread(tabs: list[Tab], stack: Faulty, key: str, failures: list[BaseException]) -> None:
    async def everybody() -> None:
        url = f"{stack.socket_base}/ws/chat/{key}/"
        await asyncio.gather(*(tab.run(url, stack.base) for tab in tabs))

    try:
        asyncio.run(everybody())
    except BaseException as error:  # noqa: BLE001  the test's own thread raises it
        failures.append(error)


def test_daphne_kills(stack: Faulty, widget: Inbox) -> None:
    chosen, total = seed(), amount(1000)
    dice = random.Random(chosen)
    count = max(20, total // 100)
    tabs = [Tab(n, [f"{n}/{place}" for place in range(total // count)]) for n in range(count)]
    total = sum(len(tab.texts) for tab in tabs)
    stack.start("valkey", "web")
    failures: list[BaseException] = []
    visitors = threading.Thread(target=in_thread, args=(tabs, stack, widget.key, failures))
    visitors.start()

    def confirmed() -> int:
        assert not failures, failures
        return sum(len(tab.acks) for tab in tabs)

    strike(dice, total, confirmed, lambda: stack.back("web", stack.sigkill("web")))
    visitors.join(PATIENCE)
    assert not failures, failures

    lost = dup = stored = shown = 0
    with requests.Session() as browser:
        for tab in tabs:
            rows = list(
                Message.objects.filter(inbox=widget, body__startswith=f"{tab.number}/")
                .order_by("public_seq")
                .values_list("body", "public_seq", "client_id")
            )
            bodies = Counter(body for body, _seq, _cid in rows)
            lost += len(set(tab.texts) - set(bodies))
            dup += bodies.total() - len(bodies)
            stored += len(rows)
            window = Visitor(f"{stack.base}/chat/{widget.key}/", tab.token).sees(browser)
            shown += len(window)
            assert window == tab.texts, "each text once, in the visitor's order"
            assert [seq for _body, seq, _cid in rows] == list(range(1, len(rows) + 1))
            assert {body: seq for body, seq, _cid in rows} == tab.acks
    Outcome(sent=total, stored=stored, shown=shown, lost=lost, dup=dup, seed=chosen).check()
    assert all(tab.connections > 1 for tab in tabs), "the kills were felt"
