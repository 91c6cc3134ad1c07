"""Why a message may not leave just now, asked by the outbox before each send."""

from __future__ import annotations

import logging
from datetime import timedelta

from helpdesk import budgets, circuit, paces
from helpdesk.models import Delivery, Inbox, InboxHealth

log = logging.getLogger(__name__)
HOLD = timedelta(seconds=30)
DISCONNECTED = "The channel is disconnected."


def held(delivery: Delivery) -> tuple[timedelta, str] | None:
    """For how long it may not leave this inbox, and why; None if it may now."""
    inbox = delivery.inbox
    if shut := whole(inbox):
        return shut
    if wait := paces.wait(delivery):
        return wait, paces.SLOWER
    wait = budgets.spend(inbox)
    return (wait, "The inbox sends no faster; its turn comes.") if wait else None


def disconnected(inbox_id: int, why: str) -> None:
    """The provider knows our account no longer: the inbox says so, and all that leaves it waits."""
    broken = {"health": InboxHealth.BROKEN, "health_note": why[:300]}
    Inbox.objects.filter(pk=inbox_id).update(**broken)
    log.warning("inbox %s is disconnected: %s", inbox_id, why)


def whole(inbox: Inbox) -> tuple[timedelta, str] | None:
    """For how long nothing at all leaves this inbox, and why."""
    if not inbox.enabled or inbox.health == InboxHealth.BROKEN:
        return HOLD, DISCONNECTED
    wait = circuit.wait(inbox)
    return (wait, circuit.PAUSED) if wait else None
