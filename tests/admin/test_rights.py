"""Who may do what in the admin: the whole matrix, by real requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from chat.invitations.models import Trigger
from chat.models import Ban, BanKind
from helpdesk.admin.scoped import Rights
from helpdesk.models import (
    Agent,
    BusinessHours,
    Call,
    CapacityProfile,
    Company,
    Customer,
    CustomField,
    Delivery,
    Heartbeat,
    InboundEvent,
    Inbox,
    Lead,
    Order,
    Queue,
    Relief,
    Skill,
    SLAPolicy,
    SuppressedAddress,
    Tag,
    Team,
    Template,
)
from tests import factories
from tests.admin.desk import PASSWORD, Desk

# model: (list, add, change, delete) for an administrator and for a supervisor.
MATRIX: dict[type[Any], tuple[str, str]] = {
    Agent: ("lac-", "l---"),
    Team: ("lacd", "----"),
    Skill: ("lacd", "lacd"),
    Queue: ("lacd", "lacd"),
    CapacityProfile: ("lacd", "lacd"),
    BusinessHours: ("lacd", "lacd"),
    SLAPolicy: ("lacd", "lacd"),
    Tag: ("lacd", "lacd"),
    Company: ("lacd", "lacd"),
    CustomField: ("lacd", "lacd"),
    Template: ("lacd", "lacd"),
    Inbox: ("lac-", "----"),
    Customer: ("l-c-", "l---"),
    InboundEvent: ("l---", "l---"),
    Delivery: ("l---", "----"),
    Call: ("l---", "----"),
    Heartbeat: ("l---", "----"),
    Lead: ("l--d", "l---"),
    Order: ("l---", "l---"),
    Relief: ("l---", "l---"),
    SuppressedAddress: ("l---", "----"),
    Trigger: ("lacd", "lacd"),
    Ban: ("la-d", "la-d"),
}
LETTERS = {"l": "changelist", "a": "add", "c": "change", "d": "delete"}


def address(model: type[Any], page: str, pk: Any = None) -> str:
    args = [pk] if page in {"change", "delete"} else []
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_{page}", args=args)


def allowed(client: Client, model: type[Any], letter: str, pk: Any) -> bool:
    page = LETTERS[letter]
    if letter == "c":
        return client.post(address(model, page, pk), {}).status_code == 200
    return client.get(address(model, page, pk)).status_code == 200


def trigger(desk: Desk) -> Trigger:
    return Trigger.objects.create(inbox=factories.inbox(teams=[desk.team]), name="Help")


def relief(desk: Desk) -> Relief:
    now = datetime.now(UTC)
    made = Relief.objects.create(kind="limits", more=1, made_at=now, until=now)
    made.agents.add(desk.agent)
    return made


def custom_field(_desk: Desk) -> CustomField:
    return CustomField.objects.get_or_create(key="own", label="Own")[0]


def suppressed(_desk: Desk) -> SuppressedAddress:
    return SuppressedAddress.objects.get_or_create(
        kind="email", address="gone@example.com", reason="bounced"
    )[0]


MADE: dict[type[Any], Callable[[Desk], Any]] = {
    Trigger: trigger,
    Relief: relief,
    CustomField: custom_field,
    SuppressedAddress: suppressed,
}


def own_row(desk: Desk, model: type[Any]) -> Any:
    if model in MADE:
        return MADE[model](desk).pk
    if model is Lead:
        return Lead.objects.create(customer=desk.own_customer, inbox=desk.own, email="a@b.c").pk
    if model is Order:
        facts = {"value": 1, "currency": "EUR", "ordered_at": datetime.now(UTC)}
        return Order.objects.get_or_create(inbox=desk.own, number="1", defaults=facts)[0].pk
    if model is Ban:
        until = datetime.now(UTC) + timedelta(days=1)
        facts = {"inbox": desk.own, "kind": BanKind.VISITOR, "value": "x"}
        return Ban.objects.get_or_create(**facts, defaults={"until": until})[0].pk
    if model in {Queue, CapacityProfile, BusinessHours, SLAPolicy, Tag, Company}:
        return model.objects.get_or_create(name="Own")[0].pk
    own = {
        Customer: desk.own_customer.pk,
        InboundEvent: desk.own_event.pk,
        Inbox: desk.own.pk,
        Team: desk.team.pk,
        Agent: desk.agent.pk,
    }
    return own.get(model) or model.objects.first().pk


def test_every_screen_is_in_the_matrix() -> None:
    assert set(admin.site._registry) == set(MATRIX)
    assert all(isinstance(screen, Rights) for screen in admin.site._registry.values())
    assert Group not in admin.site._registry


@pytest.mark.parametrize("model", MATRIX, ids=lambda model: model.__name__)
@pytest.mark.parametrize("role", ["admin", "supervisor"])
def test_matrix(desk: Desk, model: type[Any], role: str) -> None:
    client = desk.browser(role)
    wanted = MATRIX[model][role == "supervisor"]
    pk = own_row(desk, model)
    found = "".join(letter if allowed(client, model, letter, pk) else "-" for letter in LETTERS)
    assert found == wanted


@pytest.mark.parametrize("model", MATRIX, ids=lambda model: model.__name__)
def test_agents_get_nothing_at_all(desk: Desk, model: type[Any]) -> None:
    """Not even one with is_staff and is_superuser."""
    client = desk.browser("agent")
    for letter in LETTERS:
        assert not allowed(client, model, letter, own_row(desk, model))
    assert client.get(reverse("admin:index"), follow=True).status_code == 403
    raw = reverse("admin:helpdesk_inboundevent_raw", args=[desk.own_event.pk])
    assert client.get(raw).status_code == 302


def test_nobody_signed_in_gets_the_login(desk: Desk) -> None:
    answer = Client().get(reverse("admin:index"))
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


def test_sign_in_without_is_staff(desk: Desk) -> None:
    client = Client()
    fields = {"username": "SUPERVISOR@desk.example", "password": PASSWORD}
    way_in = client.get(reverse("admin:login"), {"next": "/admin/"})["Location"]
    assert way_in == "/login/?next=/admin/"
    answer = client.post(way_in, fields)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    page = client.get(reverse("admin:index")).content.decode()
    assert "Parley administration" in page
    assert "/admin/helpdesk/template/" in page
    assert "/admin/helpdesk/inbox/" not in page


def test_a_deactivated_administrator_is_out(desk: Desk) -> None:
    client = desk.browser("admin")
    Agent.objects.filter(pk=desk.admin.pk).update(is_active=False)
    assert client.get(reverse("admin:index")).status_code == 302


def test_supervisors_see_only_their_own(desk: Desk) -> None:
    client = desk.browser("supervisor")
    people = client.get(address(Agent, "changelist")).content.decode()
    assert "Abe" in people
    assert "Zed" not in people
    customers = client.get(address(Customer, "changelist")).content.decode()
    assert str(desk.own_customer) in customers
    assert str(desk.other_customer) not in customers
    for model, pk in (
        (Agent, desk.stranger.pk),
        (Customer, desk.other_customer.pk),
        (InboundEvent, desk.other_event.pk),
    ):
        assert client.get(address(model, "change", pk)).status_code == 302
    raw = reverse("admin:helpdesk_inboundevent_raw", args=[desk.other_event.pk])
    assert client.get(raw).status_code == 404


def test_rights_go_with_membership(desk: Desk) -> None:
    client = desk.browser("supervisor")
    desk.team.memberships.filter(agent=desk.supervisor).update(active=False)
    assert "Abe" not in client.get(address(Agent, "changelist")).content.decode()
    assert client.get(address(Customer, "change", desk.own_customer.pk)).status_code == 302


def test_who_may_only_look_sees_no_password(desk: Desk) -> None:
    page = desk.browser("supervisor").get(address(Agent, "change", desk.agent.pk))
    assert page.status_code == 200
    text = page.content.decode()
    assert "agent@desk.example" in text
    assert desk.agent.password not in text
    assert "md5$" not in text
    assert "password/" not in text
    denied = reverse("admin:auth_user_password_change", args=[desk.agent.pk])
    assert desk.browser("supervisor").get(denied).status_code == 403
    assert desk.browser("admin").get(denied).status_code == 200
