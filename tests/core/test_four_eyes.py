"""Four eyes: no administrator erases, lifts a hold or takes the audit alone (AUT-1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from helpdesk.models import (
    Act,
    Agent,
    AuditEntry,
    Confirmation,
    Customer,
    Erasure,
    FourEyes,
    LegalHold,
    Notice,
    Role,
)
from helpdesk.services import four_eyes, holding, notices
from tests import factories
from tests.core.conftest import Desk


def signed_in(agent: Agent) -> Client:
    made = Client()
    made.force_login(agent)
    session = made.session
    session["proved_at"] = datetime.now(UTC).timestamp()
    session.save()
    return made


@pytest.fixture
def second(desk: Desk) -> Agent:
    return factories.agent(role=Role.ADMIN)


@pytest.fixture
def customer(desk: Desk) -> Customer:
    return factories.conversation(desk.inbox, name="Tom Reed").customer


def erase(client: Client, customer: Customer) -> Any:
    form = {"sure": str(customer.pk), "reason": "asked for"}
    return client.post(f"/customers/{customer.pk}/privacy/erase/", form)


def test_erased_only_when_another_one_agrees(desk: Desk, second: Agent, customer: Customer) -> None:
    erase(signed_in(desk.admin), customer)
    erase(signed_in(desk.admin), customer)
    assert not Erasure.objects.exists()
    asked = Confirmation.objects.get()
    own = signed_in(desk.admin)
    own.post(f"/settings/privacy/asked/{asked.pk}/agree/")
    assert not Erasure.objects.exists(), "not by who asked"
    other = signed_in(second)
    assert "Agree" in other.get("/settings/privacy/").content.decode()
    assert "Agree" not in own.get(f"/customers/{customer.pk}/privacy/").content.decode()
    other.post(f"/settings/privacy/asked/{asked.pk}/agree/")
    assert Erasure.objects.get().by == desk.admin
    told = AuditEntry.objects.filter(about_id=str(customer.pk)).order_by("pk")
    assert [(one.act, one.actor_id) for one in told] == [
        (Act.ASKED, desk.admin.pk),
        (Act.CONFIRMED, second.pk),
        (Act.ERASED, desk.admin.pk),
    ]
    other.post(f"/settings/privacy/asked/{asked.pk}/agree/")
    assert Erasure.objects.count() == 1


def test_the_others_hear_by_mail_and_not_whom(
    desk: Desk, second: Agent, customer: Customer
) -> None:
    erase(signed_in(desk.admin), customer)
    notice = Notice.objects.get()
    assert notices.send(notice.pk)
    assert mail.outbox[0].to == [second.email]
    assert "/settings/privacy/" in mail.outbox[0].body
    assert "Reed" not in f"{mail.outbox[0].body}{mail.outbox[0].subject}"


def test_alone_it_is_done_at_once(desk: Desk, customer: Customer) -> None:
    factories.agent(role=Role.ADMIN, is_active=False)
    erase(signed_in(desk.admin), customer)
    assert Erasure.objects.get().by == desk.admin


def test_a_hold_is_lifted_by_two(desk: Desk, second: Agent, customer: Customer) -> None:
    holding.hold(customer, reason="Court", by=desk.admin)
    signed_in(desk.admin).post(f"/customers/{customer.pk}/privacy/lift/")
    assert LegalHold.objects.get().lifted_at is None
    four_eyes.decide(Confirmation.objects.get().pk, agree=True, by=second)
    assert LegalHold.objects.get().lifted_by == desk.admin


def test_refused_or_taken_back_it_is_not_done(
    desk: Desk, second: Agent, customer: Customer
) -> None:
    for who in (second, desk.admin):
        erase(signed_in(desk.admin), customer)
        asked = Confirmation.objects.get(agreed=None)
        signed_in(who).post(f"/settings/privacy/asked/{asked.pk}/refuse/")
        with pytest.raises(four_eyes.OverError):
            four_eyes.decide(asked.pk, agree=True, by=second)
    assert not Erasure.objects.exists()


def test_neither_too_late_nor_for_who_lost_the_right(
    desk: Desk, second: Agent, customer: Customer
) -> None:
    old = four_eyes.ask(FourEyes.ERASE, by=desk.admin, customer=customer)
    Confirmation.objects.update(until=datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(four_eyes.OverError):
        four_eyes.decide(old.pk, agree=True, by=second)
    fresh = four_eyes.ask(FourEyes.ERASE, by=desk.admin, customer=customer)
    assert fresh.pk != old.pk
    Agent.objects.filter(pk=desk.admin.pk).update(role=Role.AGENT)
    with pytest.raises(four_eyes.OverError):
        four_eyes.decide(fresh.pk, agree=True, by=second)
    with pytest.raises(PermissionError):
        four_eyes.decide(fresh.pk, agree=True, by=desk.supervisor)


def test_the_database_refuses_one_pair_of_eyes(desk: Desk, customer: Customer) -> None:
    asked = four_eyes.ask(FourEyes.ERASE, by=desk.admin, customer=customer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Confirmation.objects.filter(pk=asked.pk).update(agreed=True, decided_by=desk.admin)


def test_the_audit_is_taken_once_for_each_agreement(desk: Desk, second: Agent) -> None:
    client = signed_in(desk.admin)
    assert client.post("/settings/audit/file/").status_code == 302
    four_eyes.decide(Confirmation.objects.get().pk, agree=True, by=second)
    answer = client.post("/settings/audit/file/")
    assert answer["Content-Type"].startswith("text/csv")
    assert client.post("/settings/audit/file/").status_code == 302


def test_nobody_agreed_to_erase_whom_they_were_merged_into(
    desk: Desk, second: Agent, customer: Customer
) -> None:
    erase(signed_in(desk.admin), customer)
    asked = Confirmation.objects.get()
    survivor = factories.conversation(desk.inbox, "who stays").customer
    Customer.objects.filter(pk=customer.pk).update(merged_into=survivor)
    assert not four_eyes.waiting().exists()
    with pytest.raises(four_eyes.OverError):
        four_eyes.decide(asked.pk, agree=True, by=second)
    Customer.objects.filter(pk=customer.pk).update(merged_into=None)
    assert four_eyes.waiting().get() == asked
