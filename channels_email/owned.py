"""Which addresses are ours: an inbox's own, its aliases, and the groups it is a member of.

Rules D3, D4, D7, K4. Settings of the inbox: `aliases` and `groups`, lists of addresses. Knows
only the inbox at hand; what belongs to another inbox of the desk is the core's knowledge.
"""

from __future__ import annotations

from collections.abc import Iterable

from channels_email.addresses import normal, without_tag
from helpdesk.models import Inbox


def addresses(inbox: Inbox) -> frozenset[str]:
    """The inbox's address and its aliases, lower case, without tags."""
    return _plain([inbox.address, *_listed(inbox, "aliases")])


def groups(inbox: Inbox) -> frozenset[str]:
    """Mailing lists of ours that rewrite the sender of what they pass on (D3)."""
    return _plain(_listed(inbox, "groups"))


def is_own(inbox: Inbox, address: str) -> bool:
    """Whether a mail to this address would come back to this inbox."""
    return without_tag(normal(address)) in addresses(inbox) | groups(inbox)


def _listed(inbox: Inbox, name: str) -> list[str]:
    found = inbox.settings.get(name) or []
    return [str(one) for one in found] if isinstance(found, list) else []


def _plain(given: Iterable[str]) -> frozenset[str]:
    return frozenset(without_tag(normal(one)) for one in given if "@" in one)
