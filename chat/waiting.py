"""What a widget's queue looks like now: who waits, who serves, how long it takes.

One reading serves all visitors of a widget for a few seconds, so that its cost does not grow with
them. How many can be served is the router's to say; the estimate is helpdesk.routing.waiting.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from django.db.models import F, Min

from chat.kept import Kept
from helpdesk.by_customer import DEFAULT_AHT, Estimate, estimate, rushes, slots
from helpdesk.models import (
    Conversation,
    Direction,
    Inbox,
    Message,
    State,
)

FRESH = 2.0
SLOW_FRESH = 30.0
MOST_WAITING = 1000
MOST_PER_AGENT = 3
TOO_LONG = 300
SAMPLES = 50
LAST_ANSWERED = 5
EWMA = 0.1
SHORTEST, LONGEST = 30.0, 7200.0
Turn = tuple[datetime, int]
_OPEN = (State.NEW, State.OPEN)


@dataclass(frozen=True, slots=True)
class Served:
    """What past chats tell: aht in seconds, of `samples` chats; longest: seconds, of the last 5."""

    aht: float
    samples: int
    longest: float | None


@dataclass(frozen=True)
class Queue:
    """One reading. slots: this queue's share of what the agents online can serve; free: how many
    chats they could take now; waiting: (since, conversation id) in order; rush: all over the desk.
    """

    online: int
    slots: float
    free: int
    waiting: tuple[Turn, ...]
    served: Served
    rush: bool = False

    @cached_property
    def turns(self) -> dict[int, Turn]:
        """The turns of those who wait, by conversation id."""
        return {turn[1]: turn for turn in self.waiting}

    def ahead_of(self, turn: Turn | None) -> int:
        """How many come before this turn; before a newcomer: all who wait."""
        return len(self.waiting) if turn is None else bisect_left(self.waiting, turn)

    def estimate(self, turn: Turn | None = None) -> Estimate | None:
        """What to tell him who has this turn (or would join now); None while nobody serves."""
        return estimate(
            self.slots,
            self.ahead_of(turn),
            free=self.free,
            aht=self.served.aht,
            samples=self.served.samples,
            longest=self.served.longest,
        )

    @property
    def accepts(self) -> bool:
        """False when a newcomer would wait too long to be invited into the queue."""
        found = self.estimate()
        crowded = len(self.waiting) > MOST_PER_AGENT * self.online
        return found is not None and found.p50 <= TOO_LONG and not crowded


def queue(inbox: Inbox, turn: Turn | None = None) -> Queue:
    """The widget's queue, read at most once in FRESH seconds.

    For one whose turn a reading does not know, because he has just come, those who came since are
    added to it (one query), so that nobody is told a place that those before him already have.
    """
    found = queues.of(inbox)
    if turn is not None and turn[1] not in found.turns:
        newest = found.waiting[-1] if found.waiting else None
        line = {*found.waiting, *_line(inbox, newest), turn}
        found = replace(found, waiting=tuple(sorted(line)))
        queues.mend(inbox, found)
    return found


def turn_of(conversation: Conversation) -> Turn | None:
    """The place of a conversation whose customer waits to be taken; None once he does not."""
    if conversation.state not in _OPEN or conversation.assignee_id or conversation.reply_inbox_id:
        return None
    since = conversation.waiting_since
    return (since, conversation.pk) if since else None


def _read(inbox: Inbox) -> Queue:
    now = slots(inbox)
    rush = rushes(datetime.now(UTC))
    return Queue(now.online, now.slots, now.free, _line(inbox), served.of(inbox), rush)


def _line(inbox: Inbox, after: Turn | None = None) -> tuple[Turn, ...]:
    """Who waits to be taken, in order; with a turn, those who came after it."""
    waiting = Conversation.objects.filter(
        inbox=inbox,
        state__in=_OPEN,
        assignee__isnull=True,
        reply_inbox__isnull=True,
        waiting_since__isnull=False,
    )
    if after is not None:
        since, pk = after
        waiting = waiting.filter(waiting_since__gte=since).exclude(waiting_since=since, pk__lte=pk)
    first = waiting.order_by("waiting_since", "pk").values_list("waiting_since", "pk")
    return tuple((since, pk) for since, pk in first[:MOST_WAITING] if since)


def _past(inbox: Inbox) -> Served:
    aht, samples = _handling(inbox)
    return Served(aht, samples, _longest(inbox))


def _handling(inbox: Inbox) -> tuple[float, int]:
    """Seconds of one chat (EWMA over the last 50 resolved, oldest first) and how many they are.

    From its first to its last message: an agent who resolves late does not lengthen it.
    """
    done = Conversation.objects.filter(
        inbox=inbox, state__in=(State.RESOLVED, State.CLOSED), reopened=0, assignee__isnull=False
    )
    newest = done.order_by("-last_message_at", "-pk").values_list("created_at", "last_message_at")
    lengths = [
        min(max((end - start).total_seconds(), SHORTEST), LONGEST)
        for start, end in newest[:SAMPLES]
        if end
    ]
    mean = DEFAULT_AHT
    for number, seconds in enumerate(reversed(lengths)):
        mean += (seconds - mean) * max(EWMA, 1 / (number + 1))
    return mean, len(lengths)


def _longest(inbox: Inbox) -> float | None:
    """The longest wait, in seconds, of those who were answered last."""
    taken = Conversation.objects.filter(inbox=inbox, assignee__isnull=False).order_by("-pk")
    newest = list(taken.values_list("pk", flat=True)[:LAST_ANSWERED])
    firsts = (
        Message.objects.filter(conversation__in=newest, direction=Direction.OUT)
        .filter(public_seq__isnull=False, author__isnull=False)
        .values("conversation")
        .annotate(wait=Min(F("created_at")) - F("conversation__created_at"))
    )
    return max((one["wait"].total_seconds() for one in firsts), default=None)


queues = Kept(_read, FRESH)
served = Kept(_past, SLOW_FRESH)
