"""Phone calls as they are told: an entry in the thread, its state, and what a missed one asks for.

Reports come late, twice and in any order; the end is the same (the state moves only forward, words
are those of the newest report).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk import call_lines
from helpdesk.adapters import WaitError
from helpdesk.events import Kind, locked, record
from helpdesk.models import (
    ACTIVE_STATES,
    Agent,
    Call,
    CallState,
    CallWay,
    Conversation,
    CustomerIdentity,
    Direction,
    Inbox,
    Message,
    State,
    Task,
    Visibility,
)
from helpdesk.permissions import agents_for
from helpdesk.records import CallReport
from helpdesk.services import assignments, conversations, customers, legs
from helpdesk.services.messages import WAKES, append
from helpdesk.services.text import clean, clean_line, mask_cards

CALL_BACK_WITHIN = timedelta(minutes=15)
EDITED = 10**15
"""A sequence above those of all reports: what an agent has written is not written over."""
PARKED_FOR = timedelta(hours=24)
LOOK_AGAIN = 5.0  # seconds
ANSWERED = frozenset({CallState.IN_PROGRESS, CallState.COMPLETED})
MISSED = frozenset({CallState.BUSY, CallState.FAILED, CallState.NO_ANSWER, CallState.CANCELED})
MAX_NOTES, MAX_SECONDS = 10_000, 7 * 24 * 3600
_KEPT = 120


class InvalidCallError(ValueError):
    """A call that cannot be kept so; `field` names what is wrong."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@transaction.atomic
def report(inbox: Inbox, said: CallReport) -> Message | None:
    """Keep what a telephone system says of a call; its entry in the thread. Safe to repeat.

    What names no customer waits a day for the report that does: WaitError; None when it is over.
    """
    name = clean_line(said.id, _KEPT)
    found = Call.objects.filter(inbox=inbox, external_id=name)
    conversation_id = found.values_list("message__conversation", flat=True).first()
    if conversation_id is None and not said.person.address:
        if datetime.now(UTC) - (said.at or datetime.now(UTC)) > PARKED_FOR:
            return None
        raise WaitError(LOOK_AGAIN)
    if conversation_id is None:
        customer = customers.sender(said.person)
        conversation_id = found.values_list("message__conversation", flat=True).first()
        if conversation_id is None:
            return _begun(inbox, said, name, _running(customer.pk, inbox), customer)
    with locked(conversation_id) as conversation:
        call = found.select_for_update(of=("self",)).select_related("message").get()
        before = call.state
        _take_in(call, said, inbox)
        _kept(conversation, call, before)
    return call.message


def log(
    conversation_id: int,
    *,
    by: Agent,
    way: str,
    state: str,
    seconds: int = 0,
    disposition: str = "",
    notes: str = "",
    at: datetime | None = None,
) -> Message:
    """A call that an agent writes down by hand. Raises InvalidCallError."""
    if way not in CallWay.values or state not in {*MISSED, CallState.COMPLETED}:
        raise InvalidCallError("state", _("Choose one of the list."))
    if not 0 <= seconds <= MAX_SECONDS:
        raise InvalidCallError("seconds", _("How long did it last?"))
    now = datetime.now(UTC)
    if at is not None and at > now:
        raise InvalidCallError("at", _("A call that is still to come cannot be written down."))
    began = at or now - timedelta(seconds=seconds)
    with locked(conversation_id) as conversation:
        if conversation.state == State.CLOSED:
            raise conversations.IllegalTransitionError("this conversation is closed")
        known = CustomerIdentity.objects.filter(customer=conversation.customer_id, kind="phone")
        call = Call(
            inbox=conversation.inbox,
            way=way,
            theirs=known.order_by("-pk").values_list("address", flat=True).first() or "",
            agent=by,
            state=state,
            began_at=began,
            answered_at=began if state == CallState.COMPLETED else None,
            ended_at=began + timedelta(seconds=seconds),
            seconds=seconds,
            disposition=mask_cards(clean_line(disposition, _KEPT)),
            notes=mask_cards(clean(notes, MAX_NOTES).strip()),
        )
        _kept(conversation, call, "", by=by)
    return call.message


