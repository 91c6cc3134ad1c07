"""The table "when X happens, do Y". Everything that follows from an event is listed here."""

from __future__ import annotations

from helpdesk import events, nudge


def find_an_agent(conversation_id: int, _seq: int) -> None:
    """A new conversation goes to the router."""
    nudge.route(conversation_id)


AFTER_COMMIT: tuple[tuple[events.Kind, events.LaterReaction], ...] = (
    (events.Kind.CONVERSATION_STARTED, find_an_agent),
)


def install() -> None:
    """Register the table; called once when the app is ready."""
    for kind, reaction in AFTER_COMMIT:
        events.react_after_commit(kind, reaction)
