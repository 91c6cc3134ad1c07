"""Celery tasks: thin, idempotent, each with an id of the row that says what is due."""

from __future__ import annotations

from celery import shared_task
from celery.signals import task_prerun
from django.db import close_old_connections

from helpdesk import heartbeat, inbound, outbox
from helpdesk.routing import engine


@task_prerun.connect
def _with_a_sound_connection(**_: object) -> None:
    """A connection that broke or grew old is replaced; a sound one is kept between tasks."""
    close_old_connections()


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
