"""Publishing after commit: the only place that sends to groups.

An event is serialised once and published once per interested group; consumers forward the
text as it is. A push is a hint that may be lost: clients find gaps by `seq`.

Synchronous code publishes through a plain Redis connection in the channel layer's own wire
format, because `async_to_sync(group_send)` costs an event loop and a connection a call
outside the web process. tests/realtime guards the format against a change of the library.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

import orjson
import redis
from channels.layers import get_channel_layer
from channels_redis.serializers import registry
from django.conf import settings

from helpdesk import measuring, quick_redis
from helpdesk.after_commit import after_commit
from helpdesk.models import Attachment, Conversation, ConversationEvent, Message
from helpdesk.realtime import groups, payloads

log = logging.getLogger(__name__)
PENDING = "_pending_frame"


@lru_cache(maxsize=1)
def _serializer() -> Any:
    return registry.get_serializer("msgpack")


def _send_many(frames: list[tuple[str, bytes]]) -> None:
    prefix = settings.CHANNEL_PREFIX
    try:
        with quick_redis.client().pipeline(transaction=False) as pipe:
            for group, text in frames:
                message = {"type": "push", "text": text.decode()}
                pipe.publish(f"{prefix}__group__{group}", _serializer().serialize(message))
            pipe.execute()
    except redis.RedisError as error:
        measuring.push_lost()
        log.warning("push lost, clients will fill the gap: %s", error)


def send(group: str, frame: payloads.Payload) -> None:
    """Publish one frame now, from synchronous code. Never raises."""
    _send_many([(group, orjson.dumps(frame))])


async def send_async(group: str, frame: payloads.Payload) -> None:
    """Publish one frame now, from a socket (typing and the like). Never raises."""
    layer: Any = get_channel_layer()
    try:
        await layer.group_send(group, {"type": "push", "text": orjson.dumps(frame).decode()})
    except (redis.RedisError, OSError) as error:
        measuring.push_lost()
        log.warning("push lost: %s", error)


def row(conversation: Conversation) -> None:
    """Publish a list row whose columns changed without an event (unread). Never raises."""
    frame = {
        "type": "conversation",
        "id": conversation.pk,
        "seq": conversation.last_seq,
        "row": payloads.row(conversation),
        "events": [],
        "messages": [],
    }
    send(groups.inbox(conversation.inbox_id), frame)


def event_payload(event: ConversationEvent) -> payloads.Payload:
    """An event as sockets and the API give it. Needs the actor joined."""
    return {
        "seq": event.seq,
        "kind": event.kind,
        "payload": event.payload,
        "actor": payloads.agent(event.actor) if event.actor else None,
        "at": payloads.stamp(event.created_at),
    }


def later(
    conversation: Conversation,
    event: ConversationEvent,
    message: Message | None = None,
    files: list[Attachment] | None = None,
) -> None:
    """Add an event to the one frame that this transaction will publish for the conversation."""
    pending: list[tuple[ConversationEvent, Message | None, list[Attachment] | None]]
    pending = conversation.__dict__.get(PENDING, [])
    if not pending:
        conversation.__dict__[PENDING] = pending
        after_commit(_flush, conversation)
    pending.append((event, message, files))


def _flush(conversation: Conversation) -> None:
    pending = conversation.__dict__.pop(PENDING, [])
    messages = {
        str(message.pk): payloads.message(message, files)
        for _event, message, files in pending
        if message is not None
    }
    frame = {
        "type": "conversation",
        "id": conversation.pk,
        "seq": conversation.last_seq,
        "row": payloads.row(conversation),
        "events": [event_payload(event) for event, _message, _files in pending],
        "messages": list(messages.values()),
    }
    frames = [(groups.inbox(conversation.inbox_id), orjson.dumps(frame))]
    seen_by_customer = _visitor_frames(conversation, frame, pending)
    group = groups.visitor(conversation.pk)
    frames += [(group, orjson.dumps(one)) for one in seen_by_customer]
    _send_many(frames)


def _visitor_frames(
    conversation: Conversation, frame: payloads.Payload, pending: list[Any]
) -> list[payloads.Payload]:
    """Public messages and what the customer may know of the state; nothing else.

    Messages of its own: those of merged conversations may be another customer's.
    """
    frames: list[payloads.Payload] = [
        {"type": "message", "message": payloads.visitor_message(message)}
        for message in frame["messages"]
        if not message["internal"] and message["conversation"] == conversation.pk
    ]
    kinds = {event.kind for event, _message, _files in pending}
    if kinds & {"state_changed", "assigned", "unassigned", "requeued"}:
        assignee = conversation.assignee
        frames.append(
            {
                "type": "state",
                "state": conversation.state,
                "agent": payloads.visitor_agent(assignee) if assignee else None,
            }
        )
    return frames
