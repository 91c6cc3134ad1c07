"""Kept HTML cleaned again when the sanitiser's rules have changed (J1)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet

from helpdesk import safe_html
from helpdesk.adapters import InboundMessage, Raw, adapter_for
from helpdesk.models import Direction, InboundEvent, InboundState, Message

BATCH = 100


def outdated() -> QuerySet[Message]:
    """Messages whose HTML was kept under other rules than today's."""
    old = Q(meta__sanitiser__lt=safe_html.VERSION) | Q(meta__sanitiser__isnull=True)
    return Message.objects.filter(old).exclude(html="")


@transaction.atomic
def reclean(limit: int = BATCH) -> int:
    """Clean some messages again from what is kept; how many. What cannot be is shown as text."""
    rows = list(outdated().select_for_update(skip_locked=True).order_by("pk")[:limit])
    for row in rows:
        row.html = safe_html.clean(row.html) or ""
        row.meta = {**_unstamped(row), **safe_html.stamp(row.html)}
    Message.objects.bulk_update(rows, ["html", "meta"])
    return len(rows)


def reread(limit: int = BATCH, after: int = 0) -> tuple[int, int]:
    """Read some raw payloads again, for HTML that older rules had thrown away.

    Returns (messages renewed, last payload looked at; 0 at the end). Only HTML and its stamp
    change: what was said, by whom and where it was filed stays.
    """
    done = InboundEvent.objects.filter(state=InboundState.DONE, pk__gt=after)
    renewed = 0
    events = list(done.select_related("inbox").order_by("pk")[:limit])
    for event in events:
        adapter = adapter_for(event.inbox)
        if not adapter.capabilities.html:
            continue
        for parsed in adapter.parse(event.inbox, Raw(event.dedupe_key, bytes(event.body))):
            if isinstance(parsed, InboundMessage) and parsed.html:
                renewed += _renew(event, parsed)
    return renewed, events[-1].pk if len(events) == limit else 0


@transaction.atomic
def _renew(event: InboundEvent, parsed: InboundMessage) -> int:
    found = Message.objects.select_for_update().filter(
        inbox=event.inbox, direction=Direction.IN, external_id=parsed.external_id
    )
    row = found.first() if parsed.external_id else None
    cleaned = safe_html.clean(parsed.html)
    if row is None or cleaned is None or row.html == cleaned:
        return 0
    row.html = cleaned
    row.meta = {**_unstamped(row), **safe_html.stamp(cleaned)}
    row.save(update_fields=["html", "meta"])
    return 1


def _unstamped(row: Message) -> dict[str, object]:
    return {key: row.meta[key] for key in row.meta if key not in {"sanitiser", "pictures"}}
