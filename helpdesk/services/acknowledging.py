"""The automatic answer "we have your mail": who gets one, how often, and what it says (G4).

It holds none of the sender's words, so that nobody can have us mail them to somebody else
(SEC-16), and by default it goes only to an address that is proven.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import CHANGE
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from helpdesk import audit, outbox, suppression
from helpdesk.adapters import adapter_for
from helpdesk.events import Kind, message_of
from helpdesk.models import (
    Agent,
    AutomaticTally,
    Conversation,
    ConversationEvent,
    CustomerIdentity,
    Direction,
    Inbox,
    Message,
)
from helpdesk.services import loops
from helpdesk.services.faults import FieldsError
from helpdesk.services.messages import append
from helpdesk.services.text import clean, clean_line

KEY = "auto_reply"
MOST_CHARS = 4000
DAY, HOUR = timedelta(hours=24), timedelta(hours=1)
PER_DOMAIN = 30
_KEPT = timedelta(days=2)


class InvalidAnswerError(FieldsError):
    """Something cannot be kept; `errors` says what, by field."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An inbox's automatic answer. texts: by language. anyone: also to addresses that nothing
    proves. per_domain: at most so many an hour to one domain.
    """

    on: bool = False
    anyone: bool = False
    subject: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    per_domain: int = PER_DOMAIN


def answer(inbox: Inbox) -> Answer:
    """The inbox's automatic answer as it is now."""
    kept = inbox.settings.get(KEY)
    if not isinstance(kept, dict):
        return Answer()
    texts = kept.get("texts")
    return Answer(
        on=bool(kept.get("on")),
        anyone=bool(kept.get("anyone")),
        subject=str(kept.get("subject") or ""),
        texts={str(code): str(text) for code, text in texts.items()} if texts else {},
        per_domain=int(kept.get("per_domain") or PER_DOMAIN),
    )


@transaction.atomic
def change(inbox_id: int, wanted: Answer, *, by: Agent) -> Inbox:
    """Change the automatic answer; the change goes into the admin's log.

    Raises InvalidAnswerError.
    """
    inbox = Inbox.objects.select_for_update().get(pk=inbox_id)
    texts = {
        code: text
        for code, given in wanted.texts.items()
        if (text := clean(given, MOST_CHARS + 1).strip())
    }
    errors = {}
    if wanted.on and not texts:
        errors["texts"] = _("Write the answer in one language at least.")
    if any(len(text) > MOST_CHARS for text in texts.values()):
        errors["texts"] = _("At most %(n)d characters.") % {"n": MOST_CHARS}
    if not set(texts) <= set(dict(settings.LANGUAGES)):
        errors["texts"] = _("Choose one of the list.")
    if not 1 <= wanted.per_domain <= 1000:
        errors["per_domain"] = _("A number from 1 to 1000, please.")
    if errors:
        raise InvalidAnswerError(errors)
    inbox.settings[KEY] = {
        "on": wanted.on,
        "anyone": wanted.anyone,
        "subject": clean_line(wanted.subject, 200),
        "texts": texts,
        "per_domain": wanted.per_domain,
    }
    inbox.save(update_fields=["settings"])
    said = [{"changed": {"fields": [KEY]}}]
    audit.log(by, [inbox], CHANGE, said)
    return inbox


def on_event(conversation: Conversation, event: ConversationEvent) -> None:
    """The reaction to a customer's message: look for loops, then answer if that is wanted.

    No query for what did not come by a channel that says who may be answered.
    """
    flags = event.payload
    if "strand" in flags or not (flags.get("answerable") or flags.get("automated")):
        return
    message = message_of(event)
    if reason := loops.why(conversation, message):
        loops.stop(conversation, reason)
    elif not flags.get("automated"):
        _acknowledge(conversation, message)


def _acknowledge(conversation: Conversation, message: Message) -> Message | None:
    inbox = conversation.inbox
    wanted = answer(inbox)
    if not wanted.on or not wanted.texts or message.inbox_id != inbox.pk:
        return None
    if conversation.customer.blocked_at is not None:
        return None
    address = str(message.meta.get("from", "")).lower()
    if not _is_wanted(conversation, message, wanted, address):
        return None
    if not take(f"address:{address}", 1, DAY):
        return None
    if not take(f"domain:{address.rpartition('@')[2]}", wanted.per_domain, HOUR):
        return None
    return _write(conversation, wanted)


def _is_wanted(conversation: Conversation, message: Message, wanted: Answer, address: str) -> bool:
    """Whether this sender may get an answer at all, and has none in this conversation yet."""
    kind = adapter_for(conversation.inbox).identity_kind
    earlier = Message.objects.filter(
        conversation=conversation, direction=Direction.OUT, meta__automatic="reply"
    )
    return (
        _is_proven(message, wanted, kind, address)
        and not Inbox.objects.filter(address__iexact=address).exists()
        and not earlier.exists()
        and not suppression.of(kind, address, ours=conversation.inbox.address)
        and loops.may_write(conversation)
    )


def _is_proven(message: Message, wanted: Answer, kind: str, address: str) -> bool:
    """Whether the sender is who the mail says: a token of ours, DMARC, or an address we know."""
    if wanted.anyone or message.meta.get("authenticated") or message.meta.get("token_verified"):
        return True
    known = CustomerIdentity.objects.filter(kind=kind, address__iexact=address, verified=True)
    return known.exists()


def _write(conversation: Conversation, wanted: Answer) -> Message:
    inbox = conversation.inbox
    codes = (conversation.language, conversation.customer.language, inbox.language)
    text = next(
        (wanted.texts[code] for code in codes if code in wanted.texts),
        next(iter(wanted.texts.values())),
    )
    message = Message(
        conversation=conversation,
        inbox=inbox,
        direction=Direction.OUT,
        subject=clean_line(wanted.subject, 200) or inbox.name,
        body=text,
        meta={"automatic": "reply"},
        created_at=datetime.now(UTC),
    )
    append(conversation, message, Kind.MESSAGE_SENT, [])
    outbox.enqueue(message, conversation)
    return message


def take(key: str, limit: int, window: timedelta) -> bool:
    """Count one more for the key, unless it has `limit` in the window already. Safe in a race."""
    now = datetime.now(UTC)
    rows = AutomaticTally.objects.filter(key=key[:340])
    for _try in range(2):
        if rows.filter(since__lte=now - window).update(since=now, count=1):
            return True
        if rows.filter(since__gt=now - window, count__lt=limit).update(count=F("count") + 1):
            return True
        try:
            with transaction.atomic():
                AutomaticTally.objects.create(key=key[:340], since=now)
        except IntegrityError:
            continue
        return True
    return False


def forget_old() -> int:
    """The sweeper's part: tallies that limit nothing any more."""
    old = AutomaticTally.objects.filter(since__lt=datetime.now(UTC) - _KEPT)
    return old.filter(pk__in=old.values("pk")[:500]).delete()[0]
