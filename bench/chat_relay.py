"""Durable chat relay: visitor socket -> commit -> Valkey -> agent socket (budget 1).

    .venv/bin/python -m bench.chat_relay --visitors 50 --seconds 10

One Daphne process; each visitor sends his next text when the last one is acknowledged. Prints
messages per second, send->ack and send->agent percentiles, server CPU per message and the SQL
statements of one message. Figures swing by +-20 %: compare runs of one machine only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
import uuid
from typing import Any

import psutil
import websockets
from websockets import Origin

from bench.stack import desk


def prepare() -> tuple[str, str, int]:
    """(widget key, agent's session cookie, inbox id) in a fresh desk."""
    import django

    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from helpdesk.models import Agent, Inbox, Team

    agent = Agent.objects.create_user("bench@parley.example", "bench", first_name="Bench")
    team = Team.objects.create(name="Bench")
    team.members.add(agent)
    inbox = Inbox.objects.create(
        name="Bench", channel="chat", settings={"texts_per_minute": 1_000_000}
    )
    inbox.teams.add(team)
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.save()
    return inbox.key, str(session.session_key), inbox.pk


class Meter:
    def __init__(self) -> None:
        self.acks: list[float] = []
        self.seen: list[float] = []
        self.sent: dict[str, float] = {}


async def visitor(base: str, key: str, meter: Meter, until: float) -> None:
    url = base.replace("http", "ws") + f"/ws/chat/{key}/"
    async with websockets.connect(url, origin=Origin(base), compression=None) as socket:
        await socket.send('{"type":"hello","token":"","last_seq":0}')
        await until_type(socket, "welcome")
        while time.perf_counter() < until:
            cid = str(uuid.uuid4())
            started = meter.sent[cid] = time.perf_counter()
            await socket.send(json.dumps({"type": "send", "cid": cid, "body": "Where is it?"}))
            await until_type(socket, "ack")
            meter.acks.append(time.perf_counter() - started)


async def until_type(socket: Any, kind: str) -> None:
    while json.loads(await socket.recv())["type"] != kind:
        pass


async def agent(base: str, cookie: str, meter: Meter) -> None:
    url = base.replace("http", "ws") + "/ws/agent/"
    headers = {"Cookie": f"sessionid={cookie}"}
    async with websockets.connect(
        url, origin=Origin(base), compression=None, additional_headers=headers, max_size=None
    ) as socket:
        async for text in socket:
            now = time.perf_counter()
            for message in json.loads(text).get("messages", ()):
                started = meter.sent.get(message["client_id"])
                if started:
                    meter.seen.append(now - started)


async def run(  # noqa: PLR0917
    base: str, key: str, cookie: str, pid: int, visitors: int, seconds: float
) -> None:
    meter = Meter()
    watcher = asyncio.create_task(agent(base, cookie, meter))
    await asyncio.sleep(1)
    process = psutil.Process(pid)
    before = process.cpu_times()
    started = time.perf_counter()
    await asyncio.gather(*(visitor(base, key, meter, started + seconds) for _ in range(visitors)))
    took = time.perf_counter() - started
    after = process.cpu_times()
    await asyncio.sleep(1)
    watcher.cancel()
    cpu = after.user + after.system - before.user - before.system
    number = len(meter.acks)
    print(f"{number} texts in {took:.1f} s: {number / took:.0f}/s, {visitors} visitors")
    for name, values in (("send->ack", meter.acks), ("send->agent", meter.seen)):
        cuts = statistics.quantiles(values, n=100)
        print(
            f"{name}: p50 {cuts[49] * 1e3:.1f} p95 {cuts[94] * 1e3:.1f} p99 {cuts[98] * 1e3:.1f} ms"
        )
    print(f"agent saw {len(meter.seen)} of {number}; server CPU {cpu / number * 1e6:.0f} us/text")
    print(f"web process {process.memory_info().rss / 2**20:.0f} MiB resident")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10)
    chosen = parser.parse_args()
    with desk() as (base, pid):
        key, cookie, _inbox = prepare()
        asyncio.run(run(base, key, cookie, pid, chosen.visitors, chosen.seconds))


if __name__ == "__main__":
    main()
