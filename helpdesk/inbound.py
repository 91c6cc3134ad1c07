"""The one way in: accept() keeps the raw payload, process() parses it, receive() files it.

accept() commits before its caller tells the source "done" (DEL-2). receive() is one
transaction and harmless to repeat: the database refuses a second copy.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import is_
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet

from helpdesk import (
    acting,
    card_numbers,
    detection,
    drift,
    filing,
    happenings,
    nudge,
    raw_payloads,
    reader,
)
from helpdesk.adapters import (
    Ignored,
    InboundFile,
    InboundMessage,
    Parsed,
    Raw,
    UnreadableError,
    WaitError,
    adapter_for,
)
from helpdesk.after_commit import after_commit
from helpdesk.json_logs import step
from helpdesk.models import Attachment, InboundEvent, InboundState, Inbox, Message
from helpdesk.selectors import belonging
from helpdesk.services import alerts, attachments, conversations
from helpdesk.services.text import clean_line
from helpdesk.sla import stored

log = logging.getLogger(__name__)
receive = filing.receive

MAX_ATTEMPTS = 5
MAX_KILLS = 2
BACKOFF = (2, 10, 60, 180, 300)
TURN = 1.0  # seconds in which a worker takes one payload after the other; then others have theirs
LEASE = timedelta(seconds=15)  # how long a customer's words wait when their worker is killed
PATIENCE = timedelta(seconds=5)  # beyond what reading may take: filing has its time too
# Whoever failed before goes one at a time, so that new messages always find a free worker (A2).
_slow_lane = threading.Semaphore(1)


def accept(inbox: Inbox, raw: Raw, *, wake: bool = True) -> tuple[InboundEvent, bool]:
    """Commit a raw payload; (event, created), the event without its body. A repeat returns the
    first one.

    Inside a caller's transaction it is committed with what the caller writes besides.
    Raises only when the database cannot be written: then the source must not hear "done".
    """
    made = raw_payloads.keep(inbox, [raw])
    if made and wake:
        after_commit(nudge.drain, made[0])
    return raw_payloads.kept(inbox, raw), bool(made)


def accept_all(inbox: Inbox, raws: Sequence[Raw], *, version: str) -> bool:
    """Commit what one call brought, in one statement. Raises as accept().

    False, and nothing is kept, if the inbox is closed or no more what was read as `version`
    (raw_payloads.VERSION).
    """
    made = raw_payloads.keep(inbox, raws, version=version)
    for pk in (made or [])[: nudge.DRAINS]:
        after_commit(nudge.drain, pk)
    return made is not None


def process(event_id: int) -> str:
    """Parse and file one payload; returns the state it ended in ("" if not ours to do)."""
    event = _claimed(_ONE, id=event_id)
    if event is None:
        return ""
    if event.attempts == 1:
        return _try(event)
    if not _slow_lane.acquire(blocking=False):
        later = datetime.now(UTC) + timedelta(seconds=1)
        mine = InboundEvent.objects.filter(pk=event.pk, state=InboundState.NEW)
        mine.update(attempts=F("attempts") - 1, next_at=later)
        return ""
    try:
        return _try(event)
    finally:
        _slow_lane.release()


def drain(number: int = 0, *, again: bool = False) -> int:
    """Process what is due, one after the other, for a while; how many.

    Any number of workers do so at once: each takes the next one that nobody has, so that a slow
    payload holds up nobody's but its own worker. number: of the nudge that woke this one, and that
    is sent again if there may be more. again: what failed before, in the slow lane.
    """
    if again and not _slow_lane.acquire(blocking=False):
        return 0
    done, ends, inboxes = 0, time.monotonic() + TURN, dict[int, Inbox]()
    try:
        with nudge.gathered(), stored.remembered(), belonging.remembered():
            while time.monotonic() < ends:
                event = _claimed(_AGAIN if again else _NEXT)
                if event is None:
                    return done
                known = inboxes.get(event.inbox_id)
                event.inbox = inboxes[event.inbox_id] = known or event.inbox
                _try(event)
                done += 1
    finally:
        if again:
            _slow_lane.release()
    nudge.drain(number, again=again)
    return done


_TAKE = """UPDATE helpdesk_inboundevent SET attempts = attempts + 1, next_at = %(until)s
    WHERE state = 'new' AND next_at <= %(now)s AND id = {}
    RETURNING id, inbox_id, dedupe_key, headers, body, state, attempts"""
_TAKEN = ("id", "inbox_id", "dedupe_key", "headers", "body", "state", "attempts")
_ONE = _TAKE.format("%(id)s")
_DUE = """(SELECT id FROM helpdesk_inboundevent WHERE state = 'new' AND next_at <= %(now)s
    AND attempts {} ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)"""
_NEXT, _AGAIN = _TAKE.format(_DUE.format("= 0")), _TAKE.format(_DUE.format("> 0"))


def _claimed(take: str, **which: int) -> InboundEvent | None:
    """One payload that is due, ours for a while; None if there is none."""
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(take, {"now": now, "until": now + LEASE, **which})
        found = cursor.fetchone()
    if found is None:
        return None
    values = dict(zip(_TAKEN, found, strict=True))
    values["headers"] = orjson.loads(values["headers"])
    return InboundEvent.from_db(None, _TAKEN, values.values())


_FINISH = """UPDATE helpdesk_inboundevent SET state = %(state)s, error = %(error)s,
    parser_version = %(version)s, finished_at = %(now)s, message_id = %(message)s{}
    WHERE id = %(id)s AND state = 'new'"""
_KEPT, _EMPTIED = _FINISH.format(""), _FINISH.format(", body = ''")


def _try(event: InboundEvent) -> str:
    with acting.adding(event=event.pk):
        state = _tried(event)
        step(state, inbox=event.inbox_id)
    return state


def _tried(event: InboundEvent) -> str:
    if event.attempts > MAX_ATTEMPTS:
        # Each earlier try ended without a word: it killed its worker.
        return _put_off(event, UnreadableError("its workers died"))
    _cpu, wall = reader.limits(event.attempts)
    whole = timedelta(seconds=wall) + PATIENCE
    if whole > LEASE:
        until = datetime.now(UTC) + whole
        InboundEvent.objects.filter(pk=event.pk, state=InboundState.NEW).update(next_at=until)
    try:
        raw = Raw(event.dedupe_key, bytes(event.body), event.headers)
        parsed = list(reader.read(event.inbox, raw, attempt=event.attempts))
        version = adapter_for(event.inbox).parser_version
        try:
            _file(event, parsed, version, at_once=True)
        except IntegrityError:  # a copy, or a sender's other first message, came just before
            _file(event, parsed, version, at_once=False)
        drift.observe(event.inbox, adapter_for(event.inbox), raw, parsed)
    except _TakenError:
        event.refresh_from_db(fields=["state"])
    except WaitError as wait:
        later = datetime.now(UTC) + timedelta(seconds=wait.seconds)
        mine = InboundEvent.objects.filter(pk=event.pk, state=InboundState.NEW)
        mine.update(attempts=F("attempts") - 1, next_at=later)
    except Exception as error:  # noqa: BLE001  whatever a payload does, it blocks nobody else
        return _put_off(event, error)
    return event.state


class _TakenError(Exception):
    """Another worker finished the payload while we filed it."""


def _file(event: InboundEvent, parsed: list[Parsed], parser_version: int, *, at_once: bool) -> None:
    """All elements of one payload and its `done` mark, in one transaction.

    The mark comes last and is made once: who comes too late takes everything back.
    """
    with transaction.atomic():
        reasons = []
        filed: list[Message] = []
        clean = [card_numbers.masked(one) for one in parsed]
        for element in clean:
            if isinstance(element, Ignored):
                reasons.append(element.reason)
            elif isinstance(element, InboundMessage) and not element.echo:
                with detection.heard(element) as heard:
                    filed.append(filing.file(event.inbox, heard, at_once=at_once)[0])
            elif told := happenings.take(event.inbox, element):
                filed.append(told)
        ignored = bool(reasons) and len(reasons) == len(parsed)
        state = InboundState.IGNORED if ignored else InboundState.DONE
        facts: dict[str, Any] = {
            "id": event.pk,
            "state": state,
            "error": "; ".join(reasons)[:2000],
            "version": parser_version,
            "now": datetime.now(UTC),
            "message": filed[0].pk if filed else None,
        }
        # Without its body where a card's number is in it.
        finish = _KEPT if all(map(is_, clean, parsed)) else _EMPTIED
        with connection.cursor() as cursor:
            cursor.execute(finish, facts)
            done = cursor.rowcount
        if not done:
            raise _TakenError
    event.state = state


def _put_off(event: InboundEvent, error: Exception) -> str:
    most = MAX_KILLS if isinstance(error, reader.ReaderKilledError) else MAX_ATTEMPTS
    hopeless = isinstance(error, UnreadableError) or event.attempts >= most
    state = InboundState.QUARANTINED if hopeless else InboundState.NEW
    wait = BACKOFF[min(event.attempts, len(BACKOFF)) - 1]
    text = "".join(traceback.format_exception(error)).replace("\x00", "")[-8000:]
    log.warning("inbound event %s: %s (%s)", event.pk, type(error).__name__, state)
    InboundEvent.objects.filter(pk=event.pk, state=InboundState.NEW).update(
        state=state, error=text, next_at=datetime.now(UTC) + timedelta(seconds=wait)
    )
    if hopeless:
        alerts.unread_soon(event.inbox)
    return state


def replay(event: InboundEvent) -> None:
    """Try a quarantined or put-off payload again, from its raw bytes."""
    InboundEvent.objects.filter(
        pk=event.pk, state__in=(InboundState.QUARANTINED, InboundState.NEW)
    ).update(state=InboundState.NEW, attempts=0, next_at=datetime.now(UTC), error="")
    after_commit(nudge.process, event.pk)


def replay_all(events: QuerySet[InboundEvent]) -> int:
    """Try all of these that are in quarantine again; how many. The sweeper finds them."""
    held = events.filter(state=InboundState.QUARANTINED)
    return held.update(state=InboundState.NEW, attempts=0, next_at=datetime.now(UTC), error="")


def discard(event: InboundEvent, *, reason: str) -> None:
    """Give up on a quarantined payload; the raw bytes stay until retention erases them."""
    InboundEvent.objects.filter(pk=event.pk, state=InboundState.QUARANTINED).update(
        state=InboundState.DISCARDED,
        discard_reason=clean_line(reason, 300),
        finished_at=datetime.now(UTC),
    )
    log.info("inbound event %s discarded: %s", event.pk, reason)


def sweep(limit: int = 500, *, work_here: bool = False) -> int:
    """Wake workers for (or do) what is due and was not finished; how many payloads."""
    now = datetime.now(UTC)
    edge = now - timedelta(seconds=5)
    due = InboundEvent.objects.filter(state=InboundState.NEW, next_at__lte=edge)
    waiting = list(due.order_by("next_at").values_list("pk", flat=True)[:limit])
    if work_here:
        for pk in waiting:
            process(pk)
        return len(waiting)
    if waiting:
        nudge.drain_all()
    return len(waiting)


def keep_file(file: InboundFile) -> Attachment:
    """Store a customer's file before the message that will carry it (see `stored`)."""
    return attachments.store(file)


def customer_seen(conversation_id: int, *, got: int = 0, read: int = 0) -> bool:
    """The customer's device has, or has shown, public messages up to these seqs."""
    return conversations.mark_customer_seen(conversation_id, got=got, read=read)
