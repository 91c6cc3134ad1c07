"""Who changes what belongs together does it alone; who only relies on it keeps it as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import F

from helpdesk.events import locked
from helpdesk.models import Conversation

ORDER = (F("merged_into").asc(nulls_last=True), "pk")
"""In which many are locked: what was merged before what it was merged into."""
_LOCK = 1_869_377_646  # any number: one for the whole desk


def one_at_a_time() -> None:
    """Let this transaction be the only one that changes what belongs together."""
    _take("SELECT pg_advisory_xact_lock(%s)")


def stands_still() -> None:
    """Nothing is merged or split until this transaction ends. It waits for no other such wish."""
    _take("SELECT pg_advisory_xact_lock_shared(%s)")


@contextmanager
def both_locked(one_id: int, other_id: int) -> Iterator[tuple[Conversation, Conversation]]:
    """The two, locked in ORDER; after one_at_a_time(). Raises Conversation.DoesNotExist."""
    known = Conversation.objects.filter(pk__in=(one_id, other_id)).order_by(*ORDER)
    pks = list(known.values_list("pk", flat=True))
    if len(pks) != 2:
        raise Conversation.DoesNotExist
    with locked(pks[0]) as first, locked(pks[1]) as second:
        yield (first, second) if pks[0] == one_id else (second, first)


def _take(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_LOCK])
