"""Facts of the request at hand, for whatever is written down while it is answered.

Set by helpdesk.web.request_facts and by sockets; a task has those of the request that asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Facts:
    """request: an id that joins its log lines, of a socket too. ip: the caller's address.

    task: of a worker. event, delivery: the payload or the message on its way that is in work.
    """

    request: str = ""
    ip: str = ""
    task: str = ""
    event: int = 0
    delivery: int = 0


_facts: ContextVar[Facts] = ContextVar("facts", default=Facts())  # noqa: B039  frozen


def facts() -> Facts:
    """What is known now."""
    return _facts.get()


def begin(found: Facts) -> None:
    """From now on everything in this thread is done for this task, until the next one begins."""
    _facts.set(found)


@contextmanager
def known(found: Facts) -> Iterator[None]:
    """Everything inside is done for this request or task."""
    token = _facts.set(found)
    try:
        yield
    finally:
        _facts.reset(token)


@contextmanager
def adding(*, event: int = 0, delivery: int = 0) -> Iterator[None]:
    """What is known stays known, and these ids with it."""
    now = _facts.get()
    with known(replace(now, event=event or now.event, delivery=delivery or now.delivery)):
        yield
