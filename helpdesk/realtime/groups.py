"""Names of the groups that sockets join. A group follows a permission."""

from __future__ import annotations


def inbox(inbox_id: int) -> str:
    """Everything that happens in an inbox, for the agents who may see it."""
    return f"inbox.{inbox_id}"


def agent(agent_id: int) -> str:
    """What concerns one agent's own sessions: rights, presence, sign-out."""
    return f"agent.{agent_id}"


def team() -> str:
    """What every agent may know: who is online."""
    return "agents"


def visitor(conversation_id: int) -> str:
    """What the customer of a live conversation sees. Public things only."""
    return f"visitor.{conversation_id}"


def company(conversation_id: int) -> str:
    """The agents who have a conversation before them: who else is there, and who writes."""
    return f"company.{conversation_id}"
