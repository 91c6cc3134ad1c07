"""Which files an agent may read (SEC-5)."""

from __future__ import annotations

import uuid

from helpdesk.models import Agent, Attachment
from helpdesk.permissions import visible
from helpdesk.selectors import templates


def readable(agent: Agent, pk: str | uuid.UUID) -> Attachment | None:
    """A file of a conversation that the agent may see, one they just uploaded, or a template's.

    None for all others, and for one without content.
    """
    found = visible(agent, Attachment).filter(pk=pk).first()
    if found is None:
        own = Attachment.objects.filter(uploaded_by=agent, message__isnull=True)
        found = own.filter(pk=pk).first() or templates.file_for(agent, str(pk))
    return found if found is not None and found.file else None
