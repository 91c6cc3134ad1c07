"""The events that a rule may wait for, a part of helpdesk.events.Kind.

What happens too often for a rule to look (a read mark, a delivery) is left out on purpose.
"""

from __future__ import annotations

from helpdesk.events import Kind

KINDS: tuple[Kind, ...] = (
    Kind.CONVERSATION_STARTED,
    Kind.MESSAGE_RECEIVED,
    Kind.MESSAGE_SENT,
    Kind.ASSIGNED,
    Kind.UNASSIGNED,
    Kind.STATE_CHANGED,
    Kind.PRIORITY_CHANGED,
    Kind.TAGGED,
    Kind.CUSTOMER_LEFT,
    Kind.LEAD_CAPTURED,
    Kind.PROMISE_WARNED,
    Kind.PROMISE_BROKEN,
    Kind.RATED,
)
