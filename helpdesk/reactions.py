"""The table "when X happens, do Y". Everything that follows from an event is listed here."""

from __future__ import annotations

from helpdesk import detection, events
from helpdesk.events import Kind
from helpdesk.ruling.kinds import KINDS
from helpdesk.services import acknowledging, alerts, legs, opting_out, promises, rule_runs

NOW: tuple[tuple[events.Kind, events.NowReaction], ...] = (
    (Kind.CONVERSATION_STARTED, legs.follow),
    (Kind.MESSAGE_RECEIVED, legs.follow),
    (Kind.CALL_CHANGED, legs.follow),
    (Kind.STATE_CHANGED, legs.follow),
    (Kind.ASSIGNED, legs.follow),
    (Kind.UNASSIGNED, legs.follow),
    (Kind.CUSTOMER_LEFT, legs.follow),
    (Kind.MERGED, legs.follow),
    (Kind.UNMERGED, legs.follow),
    (Kind.SPLIT, legs.follow),
    (Kind.OFFERED, alerts.on_event),
    (Kind.ASSIGNED, alerts.on_event),
    (Kind.MESSAGE_RECEIVED, alerts.on_event),
    (Kind.PROMISE_BROKEN, alerts.on_event),
    (Kind.CAME_BACK, alerts.on_event),
    (Kind.MESSAGE_RECEIVED, acknowledging.on_event),
    (Kind.MESSAGE_RECEIVED, opting_out.on_event),
)


def install() -> None:
    """Register the table; called once when the app is ready."""
    for kind, reaction in NOW:
        events.react_now(kind, reaction)
    # After the unit of work, which is told by when it is promised.
    for kind in promises.KINDS:
        events.react_now(kind, promises.on_event)
    events.react_now(Kind.MESSAGE_RECEIVED, detection.look)
    # Last: what the others do about an event is done when a rule looks at it.
    for kind in KINDS:
        events.react_now(kind, rule_runs.notice)
