"""How many requests a web process works on at once (ADR 26).

Threads of one interpreter take it from each other and from the sockets: beyond a few, all of them
are slower together than one after the other. Whoever waits for another server steps aside, so that
a slow one out there holds nobody up in here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 4

_places = threading.BoundedSemaphore(AT_ONCE)
_mine = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a place in this thread, and hold it. Not to be nested."""
    with _places:
        _mine.held = True
        try:
            yield
        finally:
            _mine.held = False


@contextmanager
def aside() -> Iterator[None]:
    """Give the place to others while this thread waits for somebody else's answer.

    Where no place is held (workers, commands, tests) nothing happens.
    """
    if not getattr(_mine, "held", False):
        yield
        return
    _places.release()
    try:
        yield
    finally:
        _places.acquire()
