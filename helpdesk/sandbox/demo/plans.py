"""Which conversations the demo has: state, channel and age of each."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from helpdesk.models import State

KINDS: Final = {"chat": "visitor", "email": "email", "sms": "phone", "telegram": "telegram"}
WHOLE: Final = 600
_SHARES: Final = {
    State.NEW: 12,
    State.OPEN: 84,
    State.PENDING: 44,
    State.ON_HOLD: 10,
    State.SNOOZED: 16,
    State.RESOLVED: 92,
    State.SPAM: 14,
}
_CHANNELS: Final = {
    State.NEW: {"email": 6, "sms": 2, "telegram": 3},
    State.OPEN: {"chat": 2, "email": 6, "sms": 2, "telegram": 3},
    State.PENDING: {"email": 6, "sms": 2, "telegram": 3},
    State.ON_HOLD: {"email": 5, "telegram": 1},
    State.SNOOZED: {"email": 5, "telegram": 1},
    State.RESOLVED: {"chat": 6, "email": 6, "sms": 2, "telegram": 2},
    State.CLOSED: {"chat": 9, "email": 6, "sms": 2, "telegram": 2},
    State.SPAM: {"email": 1},
}
# The live chats of this moment: seconds that each waits for the agent who has just taken it. The
# first are the known customers'. Nobody is left in the line: a newcomer's own chat comes at once.
LIVE: Final = (
    (34, "anna", "marta"), (14, "maja", "petra"), (6, "tom", "jonas"),
    (3, "", "aino"), (52, "", "noam"), (21, "", "petra"),
)  # fmt: skip
# Letters that are late on whatever day the demo begins: on a Sunday nothing else would be.
LATE: Final = 3
# Known customers have been here before, on every channel.
_KNOWN: Final = (
    ("tom", "email", State.RESOLVED),
    ("noa", "email", State.OPEN),
    ("anna", "telegram", State.RESOLVED),
    ("maja", "email", State.PENDING),
    ("mikko", "email", State.OPEN),
    ("irina", "telegram", State.PENDING),
    ("mikko", "telegram", State.RESOLVED),
    ("irina", "email", State.SNOOZED),
)
_KEYS: Final = ("tom", "noa", "anna", "maja", "mikko", "irina")


@dataclass(frozen=True, slots=True)
class Plan:
    """One conversation to be. who: a known customer's key, or "" for anybody.

    waits: seconds that a live chat has been waiting; 0 for all others. taker: the agent's key, or
    "" for anybody. late: it waits since the last working morning, longer than was promised.
    """

    state: State
    channel: str
    who: str = ""
    waits: int = 0
    taker: str = ""
    late: bool = False


def plans(count: int, dice: random.Random) -> list[Plan]:
    """`count` plans: those of the known customers first, then the rest shuffled."""
    part = count / WHOLE
    live = LIVE[: max(3, round(len(LIVE) * part))]
    made = [Plan(State.OPEN, "chat", who, seconds, taker) for seconds, who, taker in live]
    made += [Plan(state, channel, who) for who, channel, state in _KNOWN]
    made += [Plan(State.OPEN, "email", late=True)] * LATE
    made += [
        Plan(State.CLOSED, channel, who)
        for who in _KEYS
        for channel in ("email", "sms", "telegram", "chat")
    ]
    rest: list[Plan] = []
    for state, share in _SHARES.items():
        wanted = max(1, round(share * part))
        rest += [Plan(state, _channel(state, dice)) for _ in range(wanted)]
    missing = count - len(made) - len(rest)
    rest += [Plan(State.CLOSED, _channel(State.CLOSED, dice)) for _ in range(missing)]
    dice.shuffle(rest)
    return (made + rest)[:count]


def _channel(state: State, dice: random.Random) -> str:
    shares = _CHANNELS[state]
    (channel,) = dice.choices(tuple(shares), tuple(shares.values()))
    return channel


# Age of the newest message: shortest and longest, in hours.
_AGES: Final = {
    State.NEW: (0.1, 3),
    State.OPEN: (0.1, 40),
    State.PENDING: (1, 110),
    State.ON_HOLD: (20, 190),
    State.SNOOZED: (8, 140),
    State.RESOLVED: (0.3, 13.5 * 24),
    State.CLOSED: (15 * 24, 90 * 24),
    State.SPAM: (2, 60 * 24),
}


def newest(plan: Plan, now: datetime, dice: random.Random) -> datetime:
    """When the last message of a plan's conversation came; in daytime if it is days ago."""
    if plan.waits:
        return now - timedelta(seconds=plan.waits)
    if plan.late:
        return _working_morning(now) + timedelta(minutes=dice.randrange(50))
    low, high = _AGES[plan.state]
    if plan.channel == "chat" and plan.state == State.OPEN:
        high = 0.7
    hours = low + (high - low) * dice.random() ** (1.6 if high > 100 else 1.0)
    at = now - timedelta(hours=hours)
    if hours > 48:
        at = at.replace(hour=dice.choice((7, 8, 9, 9, 10, 11, 12, 13, 14, 14, 15, 16, 17, 19)))
    return at


def _working_morning(now: datetime) -> datetime:
    """Ten past eight (UTC) of the last whole working day."""
    day = now - timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day.replace(hour=8, minute=10)


_GAPS: Final = {
    "chat": {"A": (8, 90), "C": (20, 160)},
    "email": {"A": (1200, 26000), "C": (3600, 70000)},
    "sms": {"A": (90, 2400), "C": (120, 7000)},
    "telegram": {"A": (60, 1800), "C": (60, 5000)},
}


def gap(channel: str, speaker: str, dice: random.Random) -> timedelta:
    """How long the next turn took."""
    if speaker == "N":
        return timedelta(seconds=dice.randrange(10, 60))
    low, high = _GAPS[channel][speaker]
    return timedelta(seconds=low + (high - low) * dice.random() ** 2)
