"""Who may do what over REST (SEC-6, 7): generated from the routes, so that none is forgotten.

Each test makes its rows once and takes every call back before the next one.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver

from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    Customer,
    Delivery,
    InboundEvent,
    Inbox,
    Message,
    Role,
    Team,
    TeamMembership,
)
from helpdesk.permissions import Action, agents_for, can, visible
from helpdesk.services import attachments, messages
from tests import factories
from tests.channel import ScriptedChannel
from tests.core.conftest import Desk
from tests.core.rights import API, CASES, ELSEWHERE, ROUTES, Rows, call, made_rows, routes, status


def test_every_route_is_in_the_matrix() -> None:
    known = {path.removeprefix(API) for path in routes(get_resolver()) if path.startswith(API)}
    assert known == set(ROUTES) | ELSEWHERE, "a new route needs its row in ROUTES"


@pytest.fixture
def rows(desk: Desk, phone: Inbox) -> Rows:
    return made_rows(desk, phone)


def signed_in(user: Agent | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def wrong(client: Client, rows: Rows, *, unseen: int | None, everything: int | None) -> list[str]:
    """Calls that were not answered as they should: `everything` with one status, or else what is
    scoped with `unseen` (None: as for who may), the rest as for who may. Denied, nothing changes.
    """
    found = []
    before = rows.conversation.last_seq
    for route, case in CASES:
        expected = everything or (unseen if unseen and case.scoped else case.ok)
        with transaction.atomic():
            given = status(client, rows, route, case)
            # A view that refuses takes its own work back: then there is nothing to look at.
            refused = connection.needs_rollback
            seq = before if refused else Conversation.objects.get().last_seq
            transaction.set_rollback(True)
        if given != expected:
            found.append(f"{case.method} {route}: {given}, not {expected}")
        if expected in (403, 404) and case.ok < 400 and seq != before:
            found.append(f"{case.method} {route}: was done all the same")
    return found


def test_anonymous(rows: Rows) -> None:
    assert wrong(signed_in(None), rows, unseen=None, everything=403) == []


def test_an_agent_of_another_team(desk: Desk, rows: Rows) -> None:
    assert wrong(signed_in(desk.stranger), rows, unseen=404, everything=None) == []


def test_one_who_left_the_team(desk: Desk, rows: Rows) -> None:
    """He wrote the message himself: authorship is no right."""
    client = signed_in(desk.agent)
    TeamMembership.objects.filter(agent=desk.agent).update(active=False)
    assert wrong(client, rows, unseen=404, everything=None) == []


def test_one_whose_account_is_off(desk: Desk, rows: Rows) -> None:
    client = signed_in(desk.agent)
    Agent.objects.filter(pk=desk.agent.pk).update(is_active=False)
    assert wrong(client, rows, unseen=None, everything=403) == []


@pytest.mark.parametrize("who", ["agent", "senior", "supervisor", "admin"])
def test_those_who_may(desk: Desk, rows: Rows, who: str) -> None:
    if who == "senior":
        user = factories.agent(teams=[desk.mine], role=Role.SENIOR)
    else:
        user = getattr(desk, who)
    assert wrong(signed_in(user), rows, unseen=None, everything=None) == []


def test_unknown_rows_are_404_too(desk: Desk, rows: Rows) -> None:
    client = signed_in(desk.admin)
    for route, case in CASES:
        if "pk>" not in route:
            continue
        url = f"/{API}{route}".replace("<uuid:pk>", str(uuid.uuid4()))
        for pk in ("999999", "9" * 30):
            assert call(client, url.replace("<int:pk>", pk), case) == 404, route


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_django_flags_alone_show_nothing(desk: Desk, rows: Rows, flag: str) -> None:
    Agent.objects.filter(pk=desk.stranger.pk).update(**{flag: True})
    stranger = Agent.objects.get(pk=desk.stranger.pk)
    for model in (Conversation, Message, Attachment, Delivery, InboundEvent, Customer):
        assert not visible(stranger, model).exists()


def test_lists_hold_only_visible_rows(desk: Desk, rows: Rows) -> None:
    client = Client()
    client.force_login(desk.stranger)
    own = factories.conversation(desk.elsewhere)
    found = client.get("/api/v1/conversations/?view=all").json()["results"]
    assert [row["id"] for row in found] == [own.pk]
    assert client.get("/api/v1/conversations/counts/").json()["all"] == 1
    people = client.get("/api/v1/customers/").json()["results"]
    assert [person["id"] for person in people] == [own.customer_id]
    assert client.get("/api/v1/customers/?q=48600").json()["results"] == []
    asked = client.get(f"/api/v1/templates/?conversation={rows.conversation.pk}")
    assert asked.status_code == 404


def test_a_timeline_hides_what_its_reader_may_not_see(desk: Desk) -> None:
    here = factories.conversation(desk.inbox, "same-person")
    there = factories.conversation(desk.elsewhere, "same-person")
    assert here.customer_id == there.customer_id
    client = Client()
    client.force_login(desk.agent)
    shown = client.get(f"/api/v1/customers/{here.customer_id}/timeline/").json()["results"]
    assert [one["id"] for one in shown if one["kind"] == "conversation"] == [str(here.pk)]


def fetched(user: Agent, file: Attachment) -> int:
    client = Client()
    client.force_login(user)
    answer = client.get(f"/attachments/{file.pk}/")
    answer.close()
    return answer.status_code


@pytest.mark.django_db(transaction=True)
def test_attachments_follow_the_conversation(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    file = attachments.upload("plan.txt", b"secret", by=desk.agent)
    readers = (desk.agent, desk.supervisor, desk.stranger)
    assert [fetched(one, file) for one in readers] == [200, 404, 404], "not sent yet"
    messages.reply(made.pk, by=desk.agent, body="", attachments=[str(file.pk)])
    assert [fetched(one, file) for one in readers] == [200, 200, 404]
    TeamMembership.objects.filter(agent=desk.agent).delete()
    assert fetched(desk.agent, file) == 404
    assert Client().get(f"/attachments/{file.pk}/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_foreign_uploads_cannot_be_sent(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    file = attachments.upload("plan.txt", b"secret", by=desk.supervisor)
    with pytest.raises(messages.RejectedError):
        messages.reply(made.pk, by=desk.agent, body="Look", attachments=[str(file.pk)])
    assert Message.objects.filter(direction="out").count() == 0


def test_two_memberships_show_a_row_once(desk: Desk) -> None:
    second: Team = factories.team()
    desk.inbox.teams.add(second)
    second.members.add(desk.agent)
    made = factories.conversation(desk.inbox)
    assert list(visible(desk.agent, Conversation)) == [made]
    assert list(visible(desk.agent, Inbox)) == [desk.inbox]
    assert list(agents_for(desk.inbox).filter(pk=desk.agent.pk)) == [desk.agent]


def test_roles_and_acts(desk: Desk) -> None:
    def allowed(user: Any) -> set[Action]:
        return {act for act in Action if can(user, act)}

    assert allowed(AnonymousUser()) == set()
    senior = factories.agent(role=Role.SENIOR)
    assert (
        allowed(desk.agent)
        < allowed(senior)
        < allowed(desk.supervisor)
        < allowed(desk.admin)
        == set(Action)
    )
    assert not can(desk.agent, Action.SEE_QUARANTINE)
    desk.admin.is_active = False
    assert allowed(desk.admin) == set()


def test_the_quarantine_is_for_supervisors(
    desk: Desk, phone: Inbox, channel: ScriptedChannel
) -> None:
    InboundEvent.objects.create(
        inbox=phone,
        dedupe_key="k",
        content_sha256=b"",
        body=b"",
        received_at=phone.created_at,
        next_at=phone.created_at,
    )
    assert not visible(desk.agent, InboundEvent).exists()
    assert visible(desk.supervisor, InboundEvent).exists()
    assert visible(desk.admin, InboundEvent).exists()
