"""How long the customer's last message lets us write freely, where a provider limits that (PRV).

Asked when the words are written and again when they leave: a queued message never slips past it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Max
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext as _

from helpdesk.adapters import Capabilities, PermanentError, adapter_for
from helpdesk.models import Conversation, Delivery, Direction, Inbox, Message

CODE = "window_closed"


@dataclass(frozen=True, slots=True)
class Window:
    """until: the end of free writing (None: it never began). tag_until: of the agent's choice."""

    until: datetime | None
    tag_until: datetime | None

    def open_at(self, now: datetime) -> bool:
        """Whether anything may be written."""
        return self.until is not None and now < self.until

    def tag_open_at(self, now: datetime) -> bool:
        """Whether an agent may still choose to write."""
        return self.tag_until is not None and now < self.tag_until


def of(conversation: Conversation, inbox: Inbox, can: Capabilities) -> Window | None:
    """The window between the customer and an inbox, None where there is none. One query.

    It runs from the provider's time of the last message: one that reached us late is not newer.
    """
    if not can.window:
        return None
    said = Message.objects.filter(
        conversation__customer=conversation.customer_id, inbox=inbox, direction=Direction.IN
    )
    last = said.aggregate(at=Max(Least(Coalesce("sent_at", F("created_at")), F("created_at"))))
    at: datetime | None = last["at"]
    if at is None:
        return Window(None, None)
    tagged = at + timedelta(seconds=can.tag_window) if can.tag_window else None
    return Window(at + timedelta(seconds=can.window), tagged)


def refuse(delivery: Delivery) -> None:
    """Raises PermanentError, with the reason for the agent, when this may not be sent any more."""
    can = adapter_for(delivery.inbox).capabilities
    meta = delivery.message.meta
    if not can.window or meta.get("approved"):
        return
    window = of(delivery.conversation, delivery.inbox, can)
    now = datetime.now(UTC)
    if window is None or window.open_at(now):
        return
    if meta.get("tagged") and window.tag_open_at(now):
        return
    raise PermanentError(closed(can), CODE)


def closed(can: Capabilities) -> str:
    """Why nothing may be written, and the way out, for an agent."""
    if can.after_window == "templates":
        return _("The customer's last message is too old: only an approved template may be sent.")
    return _("The customer's last message is too old: they have to write first.")


def payload(conversation: Conversation, inbox: Inbox) -> dict[str, Any] | None:
    """What the composer shows of the window, or None."""
    can = adapter_for(inbox).capabilities
    window = of(conversation, inbox, can)
    if window is None:
        return None
    return {
        "seconds": can.window,
        "after": can.after_window,
        "tag_seconds": can.tag_window,
        "until": window.until.isoformat(timespec="milliseconds") if window.until else None,
        "tag_until": window.tag_until.isoformat(timespec="milliseconds")
        if window.tag_until
        else None,
    }
