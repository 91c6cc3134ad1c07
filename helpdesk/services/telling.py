"""Webhooks on their way: events become due rows, rows become signed calls (Standard Webhooks).

Each event is told at least once, those of one conversation in order: the next one waits until the
one before has arrived or is given up, after 24 hours.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from helpdesk import nudge, outbound_http
from helpdesk.models import (
    Conversation,
    ConversationEvent,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookState,
)
from helpdesk.outbox import backoff
from helpdesk.realtime import payloads
from helpdesk.selectors import stream
from helpdesk.services.webhooks import PATIENCE, PREFIX, TRIAL

log = logging.getLogger(__name__)
TASK = "helpdesk.tell_webhook"
AT_ONCE = 500  # events that one pass reads for an endpoint
LEASE = timedelta(seconds=60)
SECONDS = 10.0  # for one call
A_RUN = 40.0  # seconds for which one worker serves one endpoint
STOP_AFTER = timedelta(days=3)
KEPT = timedelta(days=30)
MOST_ANSWER = 64 * 1024
_OPEN = (WebhookState.QUEUED, WebhookState.SENDING)
_pending: list[stream.Mark] = []
"""The mark whose transactions were still running in the last pass."""


def sweep(*, send_here: bool = False) -> int:
    """Make rows of what happened, and wake a worker for each endpoint that has some due."""
    touched = collect()
    now = datetime.now(UTC)
    due = _due(now).values_list("endpoint", flat=True)
    for endpoint in sorted(set(due)):
        if send_here or not nudge.once(TASK, endpoint):
            touched += tell(endpoint)
    touched += WebhookDelivery.objects.filter(
        ~Q(state__in=_OPEN), created_at__lt=now - KEPT
    ).delete()[0]
    return touched


def collect() -> int:
    """Rows for what happened since each endpoint's last; how many."""
    endpoints = list(WebhookEndpoint.objects.filter(enabled=True).values_list("pk", flat=True))
    if not endpoints:
        _pending.clear()
        return 0
    until = _settled()
    return sum(_collected(pk, until) for pk in endpoints) if until is not None else 0


def _settled() -> int | None:
    """Up to which event nothing can be missing; asked again in the next pass if not yet."""
    at = _pending.pop() if _pending else stream.mark()
    if stream.is_settled(at):
        return at.event
    _pending.append(at)
    return None


@transaction.atomic
def _collected(pk: int, until: int) -> int:
    free = WebhookEndpoint.objects.select_for_update(skip_locked=True)
    endpoint = free.filter(pk=pk, enabled=True, read_to__lt=until).first()
    if endpoint is None:
        return 0
    inboxes = None if endpoint.everywhere else list(endpoint.inboxes.values_list("pk", flat=True))
    kinds = set(endpoint.kinds) - (set() if endpoint.notes else stream.AMONG_COLLEAGUES)
    events = list(stream.between(endpoint.read_to, until, inboxes=inboxes, kinds=kinds)[:AT_ONCE])
    now = datetime.now(UTC)
    made = [
        WebhookDelivery(
            endpoint=endpoint,
            event=one,
            conversation_id=one.conversation_id,
            kind=one.kind,
            next_at=now,
            give_up_at=now + PATIENCE,
            created_at=now,
        )
        for one in events
    ]
    WebhookDelivery.objects.bulk_create(made, ignore_conflicts=True)
    endpoint.read_to = events[-1].pk if len(events) == AT_ONCE else until
    endpoint.save(update_fields=["read_to"])
    return len(made)


def _due(now: datetime) -> Any:
    """Rows that may be told now: none before it in its conversation, none that is being told."""
    before = WebhookDelivery.objects.filter(
        endpoint=OuterRef("endpoint"),
        conversation=OuterRef("conversation"),
        pk__lt=OuterRef("pk"),
        state__in=_OPEN,
    )
    ready = Q(state=WebhookState.QUEUED) | Q(state=WebhookState.SENDING, lease_until__lt=now)
    return WebhookDelivery.objects.filter(
        ready, ~Exists(before), next_at__lte=now, endpoint__enabled=True
    )


