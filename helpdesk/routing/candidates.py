"""The agents for one need at one step, kept current while a pass gives work out (pure).

Room only shrinks and keys only grow within a phase of a pass. So a heap whose entries are
checked when they come up always yields the right agent, without looking at all the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from itertools import chain, islice

from helpdesk.routing import capacity, choosing
from helpdesk.routing.capacity import Load
from helpdesk.routing.choosing import Key
from helpdesk.routing.matching import Circles
from helpdesk.routing.reasons import Rejection
from helpdesk.routing.work import Channel, Need, Settings

SHOWN = 50
NOBODY: frozenset[int] = frozenset()


class Smallest:
    """A heap of agents by a key that may grow meanwhile; who has dropped out is forgotten."""

    def __init__(
        self, loads: Sequence[Load], key: Callable[[Load], Key], stays: Callable[[Load], bool]
    ) -> None:
        self._key, self._stays = key, stays
        self._heap = [(key(load), load) for load in loads]
        heapify(self._heap)

    def first(self, skip: Container[int]) -> tuple[Key, Load] | None:
        """The agent with the smallest key who is not to be skipped; he stays on the heap."""
        heap, aside, found = self._heap, [], None
        while heap and found is None:
            key, load = heap[0]
            if not self._stays(load):
                heappop(heap)
            elif (current := self._key(load)) != key:
                heapreplace(heap, (current, load))
            elif load.id in skip:
                aside.append(heappop(heap))
            else:
                found = heap[0]
        for entry in aside:
            heappush(heap, entry)
        return found


class Room:
    """Who has room for one more item of a channel, whatever else it needs.

    changes: agents whose load has changed, in the order of events; appended to by the pass and
    read here when it matters.
    """

    def __init__(self, channel: Channel, loads: Sequence[Load], changes: list[Load]) -> None:
        self._channel = channel
        self._changes, self._seen = changes, len(changes)
        self.open: set[int] = set()
        self.full: dict[int, Rejection] = {}
        for load in loads:
            self._look_at(load)

    def _look_at(self, load: Load) -> None:
        reason = capacity.lacking(load, self._channel)
        if reason is None:
            self.open.add(load.id)
        else:
            self.open.discard(load.id)
            self.full[load.id] = Rejection(load.id, reason)

    def refresh(self) -> None:
        """Take note of what has happened since the last look."""
        for load in islice(self._changes, self._seen, None):
            if load.id in self.open:
                self._look_at(load)
        self._seen = len(self._changes)


class Candidates:
    """Who matches a need at a step, and who of them has room now.

    matched: ids of all who match.
    """

    def __init__(
        self,
        need: Need,
        step: int,
        *,
        settings: Settings,
        loads: Sequence[Load],
        circles: Circles,
        room: Room,
    ) -> None:
        self.need, self.step, self.room = need, step, room
        self._channel, self._strategy = settings.channels[need.channel], settings.strategy(need)
        self._circles = circles
        steps = circles.of(need)
        self._members = [load for load, at in zip(loads, steps, strict=True) if at <= step]
        self.matched = frozenset(load.id for load in self._members)
        self._by_choice: Smallest | None = None
        self._by_quiet: Smallest | None = None
        self._full_before = -1
        self._rejected: tuple[Rejection, ...] = ()
        self._unmatched: tuple[Rejection, ...] | None = None

    def _rank(self, load: Load) -> Key:
        return choosing.key(load, self.need, self._channel, self._strategy)

    def _has_room(self, load: Load) -> bool:
        return load.id in self.room.open

    def first(self, skip: Container[int]) -> tuple[Key, Load] | None:
        """The agent to give it to, with his key; None if nobody has room."""
        if self._by_choice is None:
            with_room = [load for load in self._members if load.id in self.room.open]
            self._by_choice = Smallest(with_room, self._rank, self._has_room)
        return self._by_choice.first(skip)

    def to_reserve(self, skip: Container[int]) -> Load | None:
        """The agent whose hands will be free first, of those not yet spoken for."""
        if self._by_quiet is None:
            self._by_quiet = Smallest(self._members, choosing.quietest, _can_be_reserved)
        found = self._by_quiet.first(skip)
        return None if found is None else found[1]

    def with_room(self, skip: Collection[int]) -> int:
        """How many could take it now."""
        found = self.matched & self.room.open
        return len(found.difference(skip)) if skip else len(found)

    def rejections(self, own: Collection[Rejection]) -> tuple[Rejection, ...]:
        """Who does not get it and why, at most SHOWN: near misses first.

        own: reasons that hold for one item only.
        """
        if len(self.room.full) != self._full_before:
            self._full_before = len(self.room.full)
            self._rejected = tuple(islice(chain(self._full(), self._strangers()), SHOWN))
        if not own:
            return self._rejected
        named = {one.agent for one in own}
        others = (one for one in self._rejected if one.agent not in named)
        return tuple(islice(chain(own, others), SHOWN))

    def _full(self) -> Iterator[Rejection]:
        full = self.room.full
        return (full[load.id] for load in self._members if load.id in full)

    def _strangers(self) -> Iterator[Rejection]:
        if self._unmatched is None:
            unmatched = self._circles.rejections(self.need, self.step)
            self._unmatched = tuple(islice(unmatched, SHOWN))
        yield from self._unmatched


def _can_be_reserved(load: Load) -> bool:
    return load.held is None
