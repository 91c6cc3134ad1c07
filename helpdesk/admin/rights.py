"""Telling open sockets that somebody's rights changed, after the change is committed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction

from helpdesk.services.presence import rights_changed


def announce(agent_ids: Iterable[int]) -> None:
    """Let the sockets of these agents check their groups at once."""
    for agent_id in sorted(set(agent_ids)):
        transaction.on_commit(partial(rights_changed, agent_id), robust=True)
