"""A busy desk: many agents at work with open inboxes while visitors write.

    .venv/bin/python -m bench.busy [--agents 50] [--rate 20] [--seconds 60] [--servers 2]

Every agent keeps a socket open and asks for something every few seconds: a thread, a view, the
counts, a search, over 10,000 conversations. Visitors write `rate` texts a second, all into an inbox
that every agent watches: each text is one event for all of them. The clients run on the same
machine, so its cores are shared with what is measured. Prints requests by kind, send->ack and
send->agent with p50, p95 and the worst.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import statistics
import time
from collections import defaultdict
from typing import Any

import requests
from django.conf import settings
from websockets import Origin

from bench import workspace
from bench.chat_relay import Meter, Turns, agent, dismiss, visitor
from bench.stack import desk, session_cookie

THINKS = (1.0, 5.0)  # seconds between two requests of an agent
HISTORY = 10_000
Took = dict[str, list[float]]


def prepare(agents: int) -> tuple[str, list[str], list[int]]:
    """(widget key of the chat inbox, a session cookie of each agent, conversations to open)."""
    import django

    django.setup()
    from helpdesk.models import Agent, Conversation, TeamMembership

    first, inboxes = workspace.people()
    workspace.fill(first, inboxes, HISTORY, 5)
    chat = inboxes[0]
    chat.settings = {"texts_per_minute": 1_000_000}
    chat.save()
    team = chat.teams.get()
    everybody = [first]
    for number in range(1, agents):
        made = Agent.objects.create(email=f"bench{number}@parley.example")
        TeamMembership.objects.create(team=team, agent=made)
        everybody.append(made)
    here = Conversation.objects.filter(inbox=chat).order_by("-pk")
    return chat.key, [session_cookie(one) for one in everybody], [one.pk for one in here[:200]]


async def works(base: str, cookie: str, talks: list[int], took: Took, until: float) -> None:
    """One agent asks for this and that until the time is over."""
    session = requests.Session()
    session.cookies.set(settings.SESSION_COOKIE_NAME, cookie)
    draw = random.Random(cookie)
    await asyncio.sleep(draw.uniform(0, THINKS[1]))
    while time.perf_counter() < until:
        kind, path = draw.choice(
            [
                ("thread", f"conversations/{draw.choice(talks)}/"),
                ("thread", f"conversations/{draw.choice(talks)}/"),
                ("view", f"conversations/?view={draw.choice(('mine', 'all', 'live'))}"),
                ("counts", "conversations/counts/"),
                ("search", f"search/?q={draw.choice(('order', 'linen', 'thank'))}"),
            ]
        )
        began = time.perf_counter()
        answer = await asyncio.to_thread(session.get, f"{base}/api/v1/{path}", timeout=30)
        took[kind].append(time.perf_counter() - began)
        answer.raise_for_status()
        await asyncio.sleep(draw.uniform(*THINKS))


async def run(
    servers: list[tuple[str, int]],
    key: str,
    cookies: list[str],
    talks: list[int],
    chosen: argparse.Namespace,
) -> None:
    """Everybody at once, then the figures."""
    bases = itertools.cycle([base for base, _pid in servers])
    site = Origin(servers[0][0])
    meter = Meter()
    took: Took = defaultdict(list)
    workers: list[asyncio.Task[None]] = []

    def start() -> None:
        until = time.perf_counter() + chosen.seconds
        workers.extend(
            asyncio.create_task(works(next(bases), one, talks, took, until)) for one in cookies
        )

    turns = Turns(chosen.visitors, chosen.rate, chosen.seconds, start)
    watchers = [asyncio.create_task(agent(next(bases), site, one, meter)) for one in cookies]
    await asyncio.sleep(3)
    crowd = (visitor(next(bases), site, key, meter, turns) for _ in range(chosen.visitors))
    await asyncio.gather(*crowd)
    await asyncio.gather(*workers)
    await asyncio.sleep(2)
    await dismiss(watchers)
    every = [one for values in took.values() for one in values]
    print(f"{len(cookies)} agents, {len(every)} requests, {len(meter.acks)} texts")
    figures: dict[str, Any] = {
        **dict(sorted(took.items())),
        "all requests": every,
        "send->ack": meter.acks,
        "send->agent": meter.seen,
    }
    for name, values in figures.items():
        cuts = statistics.quantiles(values, n=20)
        worst = max(values) * 1e3
        print(
            f"  {name:14} p50 {cuts[9] * 1e3:6.1f}  p95 {cuts[18] * 1e3:6.1f}  max {worst:.0f} ms"
        )
    wanted = len(meter.acks) * len(cookies)
    print(f"  events seen {len(meter.seen)} of {wanted}")


def main() -> None:
    """Fill a desk, work in it, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--rate", type=float, default=20, help="texts a second of all visitors")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--servers", type=int, default=2, help="Daphne processes")
    chosen = parser.parse_args()
    with desk(chosen.servers) as servers:
        key, cookies, talks = prepare(chosen.agents)
        asyncio.run(run(servers, key, cookies, talks, chosen))


if __name__ == "__main__":
    main()
