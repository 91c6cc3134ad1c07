"""What supervisors do with payloads that could not be read (DEL-4); each act is in the log."""

from __future__ import annotations

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction

from helpdesk import audit, inbound
from helpdesk.models import Act, Agent, InboundEvent, InboundState
from helpdesk.permissions import visible
from helpdesk.services.text import clean_line

MOST_LOGGED = 500


class NoReasonError(ValueError):
    """Nothing is thrown away without a word why."""


@transaction.atomic
def replay(event_id: int, *, by: Agent) -> bool:
    """Read one again; False if it is no longer in quarantine."""
    event = _held(event_id, by)
    if event is None:
        return False
    inbound.replay(event)
    _log(by, [event], "replayed", Act.REPLAYED)
    return True


@transaction.atomic
def replay_all(*, by: Agent, before_version: int | None = None) -> int:
    """Read all again that `by` may see; how many.

    before_version: only what was given up by a parser older than that.
    """
    found = visible(by, InboundEvent).filter(state=InboundState.QUARANTINED)
    if before_version is not None:
        found = found.filter(parser_version__lt=before_version)
    some = list(found.only("pk", "inbox_id", "dedupe_key")[:MOST_LOGGED])
    many = inbound.replay_all(found)
    _log(by, some, "replayed", Act.REPLAYED)
    return many


@transaction.atomic
def discard(event_id: int, *, reason: str, by: Agent) -> bool:
    """Give one up; False if it is no longer in quarantine. Raises NoReasonError."""
    why = clean_line(reason, 300)
    if not why:
        raise NoReasonError
    event = _held(event_id, by)
    if event is None:
        return False
    inbound.discard(event, reason=why)
    _log(by, [event], f"discarded: {why}", Act.DISCARDED, why)
    return True


def _held(event_id: int, by: Agent) -> InboundEvent | None:
    rows = visible(by, InboundEvent).filter(pk=event_id, state=InboundState.QUARANTINED)
    return rows.defer("body").first()


def _log(by: Agent, events: list[InboundEvent], what: str, act: Act, reason: str = "") -> None:
    if events:
        LogEntry.objects.log_actions(by.pk, events, CHANGE, what)
    for event in events:
        audit.record(act, event, by=by, reason=reason)
