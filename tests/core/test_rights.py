"""Who may do what over REST (SEC-6, 7): generated from the routes, so that none is forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    Customer,
    Delivery,
    InboundEvent,
    Inbox,
    Lead,
    Message,
    ScheduledReply,
    Task,
    Team,
    TeamMembership,
    Template,
    WorkItem,
)
from helpdesk.permissions import Action, agents_for, can, visible
from helpdesk.services import attachments, calls, leads, messages, scheduling, tasks
from tests import factories
from tests.channel import ScriptedChannel
from tests.core.conftest import Desk

API = "api/v1/"
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@dataclass(frozen=True)
class Case:
    """One route: what to call it with, and what its status is for one who may use it."""

    method: str
    ok: int
    body: Any = None
    scoped: bool = True
    """True if a stranger to the inbox must get 404; False if the route has no row of an inbox."""


OLD = {"field": "created", "op": "longer", "value": 30}
ROUTES: dict[str, tuple[Case, ...]] = {
    "conversations/": (Case("get", 200, scoped=False),),
    "conversations/counts/": (Case("get", 200, scoped=False),),
    "conversations/bulk/": (Case("post", 200, {"ids": [1], "action": "read"}, scoped=False),),
    "conversations/<int:pk>/letter/": (Case("get", 200),),
    "conversations/<int:pk>/approved/": (Case("get", 200),),
    "conversations/<int:pk>/as-template/": (Case("post", 200, {"text": "Good words"}),),
    "conversations/<int:pk>/tags/": (Case("post", 200, {"remove": ["none"]}),),
    "conversations/<int:pk>/merge/": (Case("post", 404, {"into": 999_999}),),
    "conversations/<int:pk>/unmerge/": (Case("post", 409),),
    "conversations/<int:pk>/split/": (Case("post", 404, {"message": str(uuid.uuid4())}),),
    "conversations/<int:pk>/links/": (
        Case("get", 200),
        Case("post", 404, {"other": 999_999}),
    ),
    "conversations/<int:pk>/near/": (Case("get", 200),),
    "tags/": (Case("get", 200, scoped=False),),
    "views/": (
        Case("get", 200, scoped=False),
        Case("post", 201, {"name": "Old", "filters": [OLD]}, scoped=False),
    ),
    "views/fields/": (Case("get", 200, scoped=False),),
    "views/preview/": (Case("post", 200, {"filters": [OLD]}, scoped=False),),
    "views/order/": (Case("post", 204, {"ids": []}, scoped=False),),
    "conversations/<int:pk>/": (Case("get", 200),),
    "conversations/<int:pk>/events/": (Case("get", 200),),
    "conversations/<int:pk>/messages/": (
        Case("get", 200),
        Case("post", 201, {"body": "Hello"}),
        Case("post", 201, {"body": "Between us", "internal": True}),
    ),
    "conversations/<int:pk>/assign/": (Case("post", 200, {"agent": None}),),
    "conversations/<int:pk>/state/": (Case("post", 200, {"state": "resolved", "reason": "x"}),),
    "conversations/<int:pk>/read/": (Case("post", 204, {"seq": 1}),),
    "conversations/<int:pk>/draft/": (
        Case("put", 200, {"mode": "reply", "text": "Half a", "base": 0}),
    ),
    "conversations/<int:pk>/scheduled/": (
        Case("get", 200),
        Case("post", 201, {"body": "Later", "due_at": TOMORROW}),
    ),
    "conversations/<int:pk>/spelling/": (Case("post", 200, {"text": "Hello"}),),
    "conversations/<int:pk>/words/": (Case("post", 204, {"word": "Birch"}),),
    "conversations/<int:pk>/ways/": (Case("get", 200),),
    "scheduled/<int:pk>/cancel/": (Case("post", 200),),
    "scheduled/<int:pk>/send/": (Case("post", 200),),
    "preferences/": (
        Case("get", 200, scoped=False),
        Case("patch", 200, {"enter": "never"}, scoped=False),
    ),
    "conversations/<int:pk>/beside/": (Case("get", 200),),
    "conversations/<int:pk>/watch/": (Case("post", 200, {"on": True}),),
    "conversations/<int:pk>/calls/": (Case("post", 201, {"way": "out"}),),
    "calls/<uuid:pk>/": (Case("patch", 200, {"disposition": "Sold", "notes": ""}),),
    "conversations/<int:pk>/tasks/": (
        Case("get", 200),
        Case("post", 201, {"text": "Call back"}),
    ),
    "tasks/<int:pk>/": (Case("post", 200, {"done": True}),),
    "for-me/": (Case("get", 200, scoped=False),),
    "messages/<uuid:pk>/retry/": (Case("post", 200),),
    "messages/<uuid:pk>/send-anyway/": (Case("post", 200),),
    "messages/<uuid:pk>/cancel/": (Case("post", 200),),
    "templates/": (
        Case("get", 200, scoped=False),
        Case("post", 201, {"name": "Good", "text": "Good words"}, scoped=False),
    ),
    "templates/<int:pk>/used/": (Case("post", 200, scoped=False),),
    "presence/": (
        Case("get", 200, scoped=False),
        Case("post", 200, {"presence": "online"}, scoped=False),
    ),
    "presence/rest/": (Case("post", 200, scoped=False),),
    "rush/": (Case("get", 200, scoped=False),),
    "offers/": (Case("get", 200, scoped=False),),
    "offers/<int:item>/accept/": (Case("post", 409),),
    "offers/<int:item>/decline/": (Case("post", 409),),
    "conversations/<int:pk>/finish/": (Case("post", 204),),
    "conversations/<int:pk>/why/": (Case("get", 200),),
    "queue/": (Case("get", 200, scoped=False),),
    "macros/": (Case("get", 200, scoped=False),),
    "you/photo/": (
        Case("put", 400, {"png": "no picture"}, scoped=False),
        Case("delete", 204, scoped=False),
    ),
    "attachments/": (Case("post", 400, scoped=False),),
    "customers/": (Case("get", 200, scoped=False),),
    "customers/<int:pk>/": (Case("get", 200), Case("patch", 200, {"city": "Leeds"})),
    "customers/<int:pk>/timeline/": (Case("get", 200),),
    "customers/<int:pk>/block/": (Case("post", 200, {"blocked": True}),),
    "customers/<int:pk>/identities/": (
        Case("post", 201, {"kind": "email", "address": "tom@shop.example"}),
    ),
    "customers/<int:pk>/duplicates/": (Case("get", 200),),
    "search/": (Case("get", 200, scoped=False),),
    "alerts/": (
        Case("get", 200, scoped=False),
        Case("patch", 200, {"late": ["sound"]}, scoped=False),
    ),
    "alerts/browsers/": (Case("post", 400, {"endpoint": "x"}, scoped=False),),
    "alerts/try/": (Case("post", 200, scoped=False),),
    "leads/": (Case("get", 200, scoped=False),),
    "leads/<int:pk>/": (Case("get", 200), Case("patch", 200, {"status": "contacted"})),
}
ELSEWHERE = {
    "inboxes/<str:key>/raw/",
    "leads/export.csv",
    "visitors/",
    "visitors/<int:pk>/",
    "visitors/<int:pk>/invite/",
    "conversations/<int:pk>/ban/",
    "views/<int:pk>/",
    "queue/<int:item>/",
    "queue/agents/<int:pk>/",
    "reliefs/",
    "reliefs/<int:pk>/end/",
    "customers/<int:pk>/identities/<int:identity>/",
    "customers/<int:pk>/identities/<int:identity>/lift/",
    "customers/<int:pk>/merge/",
    "customers/<int:pk>/merges/<int:merge>/undo/",
    "conversations/<int:pk>/macros/<int:macro>/run/",
    "rules/try/",
    "conversations/<int:pk>/join/",
    "conversations/<int:pk>/takeover/",
    "conversations/<int:pk>/links/<int:other>/",
}
"""Routes whose rights other tests tell: test_leads.py, tests/visits, test_guard.py, test_macros.py,
test_work_api.py, test_rush.py, test_customer_api.py, test_rule_pages.py, test_together.py,
test_saved_views.py, test_weave.py, test_reports_of_mail.py."""
CASES = [(route, case) for route, cases in ROUTES.items() for case in cases]
ids = [f"{case.method} {route} {index}" for index, (route, case) in enumerate(CASES)]
every_case = pytest.mark.parametrize(("route", "case"), CASES, ids=ids)


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path
        else:
            yield from routes(entry, path)


def test_every_route_is_in_the_matrix() -> None:
    known = {path.removeprefix(API) for path in routes(get_resolver()) if path.startswith(API)}
    assert known == set(ROUTES) | ELSEWHERE, "a new route needs its row in ROUTES"


@dataclass(frozen=True)
class Rows:
    """What the routes are called with."""

    conversation: Conversation
    message: Message
    template: Template
    lead: Lead
    task: Task
    item: WorkItem
    scheduled: ScheduledReply
    call: Message

    def url(self, route: str) -> str:
        rows: dict[str, Model] = {"conversations": self.conversation, "leads": self.lead}
        rows["customers"] = self.conversation.customer
        rows["tasks"] = self.task
        rows["scheduled"] = self.scheduled
        pk = rows.get(route.split("/", maxsplit=1)[0], self.template).pk
        url = f"/{API}{route}".replace("<int:pk>", str(pk)).replace("<int:item>", str(self.item.pk))
        named = self.call if route.startswith("calls/") else self.message
        return url.replace("<uuid:pk>", str(named.pk))


@pytest.fixture
def rows(desk: Desk, phone: Inbox) -> Rows:
    made = factories.conversation(phone, "+48600", kind="phone")
    message, _created = messages.reply(made.pk, by=desk.agent, body="Hi")
    Delivery.objects.update(state="retry")
    template = factories.template("hi", "Hi {{ customer.name }}")
    contact = leads.Contact(email="tom@example.com")
    lead, _captured = leads.capture(made.pk, contact, consent="An offer", by=desk.agent)
    task = tasks.promise(made.pk, by=desk.agent, text="Call back")
    due = datetime.now(UTC) + timedelta(days=1)
    later = scheduling.schedule(made.pk, by=desk.agent, body="Later", due_at=due)
    logged = calls.log(made.pk, by=desk.agent, way="out", state="completed")
    made.refresh_from_db()
    item = WorkItem.objects.get(conversation=made)
    return Rows(made, message, template, lead, task, item, later, logged)


def call(client: Client, url: str, case: Case) -> int:
    if case.method == "get":
        return client.get(url).status_code
    act = getattr(client, case.method)
    answer: int = act(url, case.body, content_type="application/json").status_code
    return answer


def multipart(route: str) -> bool:
    return route == "attachments/"


def status(user: Agent | None, rows: Rows, route: str, case: Case) -> int:
    client = Client()
    if user is not None:
        client.force_login(user)
    if multipart(route):
        return client.post(rows.url(route)).status_code
    return call(client, rows.url(route), case)


@every_case
def test_anonymous(rows: Rows, route: str, case: Case) -> None:
    before = rows.conversation.last_seq
    assert status(None, rows, route, case) == 403
    assert Conversation.objects.get().last_seq == before


@every_case
def test_an_agent_of_another_team(desk: Desk, rows: Rows, route: str, case: Case) -> None:
    before = rows.conversation.last_seq
    assert status(desk.stranger, rows, route, case) == (404 if case.scoped else case.ok)
    assert Conversation.objects.get().last_seq == before


@every_case
def test_one_who_left_the_team(desk: Desk, rows: Rows, route: str, case: Case) -> None:
    """He wrote the message himself: authorship is no right."""
    TeamMembership.objects.filter(agent=desk.agent).update(active=False)
    assert status(desk.agent, rows, route, case) == (404 if case.scoped else case.ok)


@every_case
def test_one_whose_account_is_off(desk: Desk, rows: Rows, route: str, case: Case) -> None:
    client = Client()
    client.force_login(desk.agent)
    Agent.objects.filter(pk=desk.agent.pk).update(is_active=False)
    assert call(client, rows.url(route), case) == 403


@every_case
@pytest.mark.parametrize("who", ["agent", "supervisor", "admin"])
def test_those_who_may(desk: Desk, rows: Rows, who: str, route: str, case: Case) -> None:
    assert status(getattr(desk, who), rows, route, case) == case.ok


@pytest.mark.parametrize(("route", "case"), [one for one in CASES if "pk>" in one[0]])
def test_unknown_rows_are_404_too(desk: Desk, rows: Rows, route: str, case: Case) -> None:
    url = f"/{API}{route}".replace("<uuid:pk>", str(uuid.uuid4()))
    client = Client()
    client.force_login(desk.admin)
    for pk in ("999999", "9" * 30):
        assert call(client, url.replace("<int:pk>", pk), case) == 404


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
    assert allowed(desk.agent) < allowed(desk.supervisor) < allowed(desk.admin) == set(Action)
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
