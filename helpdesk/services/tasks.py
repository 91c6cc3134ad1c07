"""What we promised to do: kept, changed, done, and reminded of once when it is due."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, locked, record
from helpdesk.models import Agent, Conversation, Task
from helpdesk.permissions import agents_for
from helpdesk.realtime import groups, payloads, publish
from helpdesk.services.text import clean_line, mask_cards

log = logging.getLogger(__name__)
MAX_TEXT = 300
CHANGES = frozenset({"text", "due_at", "assignee", "done"})


class InvalidTaskError(ValueError):
    """A task that cannot be kept so; `field` names what is wrong."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def promise(
    conversation_id: int,
    *,
    by: Agent,
    text: str,
    due_at: datetime | None = None,
    assignee: int | None = None,
) -> Task:
    """Keep a new task; without an assignee it is the author's own. Raises InvalidTaskError."""
    with locked(conversation_id) as conversation:
        task = Task.objects.create(
            conversation=conversation,
            text=_worded(text),
            due_at=due_at,
            assignee=_assignee(conversation, assignee or by.pk),
            by=by,
        )
        _record(conversation, task, "added", by)
    return task


def change(task_id: int, *, by: Agent, **fields: Any) -> Task:
    """Change a task: text, due_at, assignee (an id or None), done (a truth).

    A moved due time is reminded of anew. Raises Task.DoesNotExist, InvalidTaskError.
    """
    unknown = set(fields) - CHANGES
    if unknown:
        msg = f"not of a task: {sorted(unknown)}"
        raise TypeError(msg)
    pk = Task.objects.values_list("conversation_id", flat=True).get(pk=task_id)
    with locked(pk) as conversation:
        task = Task.objects.select_for_update(of=("self",)).get(pk=task_id)
        if "text" in fields:
            task.text = _worded(fields["text"])
        if "assignee" in fields:
            chosen = fields["assignee"]
            task.assignee = _assignee(conversation, chosen) if chosen else None
        if "due_at" in fields and fields["due_at"] != task.due_at:
            task.due_at, task.reminded_at = fields["due_at"], None
        done = fields.get("done")
        if done is not None and done != bool(task.done_at):
            task.done_at = datetime.now(UTC) if done else None
        task.save()
        what = "changed" if done is None else "done" if done else "reopened"
        _record(conversation, task, what, by)
    return task


def _worded(text: str) -> str:
    found = mask_cards(clean_line(text, MAX_TEXT).strip())
    if not found:
        raise InvalidTaskError("text", _("Say what is to be done."))
    return found


def _assignee(conversation: Conversation, pk: int) -> Agent:
    found = agents_for(conversation.inbox).filter(pk=pk).first()
    if found is None:
        raise InvalidTaskError("assignee", _("Somebody you chose may not see this inbox."))
    return found


def _record(conversation: Conversation, task: Task, what: str, by: Agent | None) -> None:
    """The event says that, not what: events leave us by webhooks, tasks never do."""
    record(conversation, Kind.TASK_CHANGED, by=by, payload={"task": task.pk, "what": what})


def remind_due(limit: int = 200) -> int:
    """Tell the assignees of tasks that have come due, each once; how many. For the sweeper."""
    due = Task.objects.filter(
        due_at__lte=datetime.now(UTC), done_at__isnull=True, reminded_at__isnull=True
    ).order_by("due_at", "pk")
    told = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        try:
            told += _remind(pk)
        except Exception:
            log.exception("task %s", pk)
    return told


def _remind(pk: int) -> bool:
    with transaction.atomic():
        task = (
            Task.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related(
                "conversation__customer", "conversation__inbox", "conversation__assignee"
            )
            .filter(pk=pk, done_at__isnull=True, reminded_at__isnull=True)
            .filter(due_at__lte=datetime.now(UTC))
            .first()
        )
        if task is None:
            return False
        task.reminded_at = datetime.now(UTC)
        task.save(update_fields=["reminded_at"])
        conversation = task.conversation
        to = task.assignee_id or conversation.assignee_id
        group = groups.agent(to) if to else groups.inbox(conversation.inbox_id)
        frame = {"type": "task", "conversation": conversation.pk, "text": task.text}

        def push() -> None:
            publish.send(group, {**frame, "row": payloads.row(conversation)})

        after_commit(push)
    return True
