"""What the matrix of rights is made of: every route of the API, and the rows it is called with."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver

from helpdesk.models import (
    Conversation,
    Delivery,
    Inbox,
    Lead,
    Message,
    ScheduledReply,
    Task,
    Template,
    WorkItem,
)
from helpdesk.services import calls, leads, messages, scheduling, tasks
from tests import factories
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
    "conversations/": (
        Case("get", 200, scoped=False),
        Case("post", 400, {"inbox": 1}, scoped=False),
    ),
    "conversations/counts/": (Case("get", 200, scoped=False),),
    "conversations/bulk/": (Case("post", 200, {"ids": [1], "action": "read"}, scoped=False),),
    "conversations/<int:pk>/letter/": (Case("get", 200),),
    "conversations/<int:pk>/approved/": (Case("get", 200),),
    "conversations/<int:pk>/as-template/": (Case("post", 200, {"text": "Good words"}),),
    "conversations/<int:pk>/tags/": (Case("post", 200, {"remove": ["none"]}),),
    "conversations/<int:pk>/merge/": (Case("post", 404, {"into": 999_999}),),
    "conversations/<int:pk>/unmerge/": (Case("post", 409),),
    "conversations/<int:pk>/split/": (Case("post", 404, {"message": str(uuid.uuid4())}),),
    "conversations/<int:pk>/requester/": (
        Case("post", 404, {"message": str(uuid.uuid4())}),
        Case("delete", 404, {"message": str(uuid.uuid4())}),
    ),
    "calls/<uuid:pk>/": (Case("patch", 200, {"disposition": "Sold", "notes": ""}),),
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
    "conversations/<int:pk>/tasks/": (
        Case("get", 200),
        Case("post", 201, {"text": "Call back"}),
    ),
    "tasks/<int:pk>/": (Case("post", 200, {"done": True}),),
    "for-me/": (Case("get", 200, scoped=False),),
    "messages/<uuid:pk>/reaction/": (Case("put", 200, {"emoji": ""}),),
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
    "customers/<int:pk>/consents/": (
        Case("get", 200),
        Case("post", 201, {"purpose": "contact", "proof": "Said so on the phone"}),
    ),
    "search/": (Case("get", 200, scoped=False),),
    "alerts/": (
        Case("get", 200, scoped=False),
        Case("patch", 200, {"late": ["sound"]}, scoped=False),
    ),
    "alerts/browsers/": (Case("post", 400, {"endpoint": "x"}, scoped=False),),
    "alerts/try/": (Case("post", 200, scoped=False),),
    "me/": (Case("get", 200, scoped=False),),
    "inboxes/": (Case("get", 200, scoped=False),),
    "teams/": (Case("get", 200, scoped=False),),
    "agents/": (Case("get", 200, scoped=False),),
    "queues/": (Case("get", 200, scoped=False),),
    "events/": (Case("get", 200, scoped=False),),
    "messages/<uuid:pk>/": (Case("get", 200),),
    "conversations/<int:pk>/promises/": (Case("get", 200),),
    "leads/": (Case("get", 200, scoped=False),),
    "leads/<int:pk>/": (Case("get", 200), Case("patch", 200, {"status": "contacted"})),
}
ELSEWHERE = {
    "reports/promises/",
    "attachments/<uuid:pk>/",
    "<path:rest>",
    "schema/",
    "docs/",
    "docs/reference/",
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
    "customers/<int:pk>/consents/<int:consent>/withdraw/",
    "customers/<int:pk>/merge/",
    "customers/<int:pk>/merges/<int:merge>/undo/",
    "conversations/<int:pk>/macros/<int:macro>/run/",
    "rules/try/",
    "conversations/<int:pk>/join/",
    "conversations/<int:pk>/takeover/",
    "conversations/<int:pk>/links/<int:other>/",
}
"""Routes whose rights other tests tell: test_leads.py, tests/visits, test_guard.py, test_macros.py,
test_work_api.py, test_rush.py, test_consents_by_hand.py, test_customer_api.py,
test_rule_pages.py, test_together.py, test_saved_views.py, test_weave.py,
test_reports_of_mail.py, tests/api."""
CASES = [(route, case) for route, cases in ROUTES.items() for case in cases]


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path
        else:
            yield from routes(entry, path)


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


def made_rows(desk: Desk, phone: Inbox) -> Rows:
    """One of each kind, in an inbox of the desk's own team."""
    talk = factories.conversation(phone, "+48600", kind="phone")
    message, _created = messages.reply(talk.pk, by=desk.agent, body="Hi")
    Delivery.objects.update(state="retry")
    template = factories.template("hi", "Hi {{ customer.name }}")
    contact = leads.Contact(email="tom@example.com")
    lead, _captured = leads.capture(talk.pk, contact, consent="An offer", by=desk.agent)
    task = tasks.promise(talk.pk, by=desk.agent, text="Call back")
    due = datetime.now(UTC) + timedelta(days=1)
    later = scheduling.schedule(talk.pk, by=desk.agent, body="Later", due_at=due)
    logged = calls.log(talk.pk, by=desk.agent, way="out", state="completed")
    talk.refresh_from_db()
    item = WorkItem.objects.get(conversation=talk)
    return Rows(talk, message, template, lead, task, item, later, logged)


def call(client: Client, url: str, case: Case) -> int:
    if case.method == "get":
        return client.get(url).status_code
    act = getattr(client, case.method)
    answer: int = act(url, case.body, content_type="application/json").status_code
    return answer


def status(client: Client, rows: Rows, route: str, case: Case) -> int:
    """What one call is answered with."""
    if route == "attachments/":  # a form of several parts
        return client.post(rows.url(route)).status_code
    return call(client, rows.url(route), case)
