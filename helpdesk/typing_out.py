"""Letting a customer see that we write, where their network can show it. Best effort, all of it.

Nothing is stored and nothing is tried again: the next letter that the agent writes says it anew.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from redis.exceptions import RedisError

from helpdesk import circuit, nudge, quick_redis, suppression, windows
from helpdesk.adapters import SendError, adapter_for
from helpdesk.models import Conversation, Direction, Inbox, InboxHealth, Message

log = logging.getLogger(__name__)

TASK = "helpdesk.say_typing"
EVERY = 4  # seconds; Telegram, the shortest, shows it for five


def typed(conversation_id: int) -> None:
    """An agent writes: wake a worker to say so, at most once in four seconds."""
    try:
        fresh = quick_redis.client().set(_key(conversation_id), 1, nx=True, ex=EVERY)
    except (RedisError, OSError):
        return
    if fresh and _can_show(conversation_id):
        nudge.wake(TASK, conversation_id)


def _key(conversation_id: int) -> str:
    return nudge.key("typing", conversation_id)


def _answered(conversation_id: int) -> Conversation | None:
    joined = Conversation.objects.select_related("inbox", "reply_inbox")
    return joined.filter(pk=conversation_id).first()


def _shown_for(via: Inbox) -> int:
    try:
        return adapter_for(via).capabilities.typing
    except LookupError:
        return 0


def _can_show(conversation_id: int) -> bool:
    """One query; where nothing can be shown it is not asked again for a minute."""
    found = _answered(conversation_id)
    seconds = _shown_for(found.answered_by) if found else 0
    if seconds <= EVERY:
        quick_redis.client().expire(_key(conversation_id), 60 if not seconds else EVERY)
    else:
        quick_redis.client().expire(_key(conversation_id), seconds - 1)
    return bool(seconds)


def say(conversation_id: int) -> bool:
    """Tell the network, if it shows it and we may write there; whether it was told."""
    conversation = _answered(conversation_id)
    if conversation is None or not _shown_for(conversation.answered_by):
        return False
    via = conversation.answered_by
    adapter = adapter_for(via)
    tell = getattr(adapter, "say_typing", None)
    wrote = Message.objects.filter(conversation=conversation, inbox=via, direction=Direction.IN)
    last = wrote.order_by("-seq").values_list("meta__from", "external_id").first()
    if last is None or not all(last) or not via.enabled or via.health != InboxHealth.OK:
        return False
    window = windows.of(conversation, via, adapter.capabilities)
    if window is not None and not window.open_at(datetime.now(UTC)):
        return False
    to, named = last
    barred = suppression.of(adapter.identity_kind, to, ours=via.address)
    if tell is None or barred or circuit.is_open(via):
        return False
    try:
        tell(via, to, named)
    except SendError as error:
        log.info("inbox %s did not show that we write: %s", via.pk, error)
        return False
    return True
