"""Why an agent does or does not get an item: codes and figures, put into words by the screens."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Code(StrEnum):
    """What was checked. The first group is about the agent, the second about this moment."""

    OFFLINE = "offline"
    CHANNEL = "channel"
    TOO_HEAVY = "too_heavy"
    HARD_SKILL = "hard_skill"
    SKILL = "skill"
    LANGUAGE = "language"
    TEAM = "team"
    RESERVE = "reserve"

    BANNED = "banned"
    DECLINED = "declined"
    RESERVED = "reserved"
    PROTECTED = "protected"
    ON_CALL = "on_call"
    BUSY_LIVE = "busy_live"
    HAS_PARKED = "has_parked"
    NO_UNITS = "no_units"
    CHANNEL_FULL = "channel_full"


class Reason(NamedTuple):
    """One check: its subject (a skill's id, a language, a channel), what it needs and finds.

    step: the relaxation step from which the agent passes it (NEVER: none); met: whether he
    passes it now.
    """

    code: Code
    subject: int | str | None = None
    need: float | None = None
    have: float | None = None
    step: int | None = None
    met: bool = False


class Rejection(NamedTuple):
    """An agent who did not get it, and the first check that he failed."""

    agent: int
    reason: Reason
