"""Celery tasks: thin, idempotent, each with an id of the row that says what is due."""

from __future__ import annotations

import time
from typing import Any

from celery import shared_task
from celery.signals import task_prerun
from django.db import close_old_connections

from helpdesk import (
    acting,
    detection,
    heartbeat,
    inbound,
    nudge,
    outbox,
    probing,
    reacting_out,
    typing_out,
)
from helpdesk.json_logs import step
from helpdesk.routing import engine
from helpdesk.services import alarming, alerts, exporting, notices, promises, rule_runs, telling


@task_prerun.connect
def _with_a_sound_connection(task_id: str = "", task: Any = None, **_: object) -> None:
    """A connection that broke or grew old is replaced; a sound one is kept between tasks."""
    request = getattr(getattr(task, "request", None), nudge.REQUEST, None)
    acting.begin(acting.Facts(task=task_id, request=str(request or "")))
    close_old_connections()


@shared_task(name="helpdesk.process")
def process(event_id: int) -> None:
    """Parse and file one raw payload."""
    inbound.process(event_id)


@shared_task(name="helpdesk.drain")
def drain(number: int) -> None:
    """Parse and file what is due; the last number: what failed before."""
    nudge.took_up("helpdesk.drain", number)
    inbound.drain(number, again=number == nudge.DRAINS)


@shared_task(name="helpdesk.deliver")
def deliver(delivery_id: int) -> None:
    """Send one outbox row."""
    with acting.adding(delivery=delivery_id):
        if state := outbox.deliver(delivery_id):
            step(state)


@shared_task(name=typing_out.TASK)
def say_typing(conversation_id: int) -> None:
    """Let a customer see that an agent writes."""
    typing_out.say(conversation_id)


@shared_task(name=reacting_out.TASK)
def send_reaction(row_id: int) -> None:
    """Send our mark on a customer's message."""
    reacting_out.send(row_id)


@shared_task(name=nudge.ROUTE)
def route(*_old: int) -> None:
    """Route all that waits: a conversation may be the last drop for another's agent.

    Under a burst a pass looks at more and more: it rests for three times as long as it took.
    """
    nudge.took_up(nudge.ROUTE)
    began = time.monotonic()
    engine.run()
    nudge.rest(nudge.ROUTE, 3 * (time.monotonic() - began))


@shared_task(name="helpdesk.make_room")
def make_room(agent_id: int) -> None:
    """Set aside what can wait of an agent who was given more than he carries."""
    engine.make_room(agent_id)


@shared_task(name="helpdesk.review_promises")
def review_promises(conversation_ids: list[int]) -> None:
    """Bring running promises in line with changed policies and hours."""
    promises.review(conversation_ids)


@shared_task(name="helpdesk.detect_language")
def detect_language(*conversation_ids: int) -> None:
    """Tell the languages of conversations from what the customers wrote."""
    for pk in conversation_ids:
        detection.detect(pk)


@shared_task(name="helpdesk.push")
def push(agent_id: int, event: str, conversation_id: int) -> None:
    """Call an agent in the browsers in which Parley is closed."""
    alerts.push(agent_id, event, conversation_id)


@shared_task(name=notices.SEND)
def send_notice(notice_id: int) -> None:
    """Send a mail of the desk itself to one of us."""
    notices.send(notice_id)


@shared_task(name="helpdesk.run_rules")
def run_rules(*run_ids: int) -> None:
    """Let the rules look at events."""
    for pk in run_ids:
        rule_runs.look(pk)


@shared_task(name=telling.TASK)
def tell_webhook(endpoint_id: int) -> None:
    """Tell another program what happened."""
    nudge.took_up(telling.TASK, endpoint_id)
    telling.tell(endpoint_id)


@shared_task(name=exporting.TASK)
def make_copies() -> None:
    """Make the copies of people's data that are asked for."""
    exporting.make_due()


@shared_task(name="helpdesk.pulse")
def pulse() -> None:
    """Sent by beat each 10 s: proves that beat, broker and worker all live."""
    heartbeat.beat("worker")


@shared_task(name="helpdesk.look_out")
def look_out() -> None:
    """Sent by beat each minute: alarms ring although the sweeper has stopped."""
    alarming.look()


@shared_task(name="helpdesk.probe")
def probe() -> None:
    """Sent by beat each minute: the desk sends itself what is due, and looks what came back."""
    probing.run()


@shared_task(name="helpdesk.verify_audit")
def verify_audit() -> None:
    """Sent by beat each hour: whether the audit is as it was written."""
    alarming.verify_audit()
