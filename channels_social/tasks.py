"""Celery tasks: thin, each with the id of the row that says what is due."""

from __future__ import annotations

from celery import shared_task

from channels_social import watching


@shared_task(name=watching.TASK)
def look_after(inbox_id: int) -> None:
    """Check and catch up one inbox."""
    watching.look_after(inbox_id)
