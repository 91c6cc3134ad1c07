"""Drafts: what an agent has begun to write, kept on the server and told to nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from helpdesk.after_commit import after_commit
from helpdesk.models import Agent, Attachment, Draft
from helpdesk.realtime import groups, payloads, publish
from helpdesk.services import attachments
from helpdesk.services.text import clean, mask_cards

MAX_TEXT = 200_000


class NewerDraftError(Exception):
    """Another tab or device has written since; `draft` is what it wrote, with its files."""

    def __init__(self, draft: Draft, files: Sequence[Attachment]) -> None:
        super().__init__("there is a newer draft")
        self.draft = draft
        self.files = files


@transaction.atomic
def keep(
    conversation_id: int,
    *,
    by: Agent,
    mode: str,
    text: str,
    base: int,
    files: Sequence[str] = (),
    to: Sequence[int] = (),
) -> int:
    """Keep a draft; without text and files it is forgotten. Returns its new version.

    files: ids of own uploads; those that a message carries by now, and strangers', are left out.
    base: the version that the words were written on (0: none is known). Raises NewerDraftError
    when another version stands: the caller shows both, and may write again on the newer one.
    """
    mine = Draft.objects.filter(agent=by, conversation_id=conversation_id, mode=mode)
    row = mine.select_for_update().first()
    text = mask_cards(clean(text, MAX_TEXT))
    stored = attachments.waiting(files, by=by)
    files = [str(one.pk) for one in stored]
    if row is not None and row.version != base and (row.text, row.files) != (text, files):
        raise NewerDraftError(row, attachments.waiting(row.files, by=by))
    now = datetime.now(UTC)
    # Milliseconds, so that it grows over a row that was deleted, too.
    version = max(base + 1, int(now.timestamp() * 1000), row.version + 1 if row else 0)
    facts = {"text": text, "files": files, "to": [*to], "version": version, "updated_at": now}
    draft = row or Draft(agent=by, conversation_id=conversation_id, mode=mode)
    for name, value in facts.items():
        setattr(draft, name, value)
    if not text.strip() and not files:
        mine.delete()
    elif row is not None:
        row.save()
    else:
        # Two tabs may begin at once: the second one overwrites what it could not know.
        Draft.objects.bulk_create(
            [draft],
            update_conflicts=True,
            unique_fields=["agent", "conversation", "mode"],
            update_fields=list(facts),
        )
    shown = payloads.draft(draft, stored)
    frame = {"type": "draft", "conversation": conversation_id, **shown}
    after_commit(publish.send, groups.agent(by.pk), frame)
    return version
