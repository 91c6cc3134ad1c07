"""Telling one tab where its visitor stands: at each change, and again and again while he waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import DatabaseError

from chat import service, sessions
from helpdesk.realtime.hub import in_database
from helpdesk.realtime.together import Together

log = logging.getLogger(__name__)
EVERY = 10.0  # seconds; also the most often that a queue moves on a screen
# After a change the shared reading of the queue may still be the old one (waiting.FRESH).
SOON = 2.5
Tell = Callable[[dict[str, Any]], Awaitable[None]]

Waiting = tuple[sessions.Visitor, dict[str, Any]]


def _place(waiting: Waiting, _read: None) -> dict[str, Any]:
    return service.refreshed(*waiting)


# Heartbeats, and the places of those who wait: what all tabs of this process ask for.
pulses = Together(sessions.glances, sessions.pulse)
_places: Together[Waiting, None, dict[str, Any]] = Together(lambda _asked: None, _place)


class Watch:
    """What a tab was told last. The look at the queue is shared, so ten watchers cost as one."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._visitor: sessions.Visitor | None = None
        self._told: dict[str, Any] = {}
        self._loop: asyncio.Task[None] | None = None

    def told(self, visitor: sessions.Visitor, standing: dict[str, Any]) -> None:
        """The tab has just been told this; while he waits, we look again by ourselves.

        Also where nobody is there: he learns when somebody comes.
        """
        self._visitor, self._told = visitor, standing
        if standing["waits"] and self._loop is None:
            self._loop = asyncio.create_task(self._while_waiting())

    async def look(self) -> None:
        """Something happened to him: tell what changed."""
        if self._visitor is not None:
            if self._loop:  # it begins anew: the next look comes soon
                self._loop.cancel()
                self._loop = None
            await self._say(self._visitor, await in_database(service.state, self._visitor))

    async def _while_waiting(self) -> None:
        try:
            pause = SOON
            while self._visitor and self._told["waits"]:
                await asyncio.sleep(pause)
                await self._look_again()
                pause = EVERY
        finally:
            if self._loop is asyncio.current_task():
                self._loop = None

    async def _look_again(self) -> None:
        if self._visitor is None:
            return
        try:
            standing = await _places.ask((self._visitor, self._told))
        except DatabaseError as error:
            log.warning("a visitor's place could not be read: %s", error)
        else:
            await self._say(self._visitor, standing)

    async def _say(self, visitor: sessions.Visitor, standing: dict[str, Any]) -> None:
        changed = standing != self._told
        self.told(visitor, standing)
        if changed:
            await self._tell({"type": "service", "service": standing})

    def stop(self) -> None:
        """The tab is gone, or its visitor has signed out."""
        self._visitor = None
        if self._loop:
            self._loop.cancel()
            self._loop = None
