"""A copy of all we keep of a person (GDPR 15, 20): JSON, a page to read, and their files, in a zip.

Made by the sweeper or a worker, fetched by a link that only its receiver knows, gone after days.
Internal notes are left out unless an administrator asks for them: they tell of others, too.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models import Model, QuerySet
from django.template.loader import render_to_string
from django.utils import translation

from helpdesk import audit, nudge, traces
from helpdesk.after_commit import after_commit
from helpdesk.models import (
    Act,
    Agent,
    Attachment,
    Call,
    Consent,
    Conversation,
    Customer,
    CustomerIdentity,
    DataCopy,
    Lead,
    Message,
    Order,
    Rating,
    Visibility,
)
from helpdesk.services.customers import held
from helpdesk.services.erasing import whose
from helpdesk.traces import Whose

log = logging.getLogger(__name__)
LASTS = timedelta(days=7)
TASK = "helpdesk.make_copies"
_HIDDEN = frozenset({"customer", "message", "conversation", "inbox", "recorded_by", "token_sha256"})


def ask(customer_id: int, *, by: Agent, notes: bool = False) -> tuple[DataCopy, str]:
    """Have a copy made; the secret of its link, which is shown this once.

    Raises Customer.DoesNotExist.
    """
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    with transaction.atomic():
        customer = held(customer_id)
        copy = DataCopy.objects.create(
            customer=customer, by=by, notes=notes, token_sha256=_sha256(token),
            asked_at=now, until=now + LASTS,
        )  # fmt: skip
        audit.record(Act.EXPORTED, customer, by=by, changes={"notes": None} if notes else None)
        after_commit(nudge.wake, TASK)
    return copy, token


def of_token(token: str) -> DataCopy | None:
    """The copy of a link that is ours, is ready and still holds."""
    found = DataCopy.objects.filter(token_sha256=_sha256(token), until__gt=datetime.now(UTC))
    return found.exclude(ready_at=None).first()


def make_due(limit: int = 5) -> int:
    """Make the copies that are asked for; how many. Two at once are harmless."""
    many = 0
    for _turn in range(limit):
        with transaction.atomic():
            waiting = DataCopy.objects.filter(ready_at=None, fault="").order_by("asked_at")
            copy = waiting.select_for_update(skip_locked=True).first()
            if copy is None:
                break
            _make(copy)
            many += 1
    return many


def _make(copy: DataCopy) -> None:
    try:
        with tempfile.TemporaryFile() as file:
            _write(file, whose(copy.customer_id), copy)
            copy.size = file.tell()
            file.seek(0)
            copy.file.save(f"copies/{secrets.token_hex(16)}.zip", File(file), save=False)
        copy.ready_at = datetime.now(UTC)
    except OSError as error:  # a full disk: shown, and made again on demand
        log.exception("a copy of a person's data could not be made")
        copy.fault = type(error).__name__
    copy.save(update_fields=["file", "size", "ready_at", "fault"])


def _write(file: Any, who: Whose, copy: DataCopy) -> None:
    told = tell(who, notes=copy.notes)
    customer = Customer.objects.get(pk=copy.customer_id)
    language = customer.language if translation.check_for_language(customer.language) else "en"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as packed:
        packed.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=1))
        with translation.override(language):
            page = render_to_string(
                "helpdesk/privacy/copy.html", {"told": told, "at": copy.asked_at}
            )
        packed.writestr("data.html", page)
        for one in _files(who, notes=copy.notes):
            name = f"files/{one.pk}{_ending(one.name)}"
            with packed.open(name, "w") as inside, one.file.open("rb") as kept:
                shutil.copyfileobj(kept, inside)


def _ending(name: str) -> str:
    """The end of a file's name, if it is harmless: the name itself stands in data.json."""
    end = name.rpartition(".")[2]
    return f".{end.lower()}" if end.isascii() and end.isalnum() and len(end) <= 8 else ""


def tell(who: Whose, *, notes: bool = False) -> dict[str, Any]:
    """Everything as plain JSON."""
    mine = {"customer__in": who.customers}
    talks = Conversation.objects.filter(pk__in=who.conversations).order_by("pk")
    return {
        "person": [_plain(one) for one in Customer.objects.filter(pk__in=who.customers)],
        "addresses": [_plain(one) for one in CustomerIdentity.objects.filter(**mine)],
        "consents": [_plain(one) for one in Consent.objects.filter(**mine)],
        "leads": [_plain(one) for one in Lead.objects.filter(**mine)],
        "orders": [_plain(one) for one in Order.objects.filter(**mine)],
        "conversations": [_talk(one, notes=notes) for one in talks.select_related("inbox")],
        **{one.name: one.tell(who) for one in traces.sources()},
    }


def _talk(talk: Conversation, *, notes: bool) -> dict[str, Any]:
    calls = Call.objects.filter(message__conversation=talk)
    return {
        "number": talk.pk,
        "channel": talk.inbox.channel,
        "subject": talk.subject,
        "began": talk.created_at.isoformat(),
        "answers": talk.answers,
        "context": talk.context,
        "rating": [_plain(one) for one in Rating.objects.filter(conversation=talk)],
        "calls": [_plain(one) for one in calls],
        "messages": [_message(one) for one in _messages({talk.pk}, notes=notes)],
    }


def _messages(talks: Collection[int], *, notes: bool) -> QuerySet[Message]:
    rows = Message.objects.filter(conversation__in=talks)
    if not notes:
        rows = rows.filter(visibility=Visibility.PUBLIC)
    return rows.order_by("conversation", "seq").prefetch_related("attachments")


def _message(one: Message) -> dict[str, Any]:
    return {
        "at": one.created_at.isoformat(),
        "direction": one.direction,
        "internal": one.visibility == Visibility.INTERNAL,
        "subject": one.subject,
        "text": one.body,
        "files": [
            {
                "name": file.name,
                "type": file.content_type,
                "size": file.size,
                "in": f"files/{file.pk}{_ending(file.name)}",
            }
            for file in one.attachments.all()
        ],
    }


def _files(who: Whose, *, notes: bool) -> Iterator[Attachment]:
    rows = Attachment.objects.filter(
        message__in=_messages(who.conversations, notes=notes).order_by()
    )
    for one in rows.exclude(file="").iterator(chunk_size=100):
        if one.file.storage.exists(str(one.file.name)):
            yield one


def _plain(row: Model) -> dict[str, Any]:
    """A row's own columns as JSON can keep them, but what points elsewhere."""
    found: dict[str, Any] = {}
    for column in row._meta.concrete_fields:  # noqa: SLF001  Django documents it
        if column.is_relation or column.name in _HIDDEN:
            continue
        value = getattr(row, column.attname)
        kept = value is None or isinstance(value, bool | int | float | str | dict | list)
        found[column.name] = value if kept else str(value)
    return found


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
