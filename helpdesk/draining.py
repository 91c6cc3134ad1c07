"""Leaving without losing a word: nobody new, good-bye to sockets, wait for work to end (DEL-15).

The first SIGTERM begins it, the second ends it at once. No new connection is taken: a proxy that is
refused asks the next process at once, for any method, and one that asks /readyz by a line it holds
already hears 503. Browsers are told to come back, spread over the time that there is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Protocol
from weakref import WeakSet

from django.conf import settings

log = logging.getLogger(__name__)
WORK_SECONDS = 25.0
"""How long requests and frames that are in work may take to end."""
BYE = "restart"


class Open(Protocol):
    """A socket, as far as leaving needs it."""

    async def leave_for_now(self, retry_ms: int) -> None:
        """Tell the browser to come back in so many milliseconds, and close."""

    def at_work(self) -> bool:
        """Whether a frame is being handled."""


@dataclass
class _State:
    begun: bool = False
    requests: int = 0
    sockets: WeakSet[Any] = field(default_factory=WeakSet)
    drain: asyncio.Task[None] | None = None


state = _State()


@contextlib.contextmanager
def in_work() -> Any:
    """A request that a drain waits for."""
    state.requests += 1
    try:
        yield
    finally:
        state.requests -= 1


def install(loop: asyncio.AbstractEventLoop) -> None:
    """Take SIGTERM over from the server; it gets it in the end. Only in a main thread."""
    then = signal.getsignal(signal.SIGTERM)
    if not callable(then):
        return  # nobody would stop us

    def received(number: int, frame: FrameType | None) -> None:
        if state.begun:
            then(number, frame)
            return
        state.begun = True
        loop.call_soon_threadsafe(_start, lambda: then(number, None))

    with contextlib.suppress(ValueError):  # not the main thread: a test's server
        signal.signal(signal.SIGTERM, received)


def _start(stop: Callable[[], None]) -> None:
    async def whole() -> None:
        try:
            refuse_newcomers()
            await drain(settings.DRAIN_SECONDS)
        finally:
            stop()

    state.drain = asyncio.get_running_loop().create_task(whole())


def refuse_newcomers() -> None:
    """Take no new connection: a balancer by fewest connections would send everybody to us."""
    reactor: Any = sys.modules.get("twisted.internet.reactor")
    if reactor is None:
        return  # not Daphne
    from twisted.internet.tcp import Port

    for one in reactor.getReaders():
        if isinstance(one, Port):
            one.stopListening()  # type: ignore[no-untyped-call]


async def drain(seconds: float, *, work_seconds: float = WORK_SECONDS) -> None:
    """Say good-bye over so many seconds, then wait for the rest, but not for ever."""
    state.begun = True
    sockets, told = list(state.sockets), WeakSet[Any]()
    log.warning("leaving: %d sockets, %d requests in work", len(sockets), state.requests)
    pause = seconds / len(sockets) if sockets else 0.0
    began = time.monotonic()
    for number, one in enumerate(sockets, 1):
        await _good_bye(one, told)
        await asyncio.sleep(max(0.0, began + number * pause - time.monotonic()))
    end = time.monotonic() + work_seconds
    while busy() and time.monotonic() < end:
        await _late(told)
        await asyncio.sleep(0.05)
    await _late(told)
    if busy():
        log.warning("left with %d requests in work", state.requests)


async def _late(told: WeakSet[Any]) -> None:
    """Good-bye to those whose handshake was under way, or came by a line that was held."""
    for one in [one for one in list(state.sockets) if one not in told]:
        await _good_bye(one, told)


async def _good_bye(one: Open, told: WeakSet[Any]) -> None:
    told.add(one)
    with contextlib.suppress(Exception):  # gone meanwhile
        await one.leave_for_now(retry_ms=1000)


def busy() -> bool:
    """Whether a request or a frame is still in work."""
    return state.requests > 0 or any(one.at_work() for one in list(state.sockets))
