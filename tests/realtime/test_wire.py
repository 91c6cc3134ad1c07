"""publish.send() speaks the channel layer's own wire format; a library change shows here."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

import pytest
import redis
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.env import redis_database
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


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("redis://localhost:6379", 0),
        ("rediss://:pw@redis.example:6380/7", 7),
        ("unix://:pw@/run/valkey.sock?db=3", 3),
    ],
)
def test_the_database_of_an_address(url: str, number: int) -> None:
    assert redis_database(url) == number


async def test_desks_that_share_a_server_do_not_hear_each_other(settings: Any) -> None:
    """Redis sends what is published to all, whatever database they have chosen (PUBLISH)."""
    layer: Any = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("inbox.1", channel)
    here = settings.CHANNEL_PREFIX
    number = redis_database(os.environ["REDIS_URL"])
    try:
        settings.CHANNEL_PREFIX = here.replace(str(number), str(number + 1))
        await sync_to_async(publish.send)("inbox.1", {"type": "of another desk"})
        settings.CHANNEL_PREFIX = here
        await sync_to_async(publish.send)("inbox.1", {"type": "ours"})
        heard = await asyncio.wait_for(layer.receive(channel), 5)
    finally:
        await layer.group_discard("inbox.1", channel)
        await layer.flush()
    assert heard["text"] == '{"type":"ours"}'
    assert str(number) in here


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
