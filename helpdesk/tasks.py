"""Celery tasks: thin, idempotent, each with an id of the row that says what is due."""

from __future__ import annotations

from celery import shared_task

from helpdesk import heartbeat, inbound, outbox
from helpdesk.routing import engine


@shared_task(name="helpdesk.process")
def process(event_id: int) -> None:
    """Parse and file one raw payload."""
    inbound.process(event_id)


@shared_task(name="helpdesk.deliver")
def deliver(delivery_id: int) -> None:
    """Send one outbox row."""
    outbox.deliver(delivery_id)


@shared_task(name="helpdesk.route")
def route(conversation_id: int) -> None:
    """Find an agent for one conversation."""
    engine.place_now(conversation_id)


@shared_task(name="helpdesk.pulse")
def pulse() -> None:
    """Sent by beat each 10 s: proves that beat, broker and worker all live."""
    heartbeat.beat("worker")
