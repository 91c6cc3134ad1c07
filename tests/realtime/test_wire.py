"""publish.send() speaks the channel layer's own wire format; a library change shows here."""

from __future__ import annotations

import asyncio
from typing import Any

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

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
    import redis

    nobody = redis.Redis(host="127.0.0.1", port=9, socket_connect_timeout=0.2)
    monkeypatch.setattr(publish, "_redis", lambda: nobody)
    publish.send("inbox.1", {"type": "x"})
    nobody.close()
