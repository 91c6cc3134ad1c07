"""Letters that are not simply a customer's: forwarded by us, written past us, or by strangers."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from helpdesk.adapters import InboundMessage
from helpdesk.events import Kind, locked, rooted
from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    CustomerIdentity,
    Direction,
    Inbox,
    Message,
    State,
)
from helpdesk.selectors.belonging import Place
from helpdesk.services import conversations, linking
from helpdesk.services.messages import MAX_BODY, append
from helpdesk.services.text import clean, clean_line
from helpdesk.services.weaving import WeaveError

UNVERIFIED = "unverified_sender"


def as_requester(inbound: InboundMessage, *, by: Agent) -> InboundMessage:
    """A customer's letter that an agent forwarded, as if the customer had sent it (D5)."""
    assert inbound.forwarded_from is not None
    meta = {
        **inbound.meta,
        "forwarded_by": by.pk,
        "from_name": inbound.forwarded_from.name,
        "to": [],
        "cc": [],
        "reply_to": "",
    }
    _mark, _colon, subject = inbound.subject.partition(":")
    return replace(
        inbound,
        sender=inbound.forwarded_from,
        conversation_id=None,
        subject=subject.strip() or inbound.subject,
        automated=False,
        meta=meta,
    )


def warned(
    inbound: InboundMessage, found: Place, *, claimed: Agent | None, agent: Agent | None
) -> InboundMessage:
    """The letter with what the thread has to say of its sender (D6, E3)."""
    meta: dict[str, Any] = dict(inbound.meta)
    warnings = [*meta.get("warnings", [])]
    if claimed and agent is None:
        warnings.append("agent_unverified")
        if inbound.forwarded_from:
            meta["offered"] = {
                "address": clean_line(inbound.forwarded_from.address, 320),
                "name": clean_line(inbound.forwarded_from.name, 200),
            }
    if found.unverified:
        meta[UNVERIFIED] = True
        warnings.append(UNVERIFIED)
    if found.possible:
        meta["possible"] = found.possible
        warnings.append("possible_follow_up")
    return replace(inbound, meta={**meta, "warnings": warnings})


def link_possible(message: Message, other_id: int) -> None:
    """Link a new conversation with the one that it may continue; agents may merge them (E3)."""
    with transaction.atomic(), contextlib.suppress(WeaveError, Conversation.DoesNotExist):
        linking.link(message.conversation_id, other_id, by=None)


def record_answer(
    conversation_id: int,
    inbox: Inbox,
    inbound: InboundMessage,
    files: list[Attachment],
    *,
    by: Agent,
) -> Message:
    """An answer that an agent sent from a mail program of their own, with us in copy (E10).

    Nothing leaves: it has left. It ends the customer's wait if it went to them.
    """
    with locked(conversation_id) as conversation, rooted(conversation) as root:
        message = Message(
            conversation=conversation,
            inbox=inbox,
            direction=Direction.OUT,
            author=by,
            external_id=clean_line(inbound.external_id, 400),
            subject=clean_line(inbound.subject, 300),
            body=clean(inbound.body, MAX_BODY),
            html=clean(inbound.html, MAX_BODY),
            meta={
                **inbound.meta,
                "outside": True,
                "from": clean_line(inbound.sender.address, 320),
            },
            sent_at=inbound.sent_at,
            created_at=datetime.now(UTC),
        )
        if _reached(conversation, inbound) and root.state != State.CLOSED:
            if root.state == State.NEW:
                conversations.move(root, State.OPEN, by=by)
            root.waiting_since, root.unread = None, 0
        append(conversation, message, Kind.MESSAGE_SENT, files, by=by)
    return message


def _reached(conversation: Conversation, inbound: InboundMessage) -> bool:
    rows = [*(inbound.meta.get("to") or []), *(inbound.meta.get("cc") or [])]
    named = [str(one.get("address") or "") for one in rows if isinstance(one, dict)]
    own = CustomerIdentity.objects.filter(customer=conversation.customer_id, address__in=named)
    return own.exists()