def tell(endpoint_id: int) -> int:
    """Tell an endpoint what is due, one after the other, until it fails or our time is over."""
    told, until = 0, time.monotonic() + A_RUN
    while time.monotonic() < until:
        delivery = _claimed(endpoint_id)
        if delivery is None:
            break
        told += 1
        if not _told(delivery):
            break
    return told


@transaction.atomic
def _claimed(endpoint_id: int) -> WebhookDelivery | None:
    now = datetime.now(UTC)
    rows = _due(now).filter(endpoint=endpoint_id).order_by("next_at", "pk")
    found: WebhookDelivery | None = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if found is not None:
        found.state, found.lease_until = WebhookState.SENDING, now + LEASE
        found.attempts, found.tried_at = found.attempts + 1, now
        found.save(update_fields=["state", "lease_until", "attempts", "tried_at"])
    return found


def _told(delivery: WebhookDelivery) -> bool:
    """One call, outside any transaction; False if it did not arrive."""
    endpoint = delivery.endpoint
    body = orjson.dumps(content(delivery), default=str)
    headers = signed(endpoint, _name(delivery), body, datetime.now(UTC))
    wait: float | None = None
    try:
        answer = outbound_http.post(
            endpoint.url, body=body, headers=headers, seconds=SECONDS, max_bytes=MOST_ANSWER
        )
    except outbound_http.OutboundError as error:
        status, said = None, str(error)
    else:
        status, said, wait = answer.status, f"HTTP {answer.status}", answer.retry_after
        if answer.ok:
            _arrived(delivery, status)
            return True
    _failed(delivery, status, said, wait)
    return False


@transaction.atomic
def _arrived(delivery: WebhookDelivery, status: int) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state=WebhookState.DONE, status=status, error="", lease_until=None
    )
    failing = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id, failing_since__isnull=False)
    failing.update(failing_since=None)


@transaction.atomic
def _failed(delivery: WebhookDelivery, status: int | None, said: str, wait: float | None) -> None:
    """Later again, as the other side asks; given up after 24 hours, switched off after 3 days."""
    now = datetime.now(UTC)
    seconds = backoff(delivery.attempts) if wait is None else min(wait, PATIENCE.total_seconds())
    again = now + timedelta(seconds=seconds)
    over = again > delivery.give_up_at or delivery.kind == TRIAL
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state=WebhookState.FAILED if over else WebhookState.QUEUED,
        status=status,
        error=said[:300],
        next_at=again,
        lease_until=None,
    )
    if delivery.kind == TRIAL:
        return
    one = WebhookEndpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
    one.failing_since = one.failing_since or now
    gone = status == 410  # "I do not want it any more"
    if one.enabled and (gone or one.failing_since < now - STOP_AFTER):
        one.enabled, one.stopped_at = False, now
        log.error("webhook %s is switched off: %s", one.pk, said)
    one.save(update_fields=["failing_since", "enabled", "stopped_at"])


def content(delivery: WebhookDelivery) -> dict[str, Any]:
    """What is told: type, time, and what helpdesk.selectors.stream says of the event."""
    event: ConversationEvent | None = delivery.event
    if event is None:
        at = payloads.stamp(delivery.created_at)
        return {"type": TRIAL, "timestamp": at, "data": {"hello": delivery.endpoint.name}}
    rows = Conversation.objects.select_related("customer", "inbox", "assignee")
    (facts,) = stream.told([event], notes=delivery.endpoint.notes)
    row = payloads.row(rows.get(pk=event.conversation_id))
    return {"type": event.kind, "timestamp": facts["at"], "data": {**facts, "row": row}}


def _name(delivery: WebhookDelivery) -> str:
    """The same for every try of an event: by it the other side knows what it has already."""
    return f"evt_{delivery.event_id}" if delivery.event_id else f"test_{delivery.pk}"


def signed(endpoint: WebhookEndpoint, name: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks, signed with both secrets while one follows the other."""
    stamp = str(int(now.timestamp()))
    keys = [endpoint.secrets.get("now", "")]
    if endpoint.old_until is not None and endpoint.old_until > now:
        keys.append(endpoint.secrets.get("before", ""))
    plain = f"{name}.{stamp}.".encode() + body
    marks = [
        hmac.new(base64.b64decode(key.removeprefix(PREFIX)), plain, hashlib.sha256).digest()
        for key in keys
        if key
    ]
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in marks),
    }
