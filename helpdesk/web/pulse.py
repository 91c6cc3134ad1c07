"""The web server's sign of life: written by its event loop, so that a loop that hangs is seen."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError
from django.urls import reverse

from helpdesk import draining, heartbeat
from helpdesk.services import joining

EVERY = 10.0  # seconds

log = logging.getLogger(__name__)


class Beating:
    """An ASGI application that beats from the first call on.

    Whoever starts a web server asks it for its health at once, so that call comes early.
    """

    def __init__(self, application: Any) -> None:
        self._application = application
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(_beat())
            draining.install(asyncio.get_running_loop())
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        with draining.in_work():
            await self._application(scope, receive, _lets_go(send))


def _lets_go(send: Any) -> Any:
    """Answers of a process that leaves end their line: a proxy holds on to none of ours."""

    async def sent(event: dict[str, Any]) -> None:
        if draining.state.begun and event["type"] == "http.response.start":
            event = {**event, "headers": [*event.get("headers", ()), (b"connection", b"close")]}
        await send(event)

    return sent


def _tell_the_code() -> None:
    """A new installation's log says how its first account is made (SEC-27)."""
    if joining.is_new():
        address = f"{settings.PUBLIC_BASE_URL}{reverse('set-up')}"
        log.warning("nobody has an account yet: %s asks for %s", address, joining.set_up_code())


async def _beat() -> None:
    try:
        await database_sync_to_async(_tell_the_code)()
    except DatabaseError as error:
        log.warning("cannot tell whether there are accounts: %s", error)
    while True:
        try:
            await database_sync_to_async(heartbeat.beat)("web")
        except DatabaseError as error:
            log.warning("no sign of life: %s", error)
        await asyncio.sleep(EVERY)