def edit(message_id: UUID, *, by: Agent, disposition: str, notes: str) -> Message:
    """An agent writes down, or corrects, how a call ended. Raises Call.DoesNotExist."""
    found = Call.objects.filter(message=message_id)
    conversation_id = found.values_list("message__conversation", flat=True).first()
    if conversation_id is None:
        raise Call.DoesNotExist
    with locked(conversation_id) as conversation:
        call = found.select_for_update(of=("self",)).select_related("message", "agent").get()
        call.disposition = clean_line(disposition, _KEPT)
        call.notes = clean(notes, MAX_NOTES).strip()
        call.noted = EDITED
        _shown(conversation, call, by=by)
        call.save(update_fields=["disposition", "notes", "noted"])
    return call.message


def facts(call: Call) -> dict[str, Any]:
    """What screens show of a call; kept in its entry, so that a thread needs no other query."""
    return {
        "way": str(call.way),
        "state": str(call.state),
        "theirs": call.theirs,
        "ours": call.ours,
        "agent": call.agent.display_name if call.agent else "",
        "began_at": call.began_at.isoformat(),
        "answered_at": call.answered_at.isoformat() if call.answered_at else None,
        "ended_at": call.ended_at.isoformat() if call.ended_at else None,
        "seconds": 0 if is_missed(call) else call.seconds,
        "hold_seconds": call.hold_seconds,
        "disposition": call.disposition,
        "reason_code": call.reason_code,
        "notes": call.notes,
        "recording": call.recording_url,
        "notice": call.recording_notice,
        "missed": is_missed(call),
    }


def is_missed(call: Call) -> bool:
    """Somebody wanted us and reached nobody."""
    return call.way == CallWay.IN and call.state in MISSED


def _running(customer_id: int, inbox: Inbox) -> int | None:
    """The conversation of this number that goes on."""
    mine = Conversation.objects.filter(
        customer=customer_id, inbox=inbox, state__in=(*ACTIVE_STATES, State.RESOLVED)
    )
    found = mine.order_by("-last_message_at", "-pk").first()
    return None if found is None or conversations.is_too_old(found, inbox) else found.pk


def _begun(
    inbox: Inbox, said: CallReport, name: str, conversation_id: int | None, customer: Any
) -> Message:
    way = CallWay.IN if said.way == CallWay.IN else CallWay.OUT
    call = Call(
        inbox=inbox,
        external_id=name,
        way=way,
        theirs=clean_line(said.person.address, 320),
        ours=clean_line(said.ours, 320),
        state=CallState.QUEUED,
        sequence=-1,
        noted=-1,
        began_at=said.at or datetime.now(UTC),
    )
    _take_in(call, said, inbox)
    if conversation_id is not None:
        with locked(conversation_id) as conversation:
            _kept(conversation, call, "")
        return call.message
    with conversations.started(customer, inbox, rests=True) as conversation:
        _kept(conversation, call, "")
    return call.message


def _take_in(call: Call, said: CallReport, inbox: Inbox) -> None:
    """What a report adds. Whatever the order of reports, the outcome is one."""
    if said.state in CallState.values:
        at = said.at or datetime.now(UTC)
        picked_up = at.isoformat() if said.state == CallState.IN_PROGRESS else ""
        lines = call.lines or {call_lines.OWN: [call.state, call.sequence, ""]}
        call.lines = call_lines.with_report(
            lines, said.line[:_KEPT], said.state, said.sequence, picked_up
        )
        call.state, since = call_lines.outcome(call.lines)
        call.sequence = max(call.sequence, said.sequence)
        call.began_at = min(call.began_at, at)
        call.answered_at = datetime.fromisoformat(since) if since else call.answered_at
        if not said.line and call_lines.rank(said.state) == call_lines.ENDED:
            call.ended_at = min(call.ended_at or at, at)
    call.seconds = max(call.seconds, min(max(said.seconds, 0), MAX_SECONDS))
    call.hold_seconds = max(call.hold_seconds, min(max(said.hold_seconds, 0), MAX_SECONDS))
    call.recording_notice = call.recording_notice or said.recording_notice
    if said.recording_url and urlsplit(said.recording_url).scheme == "https":
        call.recording_url = clean_line(said.recording_url, 500)
    if said.agent and call.agent is None:
        call.agent = agents_for(inbox).filter(email__iexact=said.agent).first()
    if said.sequence >= call.noted and (said.disposition or said.notes or said.reason_code):
        call.noted = said.sequence
        call.disposition = clean_line(said.disposition, _KEPT)
        call.reason_code = clean_line(said.reason_code, 60)
        call.notes = clean(said.notes, MAX_NOTES).strip()


