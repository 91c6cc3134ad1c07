"""SEC-6 in the back office: a supervisor's rights end at the inboxes of his teams, on every page of
every screen; and they end when he leaves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, reverse

from chat.invitations.models import Trigger
from helpdesk.models import (
    BusinessHours,
    CapacityProfile,
    Company,
    CustomField,
    Queue,
    Skill,
    SLAPolicy,
    SuppressedAddress,
    Tag,
    Team,
    Template,
)
from tests import factories
from tests.admin.desk import Desk
from tests.admin.test_every_screen import MAKE

EVERYBODYS: set[type[Model]] = {
    BusinessHours, CapacityProfile, Company, CustomField, Queue, Skill, SLAPolicy,
    SuppressedAddress, Tag, Team, Template,
}  # fmt: skip
"""Rows of the whole desk, which belong to no inbox: who may edit them may edit all."""
SCOPED = sorted(set(admin.site._registry) - EVERYBODYS, key=lambda one: one._meta.label)
PAGES = ("change", "delete", "history")


def address(model: type[Model], page: str, *args: Any) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=args)


def foreign(desk: Desk, model: Any) -> Any:
    """A row of the other inbox, made as the desk's own rows are."""
    other = replace(
        desk, own=desk.other, own_customer=desk.other_customer, own_event=desk.other_event,
        agent=desk.stranger, supervisor=desk.admin, team=desk.stranger.teams.get(),
    )  # fmt: skip
    return made(other, model, 77)


def made(desk: Desk, model: Any, number: int) -> Any:
    """A new row in the desk's own inbox; an invitation is seen where there is a widget."""
    before = set(model._default_manager.values_list("pk", flat=True))
    MAKE[model](desk, number)
    row = model._default_manager.exclude(pk__in=before).order_by("-pk")[0]
    if model is Trigger:
        row.inbox = factories.inbox(teams=desk.own.teams.all())
        row.save(update_fields=["inbox"])
    return row


def seen(
    client: Client, model: type[Model], pk: Any, methods: tuple[str, ...] = ("get", "post")
) -> list[str]:
    """Every way in which a row shows itself or lets itself be changed."""
    found = []
    for page in PAGES:
        for method in methods:
            answer = getattr(client, method)(address(model, page, pk), {"post": "yes"})
            if answer.status_code == 200:
                found.append(f"{method} {page}")
    for query in ("", f"?pk={pk}", f"?id__exact={pk}", "?q=77", "?all=1"):
        answer = client.get(address(model, "changelist") + query, follow=True)
        if answer.status_code == 200 and f"/{pk}/change/" in answer.text:
            found.append(f"list {query}")
    return found


@pytest.mark.parametrize("model", SCOPED, ids=lambda one: one._meta.label)
def test_foreign_rows_are_not_there(desk: Desk, model: Any) -> None:
    row = foreign(desk, model)
    assert seen(desk.browser("admin"), model, row.pk, ("get",)), "an administrator sees it"
    client = desk.browser("supervisor")
    assert seen(client, model, row.pk) == []
    acted = client.post(
        address(model, "changelist"),
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
    )
    assert acted.status_code in (200, 302, 403)
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", SCOPED, ids=lambda one: one._meta.label)
def test_own_rows_go_with_the_membership(desk: Desk, model: Any) -> None:
    row = made(desk, model, 78)
    client = desk.browser("supervisor")
    desk.team.memberships.filter(agent=desk.supervisor).update(active=False)
    mine = getattr(row, "by_id", None) == desk.supervisor.pk
    assert mine or seen(client, model, row.pk) == []


def test_lookups_and_fields_of_search_tell_nothing_of_others(desk: Desk) -> None:
    """Django's own side doors: filters by any column, and the search of its choosing fields."""
    client = desk.browser("supervisor")
    screens: list[type[Model]] = [*SCOPED, *EVERYBODYS]
    for model in screens:
        for lookup in ("inbox__secrets__contains", "password__startswith", "agent__password__gt"):
            answer = client.get(address(model, "changelist"), {lookup: "a"})
            assert answer.status_code in (302, 400, 403), (model, lookup)
    try:
        chooser = reverse("admin:autocomplete")
    except NoReverseMatch:
        return
    for model in SCOPED:
        named: dict[str, Any] = {
            "app_label": model._meta.app_label,
            "model_name": model._meta.model_name,
        }
        for field in ("agents", "inbox", "customer", "owner", "by"):
            answer = client.get(chooser, {**named, "field_name": field, "term": "Zed"})
            assert answer.status_code == 403 or "Zed" not in answer.text
