"""Links to files that are too big for a mail: signed, for one file, and only for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing

from helpdesk.adapters import FileLink
from helpdesk.models import Attachment, DeliveryState, Direction, Visibility

LASTS: Final = timedelta(days=30)
_SALT: Final = "helpdesk.file_links"


def issue(item: Attachment, *, since: datetime) -> FileLink:
    """The link to a file of a message written at `since`; the same at every attempt."""
    until = since + LASTS
    token = signing.dumps([item.pk.hex, int(until.timestamp())], salt=_SALT)
    # What dumps() stamps is the time of the attempt; what counts is the time inside.
    return FileLink(
        item.name, item.size, f"{settings.PUBLIC_BASE_URL}/f/{token}/", until, item.content_type
    )


def read(token: str) -> Attachment | None:
    """The file of a link that is ours and still holds; its message is public and was sent."""
    try:
        name, until = signing.loads(token, salt=_SALT)
        pk = UUID(hex=name)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if until < datetime.now(UTC).timestamp():
        return None
    found = Attachment.objects.filter(
        pk=pk, message__direction=Direction.OUT, message__visibility=Visibility.PUBLIC
    )
    item = found.exclude(message__delivery__state=DeliveryState.CANCELLED).first()
    return item if item and item.file else None
