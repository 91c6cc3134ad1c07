"""Every screen of the admin, for every role: it opens, names its rows, costs the same when full."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.functional import Promise

from chat.invitations.models import Trigger
from chat.models import Ban
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
from helpdesk.services import calls, messages, template_files
from tests import factories
from tests.admin.desk import Desk, customer, person, quarantined

NOW = datetime.now(UTC)
MODELS = sorted(admin.site._registry, key=lambda one: one._meta.label)
Make = Callable[[Desk, int], Any]


def _template(desk: Desk, n: int) -> None:
    made = factories.template(f"t{n}", "Hello {{ customer.name }}")
    template_files.add(made, "a.txt", b"words", by=desk.supervisor)


def _delivery(desk: Desk, n: int) -> None:
    talk = customer(desk.own, f"+4477010{n:05}").conversations.get()
    messages.reply(talk.pk, by=desk.admin, body="Yes")


def _call(desk: Desk, n: int) -> None:
    talk = customer(desk.own, f"+4477030{n:05}").conversations.get()
    calls.log(talk.pk, by=desk.admin, way="out", state="completed", seconds=n)


def _order(desk: Desk, n: int) -> None:
    Order.objects.create(
        inbox=desk.own, number=f"BL-{n}", value="12.50", currency="EUR",
        customer=desk.own_customer, ordered_at=NOW,
    )  # fmt: skip


def _relief(desk: Desk, n: int) -> None:
    made = Relief.objects.create(
        kind="limits", channel="chat", more=1, made_at=NOW, reason=f"Rush {n}", by=desk.supervisor,
        until=NOW + timedelta(hours=1),
    )  # fmt: skip
    made.agents.add(desk.agent)


def _queue(desk: Desk, n: int) -> None:
    hours = BusinessHours.objects.create(name=f"For {n}")
    made = Queue.objects.create(name=f"Queue {n}", hours=hours)
    made.primary.add(desk.team)


def _agent(desk: Desk, n: int) -> None:
    desk.team.members.add(person(f"more{n}", "agent", first_name=f"Person {n}"))


MAKE: dict[type[Model], Make] = {
    Agent: _agent,
    Ban: lambda desk, n: Ban.objects.create(
        inbox=desk.own,
        kind="customer",
        value=str(desk.own_customer.pk + n),
        reason="Spam",
        by=desk.admin,
        until=NOW + timedelta(days=1),
    ),
    BusinessHours: lambda _desk, n: BusinessHours.objects.create(name=f"Hours {n}"),
    CapacityProfile: lambda _desk, n: CapacityProfile.objects.create(name=f"Profile {n}"),
    Company: lambda _desk, n: Company.objects.create(name=f"Company {n}"),
    CustomField: lambda _desk, n: CustomField.objects.create(label=f"Field {n}", key=f"key_{n}"),
    Customer: lambda desk, n: customer(desk.own, f"+4477020{n:05}"),
    Call: _call,
    Delivery: _delivery,
    Heartbeat: lambda _desk, n: Heartbeat.objects.create(name=f"worker-{n}", beat_at=NOW),
    InboundEvent: lambda desk, n: quarantined(desk.own, f"more-{n}"),
    Inbox: lambda desk, n: factories.inbox(
        channel="email", address=f"desk{n}@parley.example", teams=[desk.team]
    ),
    Lead: lambda desk, n: Lead.objects.create(
        customer=desk.own_customer,
        inbox=desk.own,
        name=f"Lead {n}",
        owner=desk.agent,
        email=f"lead{n}@example.com",
    ),
    Order: _order,
    Queue: _queue,
    Relief: _relief,
    SLAPolicy: lambda _desk, n: SLAPolicy.objects.create(name=f"Promise {n}", position=n),
    Skill: lambda _desk, n: Skill.objects.create(name=f"Skill {n}"),
    SuppressedAddress: lambda _desk, n: SuppressedAddress.objects.create(
        kind="email", address=f"gone{n}@example.com", reason="bounced"
    ),
    Tag: lambda _desk, n: Tag.objects.create(name=f"Tag {n}"),
    Team: lambda _desk, n: Team.objects.create(name=f"Team {n}"),
    Template: _template,
    Trigger: lambda desk, n: Trigger.objects.create(name=f"Invite {n}", inbox=desk.own),
}


def url(model: type[Model], page: str, *args: Any) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=args)


def test_every_screen_has_rows_here() -> None:
    assert set(MAKE) == set(MODELS), "a new screen needs a row in MAKE"


@pytest.mark.parametrize("who", ["admin", "supervisor"])
@pytest.mark.parametrize("model", MODELS, ids=lambda one: one._meta.label)
def test_a_full_list_costs_what_a_short_one_costs(desk: Desk, model: Any, who: str) -> None:
    client = desk.browser(who)
    if client.get(url(model, "changelist")).status_code == 403:
        return
    counted = []
    for many in (range(5), range(5, 25)):
        for number in many:
            MAKE[model](desk, number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url(model, "changelist")).status_code == 200
        counted.append(len(queries))
    assert counted[1] <= counted[0], f"{counted[0]} queries for 5 rows, {counted[1]} for 25"
    assert counted[0] <= 20


@pytest.mark.parametrize("who", ["admin", "supervisor", "agent"])
@pytest.mark.parametrize("model", MODELS, ids=lambda one: one._meta.label)
def test_every_page_opens_and_names_its_thing(desk: Desk, model: Any, who: str) -> None:
    MAKE[model](desk, 1)
    row = model._default_manager.order_by("-pk").first()
    pages = [
        url(model, "changelist"),
        url(model, "changelist") + "?q=no-such-thing",
        url(model, "add"),
        url(model, "change", row.pk),
        url(model, "delete", row.pk),
        url(model, "history", row.pk),
        url(model, "change", 999_999_999),
    ]
    client = desk.browser(who)
    opened = 0
    for page in pages:
        answer = client.get(page)
        assert answer.status_code in {200, 302, 403, 404}, page
        if answer.status_code != 200:
            continue
        opened += 1
        text = answer.content.decode()
        assert not re.search(r"object \(\S+\)", text), page
        assert "/inbox/" in text or reverse("home") in text, "no way back to the workspace"
    assert opened == 0 if who == "agent" else True
    if who == "admin":
        assert opened >= 3


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one._meta.label)
def test_no_screen_has_a_name_that_nobody_can_translate(model: Any) -> None:
    """A name that is no lazy text was made up by Django from the class."""
    meta = model._meta
    assert isinstance(meta.verbose_name, Promise)
    assert isinstance(meta.verbose_name_plural, Promise)


def test_the_menu_is_by_what_things_are_for(desk: Desk) -> None:
    page = desk.browser("admin").get(reverse("admin:index")).content.decode()
    heads = ["People", "Words", "Customers", "Who answers, and when", "Channels"]
    places = [page.index(f">{one}<") if f">{one}<" in page else page.index(one) for one in heads]
    assert places == sorted(places)
    for model in MODELS:
        assert url(model, "changelist") in page


def test_rows_lead_into_the_workspace(desk: Desk) -> None:
    client = desk.browser("supervisor")
    page = client.get(url(Customer, "change", desk.own_customer.pk)).content.decode()
    assert f'href="/customers/{desk.own_customer.pk}/"' in page
    assert 'href="/queue/"' in client.get(url(Queue, "changelist")).content.decode()
