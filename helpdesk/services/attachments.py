"""Storing files. The stored name is ours; type is sniffed; the declared one is a label."""

from __future__ import annotations

import hashlib

import puremagic
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from helpdesk.adapters import InboundFile
from helpdesk.models import Agent, Attachment
from helpdesk.services.text import clean_line


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


@transaction.atomic
def store(file: InboundFile, *, by: Agent | None = None) -> Attachment:
    """Store one file, without a message yet. Over the limit: the row without the content."""
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
    attachment.save()
    return attachment


def upload(name: str, data: bytes, *, by: Agent) -> Attachment:
    """An agent's upload, before his send. Raises TooLargeError."""
    if len(data) > settings.MAX_ATTACHMENT_BYTES:
        raise TooLargeError
    return store(InboundFile(name=name, data=data, size=len(data)), by=by)
