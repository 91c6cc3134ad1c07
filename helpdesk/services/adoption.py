"""Conversations that somebody must answer and that the router knows nothing of get their work.

The reactions of services.legs see to it wherever a conversation changes by a service. What an
import or a backup brings never changed here; without this it would wait unseen for ever.
"""

from __future__ import annotations

import logging
import time

from django.db.models import Exists, OuterRef, Q

from helpdesk.events import locked
from helpdesk.models import Conversation, State, WorkItem, WorkState
from helpdesk.services import legs

log = logging.getLogger(__name__)
BATCH = 100
EVERY = 60.0  # seconds
_next = 0.0


def adopt() -> int:
    """One batch of them, the longest waiting first, at most once a minute; how many."""
    global _next
    if time.monotonic() < _next:
        return 0
    in_work = WorkItem.objects.filter(conversation=OuterRef("pk")).exclude(state=WorkState.DONE)
    waits = Q(waiting_since__isnull=False) | Q(state=State.NEW) | Q(assignee__isnull=True)
    orphans = Conversation.objects.filter(waits, ~Exists(in_work), state__in=legs.NEEDY)
    oldest = orphans.order_by("waiting_since", "pk").values_list("pk", flat=True)
    found = list(oldest[:BATCH])
    adopted = sum(map(_adopt, found))
    # A backlog goes batch after batch, unless nothing of it can be helped.
    _next = 0.0 if adopted and len(found) == BATCH else time.monotonic() + EVERY
    return adopted


def _adopt(conversation_id: int) -> bool:
    """One of them; a fault of it is logged and keeps no other waiting."""
    try:
        with locked(conversation_id) as conversation:
            needed = conversation.state in legs.NEEDY and legs.needs_somebody(conversation)
            if not needed or legs.open_item(conversation) is not None:
                return False
            legs.begin(conversation)
    except Conversation.DoesNotExist:
        return False
    except Exception:
        log.exception("conversation %s cannot be put in the line", conversation_id)
        return False
    return True
