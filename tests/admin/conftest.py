"""A small desk with one person of each role."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpdesk.models import Conversation, Delivery, Heartbeat, Inbox, Role, Skill, Team
from helpdesk.services import calls, messages
from tests import factories
from tests.admin.desk import CANARY, Desk, customer, person, quarantined


@pytest.fixture
def desk(db: None) -> Desk:
    team, elsewhere = Team.objects.create(name="Help"), Team.objects.create(name="Elsewhere")
    admin = person("admin", Role.ADMIN, first_name="Ada")
    supervisor = person("supervisor", Role.SUPERVISOR, first_name="Sue")
    # What Django would go by must not count: this agent has all of it.
    agent = person("agent", Role.AGENT, first_name="Abe", is_staff=True, is_superuser=True)
    stranger = person("stranger", Role.AGENT, first_name="Zed")
    team.members.add(supervisor, agent)
    elsewhere.members.add(stranger)
    own, other = (
        Inbox.objects.create(
            name=name,
            channel="sms",
            provider="twilio",
            address=address,
            settings={"account_sid": "AC1"},
            secrets={"auth_token": CANARY, "pin": "1234"},
        )
        for name, address in (("Own", "+447700900001"), ("Other", "+447700900002"))
    )
    own.teams.add(team)
    other.teams.add(elsewhere)
    Skill.objects.create(name="Polish")
    factories.template("hello", "Hello {{ customer.name }}")
    Heartbeat.objects.create(name="worker", beat_at=datetime.now(UTC))
    own_customer, other_customer = customer(own, "+447700900003"), customer(other, "+447700900004")
    messages.reply(Conversation.objects.get(customer=own_customer).pk, by=admin, body="Yes")
    for one in (own_customer, other_customer):
        calls.log(Conversation.objects.get(customer=one).pk, by=admin, way="in", state="completed")
    assert Delivery.objects.exists()
    return Desk(
        admin,
        supervisor,
        agent,
        stranger,
        own,
        other,
        team,
        quarantined(own, "own"),
        quarantined(other, "other"),
        own_customer,
        other_customer,
    )
