"""The channel layer: channels-redis's pub/sub, but a socket opens while Redis is away."""

from __future__ import annotations

import asyncio
import uuid

from channels_redis.pubsub import RedisPubSubChannelLayer


class Layer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """Groups only. Nobody sends to a single socket, so Redis never hears of one."""

    async def new_channel(self, prefix: str = "specific.") -> str:
        """A queue of this process, without a subscription of its own (and without its cost)."""
        layer = self._get_layer()
        channel = f"{layer.prefix}{prefix}{uuid.uuid4().hex}"
        layer.channels[channel] = asyncio.Queue()
        return channel

    def end_channel(self, channel: str) -> None:
        """The socket of this queue is gone."""
        self._get_layer().channels.pop(channel, None)
