"""The lean socket beside its protocol: what runs next to it ends with it."""

from __future__ import annotations

import asyncio
from typing import Any

from helpdesk.realtime.hub import Socket


async def test_a_server_that_kills_the_socket_ends_its_heartbeat() -> None:
    socket = Socket()

    async def nothing_comes() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def send(_message: dict[str, Any]) -> None: ...

    async def beat() -> None: ...

    scope = {"type": "websocket"}
    running = asyncio.create_task(socket(scope, nothing_comes, send))
    socket.start_heartbeat(beat)
    await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await asyncio.sleep(0)
    assert socket._pulse is not None
    assert socket._pulse.cancelled()
