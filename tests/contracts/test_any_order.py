"""Events of gateways come twice, late and in any order: the end is that of the ordered run.

PARLEY_CASES says how many cases there are (32 in the suite).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk import inbound, outbox
from helpdesk.adapters import Raw, Receipt
from helpdesk.models import Agent, Delivery, InboundEvent, Inbox, Message
from helpdesk.services import messages
from tests.contracts.every import SUBJECTS
from tests.contracts.gateways import GatewaySubject, VonageSubject
from tests.contracts.smpp_subject import SmppSubject
from tests.contracts.subject import Subject
from tests.contracts.subjects import TwilioSubject

pytestmark = pytest.mark.django_db
GATEWAYS = [
    key
    for key, one in SUBJECTS.items()
    if issubclass(one, (TwilioSubject, VonageSubject, GatewaySubject, SmppSubject))
]
CASES = int(os.environ.get("PARLEY_CASES", "32")) // len(GATEWAYS)
TEXTS, BATCH = 8, 30
ENDS = (("sent", "delivered"), ("sent", "undelivered"), ("sent",), ("delivered",), ("undelivered",))


def happened(inbox: Inbox, batch: Sequence[Raw]) -> tuple[list[str], list[str]]:
    """Take the batch as it comes; what was said and what became of ours, then forgotten again."""
    with transaction.atomic():
        for raw in batch:
            event, created = inbound.accept(inbox, raw, wake=False)
            if created:
                inbound.process(event.pk)
        assert not InboundEvent.objects.filter(inbox=inbox).exclude(state="done").exists()
        said = Message.objects.filter(inbox=inbox, direction="in").values_list("body", flat=True)
        states = Delivery.objects.order_by("pk").values_list("state", flat=True)
        found = (sorted(said), list(states))
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("subject", GATEWAYS, indirect=True, ids=lambda key: key[1])
def test_any_order_and_any_repeats_end_alike(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    event, _ = inbound.accept(inbox, subject.raw(inbox, "question", 99), wake=False)
    inbound.process(event.pk)
    talk = Message.objects.get().conversation
    pool: list[Raw] = []
    for number, states in enumerate(ENDS):
        message, _new = messages.reply(talk.pk, by=agent, body=f"answer {number}")
        delivery = Delivery.objects.get(message=message)
        outbox.record_receipt(
            inbox, Receipt("sent", provider_id=f"OUT{number}", delivery_id=delivery.pk)
        )
        for state in states:
            pool += subject.raws(inbox, subject.receipt(inbox, delivery.pk, f"OUT{number}", state))
    for number in range(TEXTS):
        pool += subject.raws(inbox, subject.text(inbox, f"text {number}", number + 1))
    ordered = happened(inbox, pool)
    assert ordered[1] == ["delivered", "failed", "sent", "delivered", "failed"]
    assert len(ordered[0]) == TEXTS + 1

    repeats = st.lists(
        st.sampled_from(pool), min_size=BATCH - len(pool), max_size=BATCH - len(pool)
    )

    @settings(
        max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(repeats.flatmap(lambda more: st.permutations(pool + more)))
    def in_any_order(batch: list[Raw]) -> None:
        assert happened(inbox, batch) == ordered

    in_any_order()