def _kept(conversation: Conversation, call: Call, before: str, *, by: Agent | None = None) -> None:
    """Write the call and its entry, with what follows from its state, in a locked conversation."""
    by = by or call.agent
    fresh = before == ""
    answered = call.state in ANSWERED and before not in ANSWERED
    missed = is_missed(call) and before not in MISSED
    if missed:
        _wait(conversation, call)
    elif answered:
        _reached(conversation)
    if fresh:
        call.message = _entry(conversation, call, by)
    else:
        _shown(conversation, call, by=by)
    if not missed:
        _placed(conversation, call)
    call.save()


def _shown(conversation: Conversation, call: Call, *, by: Agent | None) -> None:
    """Its entry as it is now."""
    call.message.meta = {**call.message.meta, "call": facts(call)}
    call.message.save(update_fields=["meta"])
    payload = {"message": str(call.message.pk), "state": str(call.state)}
    record(conversation, Kind.CALL_CHANGED, by=by, payload=payload, message=call.message)


def _entry(conversation: Conversation, call: Call, by: Agent | None) -> Message:
    """The call's place in the thread: internal, so that no way leads to the customer."""
    message = Message(
        conversation=conversation,
        inbox=call.inbox,
        direction=Direction.OUT,
        visibility=Visibility.INTERNAL,
        author=call.agent,
        body="",
        meta={"call": facts(call), "paper": "call"},
        created_at=datetime.now(UTC),
    )
    conversation.last_message_at = message.created_at
    conversation.last_preview = call.theirs[:160]
    conversation.last_direction = Direction.IN if call.way == CallWay.IN else Direction.OUT
    return append(conversation, message, Kind.CALL_CHANGED, [], by=by)


def _wait(conversation: Conversation, call: Call) -> None:
    """A missed call waits like a message: its clock runs, it is routed, and it is a task."""
    now = datetime.now(UTC)
    conversation.unread += 1
    conversation.waiting_since = conversation.waiting_since or now
    if conversation.state in WAKES:
        conversations.move(conversation, State.OPEN, by=None, reason="missed_call")
    with translation.override(call.inbox.language):
        text = _("Call %(number)s back") % {"number": call.theirs}
    call.callback = Task.objects.create(
        conversation=conversation,
        text=text[:300],
        due_at=now + CALL_BACK_WITHIN,
        assignee=conversation.assignee,
    )
    payload = {"task": call.callback.pk, "what": "added"}
    record(conversation, Kind.TASK_CHANGED, payload=payload)


def _reached(conversation: Conversation) -> None:
    """They talk: nobody waits any more, and calling back is done."""
    conversation.waiting_since = None
    conversation.unread = 0
    asked = Call.objects.filter(message__conversation=conversation, callback__done_at__isnull=True)
    for task in Task.objects.filter(pk__in=asked.values("callback"), done_at__isnull=True):
        task.done_at = datetime.now(UTC)
        task.save(update_fields=["done_at"])
        payload = {"task": task.pk, "what": "done"}
        record(conversation, Kind.TASK_CHANGED, payload=payload)


def _placed(conversation: Conversation, call: Call) -> None:
    """Whose the conversation is while they talk, and that it is over when there were only calls."""
    if not call.external_id:
        return
    ended = call_lines.rank(call.state) == call_lines.ENDED
    if call.agent and not ended:
        if conversation.assignee_id != call.agent.pk:
            assignments.give(conversation, call.agent, by=None, why="call")
        if conversation.state in WAKES:
            conversations.move(conversation, State.OPEN, by=None, reason="call")
        legs.hold(conversation, call.agent)
    elif (
        ended
        and conversation.public_seq == 0
        and conversation.waiting_since is None
        and conversation.state in {State.OPEN, State.PENDING}
    ):
        conversations.move(conversation, State.RESOLVED, by=None, reason="call")
