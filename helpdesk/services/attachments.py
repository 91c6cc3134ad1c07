"""Storing files. The stored name is ours; type is sniffed; the declared one is a label.

A file without a message is of a draft, or of a reply that leaves later; one that nothing names
any more is dropped after a while.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import puremagic
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from helpdesk.adapters import InboundFile
from helpdesk.after_commit import after_commit
from helpdesk.models import Agent, Attachment, Draft, Missing, ScheduledReply, ScheduledState
from helpdesk.services.text import clean_line

UNUSED = timedelta(days=3)
"""A browser that was closed over the week-end still finds what it had uploaded."""


class TooLargeError(ValueError):
    """The file is over MAX_ATTACHMENT_BYTES."""


def sniff(data: bytes, name: str) -> str:
    """Media type by content; text/plain or application/octet-stream where content is mute."""
    try:
        found = puremagic.from_string(data[:8192], mime=True, filename=name)
    except (puremagic.PureError, ValueError):
        found = ""
    if found:
        return str(found)[:120]
    return "text/plain" if _is_text(data) else "application/octet-stream"


def _is_text(data: bytes) -> bool:
    if b"\x00" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@transaction.atomic(savepoint=False)
def store(file: InboundFile, *, by: Agent | None = None) -> Attachment:
    """Store one file, without a message yet. What cannot be had or kept: the row, and why."""
    size = file.size if file.data is None else len(file.data)
    attachment = Attachment(
        name=clean_line(file.name.replace("/", "_").replace("\\", "_"), 255).lstrip(".")
        or "attachment",
        size=size,
        content_type=clean_line(file.content_type, 120),
        content_id=clean_line(file.content_id, 255),
        uploaded_by=by,
    )
    if file.data is not None and size <= settings.MAX_ATTACHMENT_BYTES:
        attachment.content_type = sniff(file.data, attachment.name)
        attachment.sha256 = hashlib.sha256(file.data).hexdigest()
        attachment.file.save("", ContentFile(file.data), save=False)
    else:
        attachment.missing = file.missing or Missing.TOO_BIG
    attachment.save()
    return attachment


def upload(name: str, data: bytes, *, by: Agent) -> Attachment:
    """An agent's upload, before his send. Raises TooLargeError."""
    if len(data) > settings.MAX_ATTACHMENT_BYTES:
        raise TooLargeError
    return store(InboundFile(name=name, data=data, size=len(data)), by=by)


def waiting(ids: Iterable[str], *, by: Agent) -> list[Attachment]:
    """Of these uploads the agent's own that no message carries yet, in the given order."""
    wanted = [str(one) for one in ids]
    if not wanted:
        return []
    own = Attachment.objects.filter(pk__in=wanted, uploaded_by=by, message__isnull=True)
    found = {str(one.pk): one for one in own}
    return [found[one] for one in dict.fromkeys(wanted) if one in found]


@transaction.atomic
def drop_unused(limit: int = 200) -> int:
    """Drop uploads that belong to no message, no draft and no reply for later; how many."""
    loose = Attachment.objects.filter(
        message__isnull=True, created_at__lt=datetime.now(UTC) - UNUSED
    )
    rows = list(loose.select_for_update(skip_locked=True).order_by("pk")[: limit * 5])
    if not rows:
        return 0
    named = _named()
    unused = [one for one in rows if one.pk not in named][:limit]
    for one in unused:
        if one.file:
            after_commit(one.file.storage.delete, one.file.name)
    Attachment.objects.filter(pk__in=[one.pk for one in unused]).delete()
    return len(unused)


def _named() -> set[UUID]:
    """Uploads that a draft or a reply for later still names."""
    kept = [*Draft.objects.exclude(files=[]).values_list("files", flat=True)]
    later = ScheduledReply.objects.filter(state__in=(ScheduledState.WAITING, ScheduledState.FAILED))
    kept += later.exclude(attachments=[]).values_list("attachments", flat=True)
    return {UUID(str(one)) for ids in kept for one in ids}
