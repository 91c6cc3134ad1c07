"""What became of an answer on a channel that is not live."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

OUR_ADDRESS: Final = "help@birchandlinen.example"
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of an outbox row. states: those it went through after the queue."""

    states: tuple[str, ...]
    error_code: str = ""
    error: str = ""
    attempts: int = 1
    to: str = ""
    provider_id: str = ""
    expires_after: timedelta = _HOUR
    next_at: datetime | None = None


_GOOD: Final = {
    "email": Outcome(("sent",), expires_after=72 * _HOUR),
    "sms": Outcome(("sent", "delivered")),
    "telegram": Outcome(("sent",)),
}
# The troubles that the newest answers of each channel have, in this order.
RECENT_TROUBLES: Final = {
    "email": (
        Outcome(
            ("retry",),
            "451",
            "the mail server put the mail off: 451 4.3.0 try again later",
            attempts=3,
            expires_after=72 * _HOUR,
        ),
        Outcome(
            ("failed",),
            "550",
            "the mail server refused the mail: 550 5.1.1 no such user here",
            expires_after=72 * _HOUR,
        ),
        Outcome(("cancelled",), expires_after=72 * _HOUR),
    ),
    "sms": (
        Outcome(("sent", "failed"), "30005", "The network does not know this number."),
        Outcome(("expired",), error="It waited too long.", attempts=4),
        Outcome(("sent", "failed"), "30003", "The phone is switched off or out of reach."),
    ),
    "telegram": (
        Outcome(("uncertain",), error="The connection broke after the message left."),
        Outcome(("failed",), "403", "The customer has blocked our bot or left the chat."),
        Outcome(("uncertain",), error="The connection broke after the message left."),
        Outcome(("expired",), error="It waited too long.", attempts=4),
    ),
}
_OLD_TROUBLES: Final = {
    "email": RECENT_TROUBLES["email"][1],
    "sms": RECENT_TROUBLES["sms"][0],
    "telegram": RECENT_TROUBLES["telegram"][1],
}


class Outcomes:
    """Hands out outcomes: mostly good ones, the recent troubles once each."""

    def __init__(self, dice: random.Random, now: datetime) -> None:
        self._dice = dice
        self._now = now
        self._troubles = {channel: list(found) for channel, found in RECENT_TROUBLES.items()}
        self._numbers = 1000

    def next(self, channel: str, to: str, at: datetime, *, last: bool) -> Outcome:
        """The outcome of one answer; only a `last` one, that nobody answered, may go wrong."""
        outcome = _GOOD[channel]
        if last and self._now - at < timedelta(days=3) and self._troubles[channel]:
            outcome = self._troubles[channel].pop(0)
        elif last and self._dice.random() < 0.04:
            outcome = _OLD_TROUBLES[channel]
        named_by = OUR_ADDRESS if channel == "email" else to
        provider_id = self._provider_id(channel, named_by) if "sent" in outcome.states else ""
        # What is not settled comes up again tomorrow, not while somebody looks at it.
        open_end = outcome.states[-1] in {"retry", "uncertain"}
        later = self._now + timedelta(days=1) if open_end else None
        return replace(outcome, to=to, provider_id=provider_id, next_at=later)

    def incoming_id(self, channel: str, address: str) -> str:
        """The provider's id of a customer's message; chat has none."""
        return "" if channel == "chat" else self._provider_id(channel, address)

    def _provider_id(self, channel: str, address: str) -> str:
        digits = f"{self._dice.getrandbits(128):032x}"
        if channel == "sms":
            return f"SM{digits}"
        if channel == "telegram":
            self._numbers += 1
            return f"{address}:{self._numbers}"
        return f"{digits}@{address.rpartition('@')[2]}"
