"""Durable chat relay: visitor socket -> commit -> Valkey -> agent socket (budget 1).

    .venv/bin/python -m bench.chat_relay --visitors 50 --seconds 10
    .venv/bin/python -m bench.chat_relay --visitors 1000 --agents 20 --rate 50 --seconds 30 \\
        --servers 2

One Daphne process, or several among which the people are shared out, as a proxy does. Every
visitor has said his first words before the measuring begins: a new conversation costs several
times a text of a running one, and is timed by itself: ten come at once. Without --rate each visitor
sends his next text when the last one is acknowledged; with it all of them together send so many
texts a second, in turn. Prints texts per second, send->ack and send->agent percentiles (over all
agents' sockets), what was lost, the servers' CPU per text, and how busy the machine was: what its
host gave to others ("stolen") is no figure of ours. Compare runs of one machine only.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import time
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import psutil
import websockets
from django.conf import settings
from websockets import Origin

from bench.stack import desk, session_cookie


def prepare() -> tuple[str, str, int]:
    """(widget key, agent's session cookie, inbox id) in a fresh desk."""
    import django

    django.setup()
    from helpdesk.models import Agent, Inbox, Team

    agent = Agent.objects.create_user("bench@parley.example", "bench", first_name="Bench")
    team = Team.objects.create(name="Bench")
    team.members.add(agent)
    inbox = Inbox.objects.create(
        name="Bench", channel="chat", settings={"texts_per_minute": 1_000_000}
    )
    inbox.teams.add(team)
    return inbox.key, session_cookie(agent), inbox.pk


class Meter:
    def __init__(self) -> None:
        self.firsts: list[float] = []
        self.acks: list[float] = []
        self.seen: list[float] = []
        self.sent: dict[str, float] = {}


async def visitor(base: str, site: Origin, key: str, meter: Meter, turns: Turns) -> None:
    url = base.replace("http", "ws") + f"/ws/chat/{key}/"
    async with AsyncExitStack() as stack:
        async with turns.door:
            connecting = websockets.connect(url, origin=site, compression=None)
            socket = await stack.enter_async_context(connecting)
            await socket.send('{"type":"hello","token":"","last_seq":0}')
            await until_type(socket, "welcome")
            started = time.perf_counter()
            await say(socket, str(uuid.uuid4()))
            meter.firsts.append(time.perf_counter() - started)
        await turns.arrived()
        while await turns.mine():
            cid = str(uuid.uuid4())
            started = meter.sent[cid] = time.perf_counter()
            await say(socket, cid)
            meter.acks.append(time.perf_counter() - started)


async def say(socket: Any, cid: str) -> None:
    """One text, until it is acknowledged."""
    await socket.send(json.dumps({"type": "send", "cid": cid, "body": "Where is it?"}))
    await until_type(socket, "ack")


class Turns:
    """When a visitor may send: at once (rate 0), or in a queue at so many a second."""

    def __init__(
        self, visitors: int, rate: float, seconds: float, start: Callable[[], None]
    ) -> None:
        self.awaited = visitors
        self.start = start
        self.door = asyncio.Semaphore(10)
        self.rate = rate
        self.seconds = seconds
        self.everybody = asyncio.Event()
        self.began = 0.0
        self.given = 0

    async def arrived(self) -> None:
        """Wait until all visitors are connected: connecting is not what is measured."""
        self.awaited -= 1
        if self.awaited == 0:
            await asyncio.sleep(3)
            self.start()
            self.began = time.perf_counter()
            self.everybody.set()
        await self.everybody.wait()

    async def mine(self) -> bool:
        """Wait for a turn; False when the time is over."""
        moment, end = time.perf_counter(), self.began + self.seconds
        if self.rate:
            self.given += 1
            moment = self.began + self.given / self.rate
        if moment >= end:
            return False
        await asyncio.sleep(moment - time.perf_counter())
        return True


async def until_type(socket: Any, kind: str) -> None:
    while json.loads(await socket.recv())["type"] != kind:
        pass


async def agent(base: str, site: Origin, cookie: str, meter: Meter) -> None:
    """Watch until cancelled; a socket that ends earlier is an error, not a lost text."""
    url = base.replace("http", "ws") + "/ws/agent/"
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
    async with websockets.connect(
        url, origin=site, compression=None, additional_headers=headers, max_size=None
    ) as socket:
        while True:
            text = await socket.recv()
            now = time.perf_counter()
            for message in json.loads(text).get("messages", ()):
                started = meter.sent.get(message["client_id"])
                if started:
                    meter.seen.append(now - started)


async def dismiss(watchers: list[asyncio.Task[None]]) -> None:
    """Close the agents' sockets; one that has ended by itself makes the figures worth nothing."""
    for watcher in watchers:
        watcher.cancel()
    for ended in await asyncio.gather(*watchers, return_exceptions=True):
        if not isinstance(ended, asyncio.CancelledError):
            raise SystemExit(f"an agent's socket ended: {ended}")


async def run(
    servers: list[tuple[str, int]], key: str, cookie: str, chosen: argparse.Namespace
) -> None:
    processes = [psutil.Process(pid) for _base, pid in servers]
    bases = itertools.cycle([base for base, _pid in servers])
    site = Origin(servers[0][0])
    used: list[float] = []
    machine: list[Any] = []

    def look() -> None:
        times = [process.cpu_times() for process in processes]
        used.append(sum(one.user + one.system for one in times))
        machine.append(psutil.cpu_times())

    meter, turns = Meter(), Turns(chosen.visitors, chosen.rate, chosen.seconds, look)
    watchers = [
        asyncio.create_task(agent(next(bases), site, cookie, meter)) for _ in range(chosen.agents)
    ]
    await asyncio.sleep(2)
    crowd = (visitor(next(bases), site, key, meter, turns) for _ in range(chosen.visitors))
    await asyncio.gather(*crowd)
    took = time.perf_counter() - turns.began
    look()
    await asyncio.sleep(2)
    await dismiss(watchers)
    cpu = used[1] - used[0]
    number, wanted = len(meter.acks), len(meter.acks) * chosen.agents
    print(f"{number} texts in {took:.1f} s: {number / took:.0f}/s, {chosen.visitors} visitors")
    measured = {"first text": meter.firsts, "send->ack": meter.acks, "send->agent": meter.seen}
    for name, values in measured.items():
        cuts = statistics.quantiles(values, n=100)
        print(
            f"{name}: p50 {cuts[49] * 1e3:.1f} p95 {cuts[94] * 1e3:.1f} p99 {cuts[98] * 1e3:.1f} ms"
        )
    print(
        f"{chosen.agents} agents saw {len(meter.seen)} of {wanted}, lost {wanted - len(meter.seen)}"
    )
    print(f"server CPU {cpu / number * 1e6:.0f} us/text")
    whole = sum(machine[1]) - sum(machine[0])
    idle, stolen = (
        (getattr(machine[1], name, 0.0) - getattr(machine[0], name, 0.0)) / whole
        for name in ("idle", "steal")
    )
    print(f"machine: {psutil.cpu_count()} CPUs, {idle:.0%} idle, {stolen:.0%} stolen by its host")
    resident = [process.memory_info().rss / 2**20 for process in processes]
    print(f"web processes {' + '.join(f'{one:.0f}' for one in resident)} MiB resident")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--agents", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0, help="texts a second of all; 0: no limit")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--servers", type=int, default=1, help="Daphne processes")
    chosen = parser.parse_args()
    with desk(chosen.servers) as servers:
        key, cookie, _inbox = prepare()
        asyncio.run(run(servers, key, cookie, chosen))


if __name__ == "__main__":
    main()
