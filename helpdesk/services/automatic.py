"""What we say without an agent's answer: by itself, by a rule, or to tell what happened."""

from __future__ import annotations

from datetime import UTC, datetime

from helpdesk import outbox
from helpdesk.adapters import adapter_for
from helpdesk.events import Kind, cause
from helpdesk.models import Agent, Conversation, Direction, Message, Rule, Visibility
from helpdesk.services import loops
from helpdesk.services.messages import MAX_BODY, RejectedError, append
from helpdesk.services.text import clean, clean_line, mask_cards


def append_automatic(conversation: Conversation, *, subject: str, body: str, html: str) -> Message:
    """A message of ours that no agent wrote, in a locked conversation, queued for sending."""
    message = Message(
        conversation=conversation,
        inbox=conversation.inbox,
        direction=Direction.OUT,
        subject=clean_line(subject, 300),
        body=clean(body, MAX_BODY),
        html=clean(html, MAX_BODY),
        meta={"automatic": True},
        created_at=datetime.now(UTC),
    )
    append(conversation, message, Kind.MESSAGE_SENT, [])
    outbox.enqueue(message, conversation)
    return message


def append_unsigned(conversation: Conversation, *, body: str, internal: bool) -> Message:
    """What a rule writes in a locked conversation: a note, or an answer that keeps no promise.

    Raises RejectedError (nothing written, too long for the channel), outbox.NoAddressError.
    """
    via = conversation.inbox if internal else conversation.answered_by
    if not internal and not loops.may_write(conversation):
        msg = "Too many automatic messages in this conversation."
        raise RejectedError(msg)
    capabilities = None if internal else adapter_for(via).capabilities
    body = mask_cards(clean(body, MAX_BODY).strip())
    if not body or (capabilities and 0 < capabilities.max_chars < len(body)):
        msg = "The channel cannot carry this text." if body else "Write something first."
        raise RejectedError(msg)
    message = Message(
        conversation=conversation,
        inbox=via,
        direction=Direction.OUT,
        visibility=Visibility.INTERNAL if internal else Visibility.PUBLIC,
        body=body,
        meta={**({} if internal else {"automatic": True}), **_rule()},
        created_at=datetime.now(UTC),
    )
    append(conversation, message, Kind.NOTE_ADDED if internal else Kind.MESSAGE_SENT, [])
    if capabilities and not capabilities.live:
        outbox.enqueue(message, conversation)
    return message


def _rule() -> dict[str, str]:
    """The name of the rule that does this, as it is called now; nothing if none does."""
    name = Rule.objects.filter(pk=cause() or 0).values_list("name", flat=True).first()
    return {"rule": name} if name else {}


def append_line(conversation: Conversation, kind: Kind, *, body: str, by: Agent) -> Message:
    """A line of ours that the customer of a live channel reads, in a locked conversation.

    It tells what happened and is no answer: lists, clocks and owners take no notice.
    """
    message = Message(
        conversation=conversation,
        inbox=conversation.inbox,
        direction=Direction.OUT,
        author=by,
        body=body,
        meta={"line": True},
        created_at=datetime.now(UTC),
    )
    return append(conversation, message, kind, [], by=by)
