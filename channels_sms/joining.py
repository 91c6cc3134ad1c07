"""Long texts that a gateway brings in parts: put together when all are here, or after 5 minutes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from helpdesk.adapters import Raw, UnreadableError, WaitError
from helpdesk.models import InboundEvent, Inbox

PATIENCE = timedelta(minutes=5)
_TOGETHER = timedelta(minutes=10)  # a reference is one byte: an hour later it is another text's
_GAP = " […] "
_MOST = 255


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a text. of: what names the text (the pair and the reference)."""

    id: str
    of: str
    number: int
    total: int
    text: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The text. id: the same, whichever part it was put together at. whole: nothing is missing."""

    id: str
    text: str
    whole: bool


def join(inbox: Inbox, raw: Raw, mine: Part, read: Callable[[bytes, str], Part]) -> Joined:
    """The text that this part belongs to; WaitError while others may still come.

    The siblings are the raw payloads that were stored with the same `concat` in their headers;
    read makes a part of a payload and its content type.
    """
    if not 1 <= mine.number <= mine.total <= _MOST:
        raise UnreadableError("a part that cannot be")
    own = InboundEvent.objects.filter(inbox=inbox, dedupe_key=raw.dedupe_key).first()
    at = own.received_at if own else datetime.now(UTC)
    siblings = InboundEvent.objects.filter(
        inbox=inbox,
        received_at__range=(at - _TOGETHER, at + _TOGETHER),
        headers__concat=mine.of,
    )
    nearest = sorted(siblings, key=lambda one: (abs(one.received_at - at), one.pk))
    parts: dict[int, Part] = {mine.number: mine}
    oldest = at
    for event in nearest:
        part = read(bytes(event.body), event.headers.get("content-type", ""))
        if part.number not in parts and part.total == mine.total:
            parts[part.number] = part
            oldest = min(oldest, event.received_at)
    whole = len(parts) == mine.total
    left = (oldest + PATIENCE - datetime.now(UTC)).total_seconds()
    if not whole and left > 0:
        raise WaitError(left)
    ids = "\n".join(sorted(part.id for part in parts.values()))
    digest = hashlib.sha256(ids.encode()).hexdigest()[:32]
    return Joined(f"concat:{digest}", _text(parts, mine.total), whole)


def _text(parts: dict[int, Part], total: int) -> str:
    """The parts in their order; a gap, however many are missing in it, is one mark."""
    text = ""
    for number in range(1, total + 1):
        if number in parts:
            text += parts[number].text
        elif not text.endswith(_GAP):
            text += _GAP
    return text.strip()
