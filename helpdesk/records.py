"""What a channel tells besides messages and receipts: more of the frozen records of the border.

Part of the port that helpdesk.adapters describes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
class Approved:
    """One text that the provider has approved for beginning a talk. body: with {{1}} for gaps."""

    name: str
    language: str
    body: str
    category: str = ""
    gaps: int = 0
    approved: bool = True
