"""Celery tasks of the text message channel."""

from __future__ import annotations

from celery import shared_task

from channels_sms import catching_up


@shared_task(name="channels_sms.pull")
def pull(inbox_id: int) -> None:
    """Ask one inbox's gateway for what its webhooks did not bring."""
    catching_up.pull(inbox_id)
