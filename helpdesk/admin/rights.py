"""Telling open sockets that somebody's rights changed, after the change is committed."""

from __future__ import annotations

from collections.abc import Iterable

from helpdesk.after_commit import after_commit
from helpdesk.services.presence import rights_changed


def announce(agent_ids: Iterable[int]) -> None:
    """Let the sockets of these agents check their groups at once."""
    for agent_id in sorted(set(agent_ids)):
        after_commit(rights_changed, agent_id)
