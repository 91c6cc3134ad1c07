"""How many threads of a worker one inbox may hold: a provider that takes half a minute to answer
must not keep all of them, and with them everybody else's messages (TST-12).

Fast providers never notice: who finds the lane full waits a moment for it, unless what is in it
has been there for long.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

MOST = 3  # of the worker's four threads
LONG = 1.0  # seconds under way, after which nobody waits behind it
MOMENT = 0.5  # seconds to wait for a place
PAUSE = timedelta(seconds=2)
SLOW = "The provider answers slowly; its turn comes."
_changed = threading.Condition()
_under_way: dict[int, list[float]] = defaultdict(list)


@contextmanager
def lane(inbox_id: int) -> Iterator[bool]:
    """A place among the inbox's sends of this process; false: there is none now."""
    began = time.monotonic()
    with _changed:
        mine = _under_way[inbox_id]
        free = _changed.wait_for(lambda: len(mine) < MOST or _stuck(mine), MOMENT)
        free = free and len(mine) < MOST
        if free:
            mine.append(began)
    try:
        yield free
    finally:
        if free:
            with _changed:
                mine.remove(began)
                _changed.notify_all()


def _stuck(under_way: list[float]) -> bool:
    return time.monotonic() - under_way[0] > LONG
