"""The small desk that the tests of the admin work on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.test import Client

from helpdesk import inbound
from helpdesk.adapters import InboundMessage, Person
from helpdesk.models import Agent, Customer, InboundEvent, Inbox, Team

CANARY = "canary-7f3a9d51c2e84b60"
PASSWORD = "a-long-enough-password"


@dataclass
class Desk:
    """`own` is the team and inbox of the supervisor and the agent, `other` is nobody's."""

    admin: Agent
    supervisor: Agent
    agent: Agent
    stranger: Agent
    own: Inbox
    other: Inbox
    team: Team
    own_event: InboundEvent
    other_event: InboundEvent
    own_customer: Customer
    other_customer: Customer

    def browser(self, who: str) -> Client:
        client = Client()
        client.force_login(getattr(self, who))
        return client


def person(name: str, role: str, **extra: object) -> Agent:
    return Agent.objects.create_user(f"{name}@desk.example", PASSWORD, role=role, **extra)


def quarantined(inbox: Inbox, key: str) -> InboundEvent:
    now = datetime.now(UTC)
    return InboundEvent.objects.create(
        inbox=inbox,
        dedupe_key=key,
        content_sha256=b"x" * 32,
        body=b"<script>alert(1)</script> \xff",
        received_at=now,
        next_at=now,
        state="quarantined",
        attempts=1,
        error="Traceback ...\nUnreadableError: no MessageSid",
    )


def customer(inbox: Inbox, number: str) -> Customer:
    message, _ = inbound.receive(
        inbox,
        InboundMessage(
            Person("phone", number, f"Customer {number}", verified=True), "Hi", external_id=number
        ),
    )
    return message.conversation.customer
