"""What a channel tells besides messages and receipts: more of the frozen records of the border.

Part of the port that helpdesk.adapters describes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpdesk.adapters import Person


@dataclass(frozen=True, slots=True)
class Change:
    """Something done to a message that was sent before, and perhaps comes later.

    kind: edited, deleted or reaction. target: the provider's id of the message. key: of the change,
    so that a repeat changes nothing. sender: the address of who did it. text: the new words, or the
    emoji ("" takes the reaction back). at: the provider's time (UTC), which orders changes.
    """

    kind: str
    target: str
    key: str
    at: datetime
    sender: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Watermark:
    """Everything that was sent to an address until a moment is now delivered, or read."""

    state: str
    address: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """The provider has given a customer's address another name (a group became a supergroup)."""

    kind: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether the customer still takes messages from us: they blocked the account, or came back."""

    kind: str
    address: str
    blocked: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a provider lets us write to one address: a message each so many seconds, and so
    many at once after a silence.
    """

    every: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Approved:
    """One text that the provider has approved for beginning a talk. body: with {{1}} for gaps."""

    name: str
    language: str
    body: str
    category: str = ""
    gaps: int = 0
    approved: bool = True


@dataclass(frozen=True, slots=True)
class CallReport:
    """What a telephone system says of one call at one moment; reports come in any order.

    id: the system's, unique per inbox. person: the customer's end; ours: our number. way: in or
    out, from us. state: one of models.CallState, "" when only facts are told. sequence orders the
    reports of a call. agent: the mail address of whoever talks. line: of a phone that the call
    made ring, "" for the caller's own; the customer of such a report may be unknown, as that of a
    recording: its address is "" then.
    """

    id: str
    person: Person
    way: str
    state: str = ""
    sequence: int = 0
    ours: str = ""
    at: datetime | None = None
    seconds: int = 0
    hold_seconds: int = 0
    agent: str = ""
    disposition: str = ""
    reason_code: str = ""
    notes: str = ""
    recording_url: str = ""
    recording_notice: bool = False
    line: str = ""
