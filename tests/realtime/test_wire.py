"""publish.send() speaks the channel layer's own wire format; a library change shows here."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import redis
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from redis.backoff import NoBackoff
from redis.retry import Retry

from helpdesk import nudge, quick_redis
from helpdesk.realtime import publish


async def test_a_published_frame_reaches_a_subscriber_of_the_layer() -> None:
    layer: Any = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("inbox.1", channel)
    await layer.group_add("visitor.2", channel)
    try:
        await sync_to_async(publish.send)("inbox.1", {"type": "x", "text": "żółć 👋"})
        first = await asyncio.wait_for(layer.receive(channel), 5)
        await publish.send_async("visitor.2", {"type": "y"})
        second = await asyncio.wait_for(layer.receive(channel), 5)
    finally:
        await layer.group_discard("inbox.1", channel)
        await layer.group_discard("visitor.2", channel)
        await layer.flush()
    assert first == {"type": "push", "text": '{"type":"x","text":"żółć 👋"}'}
    assert second == {"type": "push", "text": '{"type":"y"}'}


def test_a_lost_push_is_no_error(monkeypatch: Any) -> None:
    nobody = redis.Redis(host="127.0.0.1", port=9, retry=Retry(NoBackoff(), 1))
    monkeypatch.setattr(quick_redis, "client", lambda: nobody)
    publish.send("inbox.1", {"type": "x"})
    assert not nudge.deliver(1)
    nobody.close()


def test_a_dead_redis_costs_no_time(settings: Any) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9"}}
    quick_redis.client.cache_clear()
    started = time.monotonic()
    try:
        for _ in range(5):
            publish.send("inbox.1", {"type": "x"})
            assert not nudge.deliver(1)
    finally:
        quick_redis.client.cache_clear()
    assert time.monotonic() - started < 2
