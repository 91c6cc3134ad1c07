"""What follows a commit: pushes, nudges, measurements."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction


def after_commit(act: Callable[..., object], *args: object, **facts: object) -> None:
    """Call act(*args, **facts) once this transaction is committed.

    A fault of it is logged and keeps nothing else from being done. Django's log names the
    function, and a functools.partial has no name: with one, the fault would stop the rest.
    """

    def act_then() -> None:
        act(*args, **facts)

    transaction.on_commit(act_then, robust=True)
