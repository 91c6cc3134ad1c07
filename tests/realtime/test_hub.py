"""The lean socket beside its protocol: what runs next to it ends with it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from helpdesk.realtime.hub import Socket

SCOPE = {"type": "websocket", "headers": []}


class Noting(Socket):
    """Writes down what it begins and ends, and takes its time; a push may fail."""

    def __init__(self, *, faulty: bool = False) -> None:
        super().__init__()
        self.noted: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self._faulty = faulty

    async def dispatch(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        self.noted.append(f"{kind} begins")
        await asyncio.sleep(0.02)
        if self._faulty and kind == "push":
            msg = "no such thing"
            raise RuntimeError(msg)
        self.noted.append(f"{kind} ends")

    async def told(self, *frames: str, pushes: int) -> None:
        """Run while these frames come, and beside the first as many pushes; then cut."""
        left = list(frames)

        async def receive() -> dict[str, Any]:
            if left:
                return {"type": left.pop(0)}
            return await asyncio.sleep(60, {})

        async def send(message: dict[str, Any]) -> None:
            self.sent.append(message)

        running = asyncio.create_task(self(SCOPE, receive, send))
        await asyncio.sleep(0.01)
        layer: Any = self.channel_layer
        queue = layer._get_layer().channels[self.channel_name]
        for _ in range(pushes):
            queue.put_nowait(layer.serialize({"type": "push", "text": ""}))
        await asyncio.sleep(0.15)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert self.channel_name not in layer._get_layer().channels, "its queue is gone, too"


async def test_frames_and_pushes_are_handled_one_at_a_time() -> None:
    socket = Noting()
    await socket.told("frame", "frame", pushes=2)
    assert len(socket.noted) == 8
    pairs = list(zip(socket.noted[::2], socket.noted[1::2], strict=True))
    assert [begins.replace("begins", "ends") for begins, _ends in pairs] == [
        ends for _begins, ends in pairs
    ]


async def test_a_push_that_fails_closes_the_socket(caplog: pytest.LogCaptureFixture) -> None:
    socket = Noting(faulty=True)
    await socket.told(pushes=1)
    assert socket.sent == [{"type": "websocket.close", "code": 4500}]
    assert "could not be handled" in caplog.text


async def test_a_server_that_kills_the_socket_ends_its_heartbeat() -> None:
    socket = Socket()

    async def nothing_comes() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def send(_message: dict[str, Any]) -> None: ...

    async def beat() -> None: ...

    running = asyncio.create_task(socket(SCOPE, nothing_comes, send))
    socket.start_heartbeat(beat)
    await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await asyncio.sleep(0)
    assert socket._pulse is not None
    assert socket._pulse.cancelled()
