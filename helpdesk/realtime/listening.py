"""Hearing a group without a socket, for as long as one HTTP request waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from channels.layers import get_channel_layer

TOGETHER = 0.05


class Ear:
    """What a group says to one listener, in order."""

    def __init__(self, layer: Any, channel: str) -> None:
        self._layer = layer
        self._channel = channel

    async def wait(self, seconds: float) -> list[dict[str, Any]]:
        """The frames that come next: the first within `seconds`, and what follows at once."""
        heard: list[dict[str, Any]] = []
        try:
            while True:
                event = await asyncio.wait_for(self._layer.receive(self._channel), seconds)
                heard.append(orjson.loads(event["text"]))
                seconds = TOGETHER
        except TimeoutError:
            return heard


@asynccontextmanager
async def listening(group: str) -> AsyncIterator[Ear]:
    """Join a group for the length of the block."""
    layer: Any = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    try:
        yield Ear(layer, channel)
    finally:
        await layer.group_discard(group, channel)
