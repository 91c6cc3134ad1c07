"""A copy of a conversation for the customer, by e-mail. Public messages only, never a note."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from helpdesk.events import Kind, locked, record
from helpdesk.models import (
    Conversation,
    ConversationEvent,
    Direction,
    Inbox,
    Message,
    State,
    Visibility,
)
from helpdesk.services import automatic, conversations

AGAIN_AFTER = timedelta(hours=1)
A_DAY = timedelta(days=1)
MOST_A_DAY = 5  # nobody makes us a source of unwanted mail
MAX_MESSAGES = 2000


def send(
    conversation_id: int,
    inbox: Inbox,
    address: str,
    *,
    title: str,
    after: int,
    language: str,
    zone: tzinfo,
) -> bool:
    """Write the copy as a resolved conversation of an e-mail inbox and queue it for sending.

    It tells what the customer saw after a public seq; `title` is what he calls us. Times are told
    in `zone`. False if it was copied too lately.
    """
    with locked(conversation_id) as conversation:
        if _enough(conversation, address):
            return False
        with translation.override(_known(language, inbox.language)), timezone.override(zone):
            context = {"rows": _rows(conversation, after, title), "title": title}
            subject = gettext("Your conversation with %(name)s") % {"name": title}
            text = render_to_string("helpdesk/mail/transcript.txt", context).strip()
            html = render_to_string("helpdesk/mail/transcript.html", context).strip()
        with conversations.started(conversation.customer, inbox, subject=subject) as copy:
            copy.reply_inbox, copy.reply_address = inbox, address
            automatic.append_automatic(copy, subject=subject, body=text, html=html)
            conversations.move(copy, State.RESOLVED, by=None, reason="transcript")
        facts = {"email": address, "conversation": copy.pk}
        record(conversation, Kind.TRANSCRIPT_SENT, payload=facts)
    return True


def _known(*languages: str) -> str:
    """The first of these that we speak."""
    spoken = dict(settings.LANGUAGES)
    return next((one[:2] for one in languages if one[:2] in spoken), "en")


def _enough(conversation: Conversation, address: str) -> bool:
    """True if this address had a copy within the hour, or all together five within a day."""
    now = datetime.now(UTC)
    sent = ConversationEvent.objects.filter(
        conversation=conversation, kind=Kind.TRANSCRIPT_SENT, created_at__gt=now - A_DAY
    )
    copies = list(sent.values_list("payload__email", "created_at"))
    lately = any(to == address and now - at < AGAIN_AFTER for to, at in copies)
    return lately or len(copies) >= MOST_A_DAY


def _rows(conversation: Conversation, after: int, title: str) -> list[dict[str, object]]:
    """The newest messages that the customer may see, oldest first."""
    found = (
        Message.objects.filter(
            conversation=conversation, visibility=Visibility.PUBLIC, public_seq__gt=after
        )
        .select_related("author")
        .prefetch_related("attachments")
        .order_by("-public_seq")[:MAX_MESSAGES]
    )
    return [
        {
            "who": _who(message, conversation) or title,
            "at": message.created_at,
            "body": message.body,
            "files": [file.name for file in message.attachments.all()],
        }
        for message in reversed(found)
    ]


def _who(message: Message, conversation: Conversation) -> str:
    if message.direction == Direction.IN:
        return conversation.customer.name or gettext("You")
    author = message.author
    return author.called if author else ""
