from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection

from helpdesk import lanes, outbox
from helpdesk.adapters import Capabilities, Sent
from helpdesk.models import Agent, Delivery
from helpdesk.services import messages
from tests import factories
from tests.channel import ScriptedChannel, registered


@pytest.mark.django_db(transaction=True)
def test_one_inbox_holds_no_more_threads_than_its_lane() -> None:
    gate, inside = threading.Event(), threading.Semaphore(0)

    def slow() -> Sent:
        inside.release()
        assert gate.wait(20)
        return Sent(uuid.uuid4().hex)

    channel = ScriptedChannel(capabilities=Capabilities(), script=[slow] * lanes.MOST)
    with registered(channel):
        team = factories.team()
        agent = factories.agent(teams=[team])
        inbox = factories.inbox(channel="test", teams=[team])
        talks = [
            factories.conversation(inbox, f"+4860010020{n}", kind="phone").pk
            for n in range(lanes.MOST + 1)
        ]
        rows = [_queued(pk, agent) for pk in talks]
        threads = [threading.Thread(target=_deliver, args=(row.pk,)) for row in rows[: lanes.MOST]]
        for one in threads:
            one.start()
        for _ in threads:
            assert inside.acquire(timeout=20)
        assert outbox.deliver(rows[-1].pk) == "retry"
        gate.set()
        for one in threads:
            one.join(20)

        held = Delivery.objects.get(pk=rows[-1].pk)
        assert (held.attempts, held.error) == (0, lanes.SLOW)
        Delivery.objects.update(next_at=held.next_at - timedelta(minutes=1))
        assert outbox.deliver(held.pk) == "sent"


def _queued(pk: int, agent: Agent) -> Delivery:
    message, _new = messages.reply(pk, by=agent, body="Hello")
    return Delivery.objects.get(message=message)


def _deliver(pk: int) -> None:
    try:
        outbox.deliver(pk)
    finally:
        connection.close()
