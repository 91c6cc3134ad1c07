"""One message of ours as several calls of a provider: what goes out, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from helpdesk.adapters import (
    AmbiguousError,
    Capabilities,
    Outgoing,
    PermanentError,
    SendError,
    Sent,
)


def check(outgoing: Outgoing, can: Capabilities) -> None:
    """Raises PermanentError for what the network can never carry."""
    text = outgoing.body
    if not text.strip() and not outgoing.files and not outgoing.links:
        raise PermanentError("The message is empty.", "empty")
    if can.max_chars and len(text) > can.max_chars:
        raise PermanentError(f"The text is longer than {can.max_chars} characters.", "too_long")
    if can.max_bytes and len(text.encode()) > can.max_bytes:
        raise PermanentError(f"The text is longer than {can.max_bytes} bytes.", "too_long")


def send(calls: Iterable[Callable[[], Sent]]) -> Sent:
    """Make the calls in order; the first one's id is the message's.

    When a later one fails after an earlier one went out it is an AmbiguousError: to repeat the
    whole would send the first part twice.
    """
    first: Sent | None = None
    for call in calls:
        try:
            sent = call()
        except SendError as error:
            if first is None:
                raise
            msg = f"Only a part of the message was sent. {error.text}"
            raise AmbiguousError(msg, error.code) from None
        first = first or sent
    if first is None:
        raise PermanentError("The message is empty.", "empty")
    return first


def with_links(outgoing: Outgoing) -> str:
    """The text with the addresses of its files below, where files do not travel."""
    lines = [f"{link.name}: {link.url}" for link in outgoing.links]
    return "\n".join(filter(None, (outgoing.body.strip(), *lines)))
