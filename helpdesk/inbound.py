"""The one way in: accept() keeps the raw payload, process() parses it, receive() files it.

accept() commits before its caller tells the source "done" (DEL-2). receive() is one
transaction and harmless to repeat: the database refuses a second copy.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from helpdesk import nudge, outbox, reader
from helpdesk.adapters import (
    CallReport,
    Ignored,
    InboundFile,
    InboundMessage,
    Parsed,
    Raw,
    Receipt,
    UnreadableError,
    WaitError,
    adapter_for,
)
from helpdesk.after_commit import after_commit
from helpdesk.events import locked, rooted
from helpdesk.models import (
    ACTIVE_STATES,
    Attachment,
    Conversation,
    Customer,
    InboundEvent,
    InboundState,
    Inbox,
    Message,
    State,
)
from helpdesk.selectors import belonging
from helpdesk.services import (
    attachments,
    calls,
    conversations,
    customers,
    messages,
    opting_out,
    outside,
)
from helpdesk.services.text import clean_line

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
MAX_KILLS = 2
BACKOFF = (2, 10, 60, 180, 300)
LEASE = timedelta(seconds=15)  # how long a customer's words wait when their worker is killed
PATIENCE = timedelta(seconds=5)  # beyond what reading may take: filing has its time too
# Whoever failed before goes one at a time, so that new messages always find a free worker (A2).
_slow_lane = threading.Semaphore(1)


def accept(inbox: Inbox, raw: Raw, *, wake: bool = True) -> tuple[InboundEvent, bool]:
    """Commit a raw payload; (event, created). A repeat returns the first one.

    Inside a caller's transaction it is committed with what the caller writes besides.
    Raises only when the database cannot be written: then the source must not hear "done".
    """
    now = datetime.now(UTC)
    key = raw.dedupe_key.replace("\x00", "")
    if len(key) > 200:
        key = "sha256:" + hashlib.sha256(key.encode()).hexdigest()
    with transaction.atomic():
        made = InboundEvent.objects.bulk_create(
            [
                InboundEvent(
                    inbox=inbox,
                    dedupe_key=key,
                    content_sha256=hashlib.sha256(raw.body).digest(),
                    headers={name: _no_nul(value) for name, value in raw.headers.items()},
                    body=raw.body,
                    received_at=now,
                    next_at=now,
                )
            ],
            ignore_conflicts=True,
        )
        event = InboundEvent.objects.defer("body").get(inbox=inbox, dedupe_key=key)
    created = bool(made) and event.received_at == now
    if created and wake:
        after_commit(nudge.process, event.pk)
    return event, created


def _no_nul(value: str) -> str:
    return str(value).replace("\x00", "")


def process(event_id: int) -> str:
    """Parse and file one payload; returns the state it ended in ("" if not ours to do)."""
    now = datetime.now(UTC)
    due = InboundEvent.objects.filter(pk=event_id, state=InboundState.NEW, next_at__lte=now)
    if not due.update(attempts=F("attempts") + 1, next_at=now + LEASE):
        return ""
    event = InboundEvent.objects.select_related("inbox").get(pk=event_id)
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


def _try(event: InboundEvent) -> str:
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
        parsed = reader.read(event.inbox, raw, attempt=event.attempts)
        _file(event, list(parsed), adapter_for(event.inbox).parser_version)
    except WaitError as wait:
        later = datetime.now(UTC) + timedelta(seconds=wait.seconds)
        mine = InboundEvent.objects.filter(pk=event.pk, state=InboundState.NEW)
        mine.update(attempts=F("attempts") - 1, next_at=later)
    except Exception as error:  # noqa: BLE001  whatever a payload does, it blocks nobody else
        return _put_off(event, error)
    return event.state


def _file(event: InboundEvent, parsed: list[Parsed], parser_version: int) -> None:
    """All elements of one payload and its `done` mark, in one transaction."""
    with transaction.atomic():
        fresh = InboundEvent.objects.select_for_update().defer("body").get(pk=event.pk)
        if fresh.state != InboundState.NEW:
            event.state = fresh.state
            return
        reasons = []
        filed: list[Message] = []
        for element in parsed:
            if isinstance(element, Ignored):
                reasons.append(element.reason)
            elif isinstance(element, Receipt):
                outbox.record_receipt(event.inbox, element)
            elif isinstance(element, CallReport):
                filed.append(calls.report(event.inbox, element))
            else:
                filed.append(receive(event.inbox, element)[0])
        ignored = bool(reasons) and len(reasons) == len(parsed)
        event.state = InboundState.IGNORED if ignored else InboundState.DONE
        InboundEvent.objects.filter(pk=event.pk).update(
            state=event.state,
            error="; ".join(reasons)[:2000],
            parser_version=parser_version,
            finished_at=datetime.now(UTC),
            message=filed[0] if filed else None,
        )


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


def receive(inbox: Inbox, inbound: InboundMessage) -> tuple[Message, bool]:
    """File one customer message; (message, created). One transaction, safe to repeat.

    The same provider's id on other content is another message, and says so (F1).
    """
    looked = False
    for _ in range(4):
        earlier = _known(inbox, inbound, look=looked)
        if earlier and _other_content(earlier, inbound):
            inbound = _twin(inbound)
            continue
        if earlier:
            return earlier, False
        try:
            with transaction.atomic():
                return _receive(inbox, inbound)
        except IntegrityError:
            if _known(inbox, inbound, look=True) is None:
                raise
            looked = True
    msg = f"no id is free for {inbound.external_id}"
    raise UnreadableError(msg)


def _other_content(earlier: Message, inbound: InboundMessage) -> bool:
    known = earlier.meta.get("content_key", "")
    return bool(inbound.content_key and known and known != inbound.content_key)


def _twin(inbound: InboundMessage) -> InboundMessage:
    """The message under an id of its own; the blank keeps it apart from every real id."""
    own = f"{inbound.external_id[:300]} {inbound.content_key[:32]}"
    return replace(
        inbound, external_id=own, meta={**inbound.meta, "same_id_as": inbound.external_id}
    )


def _known(inbox: Inbox, inbound: InboundMessage, *, look: bool = False) -> Message | None:
    """An earlier copy. Live chat (client ids) leaves the check to the constraint at first."""
    if inbound.client_id and inbound.conversation_id:
        if not look:
            return None
        # In any conversation of that customer: a closed one may have been followed by another.
        return Message.objects.filter(
            client_id=inbound.client_id,
            conversation__customer__conversations=inbound.conversation_id,
        ).first()
    external_id = clean_line(inbound.external_id, 400)
    if not external_id:
        return None
    return Message.objects.filter(inbox=inbox, direction="in", external_id=external_id).first()


def _receive(inbox: Inbox, inbound: InboundMessage) -> tuple[Message, bool]:
    if inbound.content_key:
        meta = {**inbound.meta, "content_key": inbound.content_key}
        inbound = replace(inbound, meta=meta)
    inbound = opting_out.read(inbox, inbound)
    files = [attachments.store(file) for file in inbound.files]
    if inbound.stored:
        files += Attachment.objects.filter(pk__in=inbound.stored, message__isnull=True)
    if inbound.conversation_id and inbound.sender.verified:
        return _continue(inbound.conversation_id, inbox, inbound, files)
    if adapter_for(inbox).capabilities.threaded:
        return _letter(inbox, inbound, files)
    customer = customers.sender(inbound.sender)
    thread = _running(inbox, customer, inbound)
    if thread is None:
        return _start(customer, inbox, inbound, files), True
    return _continue(thread.pk, inbox, inbound, files)


def _letter(inbox: Inbox, inbound: InboundMessage, files: list[Attachment]) -> tuple[Message, bool]:
    """A letter goes where its signs and its sender allow, else it begins a conversation (E1-E4)."""
    agent = belonging.agent_of(inbound)
    if agent and inbound.forwarded_from and inbound.meta.get("forward"):
        inbound = outside.as_requester(inbound, by=agent)  # D5
        customer = customers.sender(inbound.sender)
        return _start(customer, inbox, inbound, files), True
    customer = customers.sender(inbound.sender)
    found = belonging.place(inbox, customer, inbound, agent)
    inbound = outside.warned(inbound, found, claimed=belonging.claimed_agent(inbound), agent=agent)
    if found.conversation is None:
        message = _start(customer, inbox, inbound, files)
        if found.possible:
            outside.link_possible(message, found.possible)
        return message, True
    if agent and found.conversation.customer_id != customer.pk:
        return outside.record_answer(found.conversation.pk, inbox, inbound, files, by=agent), True
    if found.unverified and found.conversation.state == State.CLOSED:
        # Nobody whom we do not know begins a conversation in another's name.
        message = _start(customer, inbox, inbound, files)
        outside.link_possible(message, found.conversation.pk)
        return message, True
    return _continue(found.conversation.pk, inbox, inbound, files)


def _continue(
    conversation_id: int, inbox: Inbox, inbound: InboundMessage, files: list[Attachment]
) -> tuple[Message, bool]:
    """Append to a conversation, or to the one that followed it once it was closed.

    A merged one is as open as what it was merged into. The closed one stays locked to the end, so
    that racing messages make one follow-up.
    """
    with locked(conversation_id) as conversation, rooted(conversation) as root:
        if root.state != State.CLOSED and not conversations.is_too_old(root, inbox):
            return messages.append_inbound(conversation, inbox, inbound, files), True
    earlier = _known(inbox, inbound, look=True)
    if earlier:
        return earlier, False
    following = Conversation.objects.filter(follow_up_of=conversation).order_by("pk").first()
    if following:
        return _continue(following.pk, inbox, inbound, files)
    customer = conversation.customer
    return _start(customer, inbox, inbound, files, follow_up_of=conversation), True


def _start(
    customer: Customer,
    inbox: Inbox,
    inbound: InboundMessage,
    files: list[Attachment],
    follow_up_of: Conversation | None = None,
) -> Message:
    whole = inbound.meta.get("full_text")
    if whole:  # the first message of a conversation is never trimmed (I1)
        meta = {name: value for name, value in inbound.meta.items() if name != "full_text"}
        inbound = replace(inbound, body=str(whole), meta=meta)
    subject = clean_line(inbound.subject, 300)
    with conversations.started(
        customer, inbox, follow_up_of=follow_up_of, subject=subject
    ) as conversation:
        message = messages.append_inbound(conversation, inbox, inbound, files)
        over = "imported" if inbound.past else "opted_out" if inbound.opt in {"out", "in"} else ""
        if over and conversation.state == State.NEW:
            conversations.move(conversation, State.RESOLVED, by=None, reason=over)
        return message


def _running(inbox: Inbox, customer: Customer, inbound: InboundMessage) -> Conversation | None:
    """The conversation that goes on where messages do not name what they answer."""
    mine = Conversation.objects.filter(customer=customer)
    if inbound.conversation_id:
        named = mine.filter(pk=inbound.conversation_id).first()
        if named:
            return named
    known = Message.objects.filter(
        inbox=inbox, external_id__in=inbound.references[:100], conversation__customer=customer
    )
    if inbound.references and (answered := known.first()):
        return mine.get(pk=answered.conversation_id)
    # A blocked customer's texts gather in one place instead of making a heap of conversations.
    kept = (State.SPAM,) if customer.blocked_at else ()
    alive = (*ACTIVE_STATES, State.RESOLVED, *kept)
    return (
        mine.filter(Q(state__in=alive) | Q(merged_into__state__in=alive), inbox=inbox)
        .order_by("-last_message_at", "-pk")
        .first()
    )


def sweep(limit: int = 500, *, work_here: bool = False) -> int:
    """Wake (or do) what is due and was not finished; how many payloads."""
    now = datetime.now(UTC)
    edge = now - timedelta(seconds=5)
    due = InboundEvent.objects.filter(state=InboundState.NEW, next_at__lte=edge)
    waiting = list(due.order_by("next_at").values_list("pk", flat=True)[:limit])
    # Woken once is enough for a while: a busy worker must not drown in repeated nudges.
    due.filter(pk__in=waiting).update(next_at=now)
    for pk in waiting:
        if work_here:
            process(pk)
        else:
            nudge.process(pk)
    return len(waiting)


def keep_file(file: InboundFile) -> Attachment:
    """Store a customer's file before the message that will carry it (see `stored`)."""
    return attachments.store(file)


def customer_seen(conversation_id: int, *, got: int = 0, read: int = 0) -> bool:
    """The customer's device has, or has shown, public messages up to these seqs."""
    return conversations.mark_customer_seen(conversation_id, got=got, read=read)
