"""What stands below an answer: the agent's own lines, then those of the inbox (K6)."""

from __future__ import annotations

import re

from helpdesk.models import Agent, Conversation, Inbox
from helpdesk.phrasing import texts
from helpdesk.selectors.templates import facts

LONGEST = 2000
_GAP = re.compile(r"\[\[.*?\]\]", re.DOTALL)


def of(conversation: Conversation, inbox: Inbox, agent: Agent) -> str:
    """The signature as it leaves, with its placeholders filled; "" without one.

    A line that asks for a fact which nobody knows is left out: no gap ever reaches a customer.
    """
    own = str(inbox.settings.get("signature") or "")
    known = facts(conversation, agent) | {"inbox.name": inbox.name}
    parts = [_filled(one, known) for one in (agent.signature, own)]
    return "\n".join(part for part in parts if part)[:LONGEST]


def _filled(text: str, known: dict[str, str]) -> str:
    if not text.strip():
        return ""
    lines = texts.fill(text[:LONGEST], known).text.splitlines()
    return "\n".join(line.rstrip() for line in lines if not _GAP.search(line)).strip()
