"""What the API gives is what its document says, with a desk on which something has happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from helpdesk.api import product
from helpdesk.api.views.docs import document
from helpdesk.models import Conversation, Inbox, Message, SLAClock, Tag
from helpdesk.services import customers, leads, linking, messages, scheduling, tasks, views
from tests import factories
from tests.api.conftest import program
from tests.core.conftest import Desk

LATER = datetime.now(UTC) + timedelta(days=1)


def busy(desk: Desk, phone: Inbox) -> Conversation:
    """A conversation with one of everything."""
    talk = factories.conversation(phone, "+48600", kind="phone")
    other = factories.conversation(desk.inbox)
    messages.reply(talk.pk, by=desk.agent, body="Hi")
    messages.note(talk.pk, by=desk.agent, body="Between us")
    tasks.promise(talk.pk, by=desk.agent, text="Call back", due_at=LATER)
    scheduling.schedule(talk.pk, by=desk.agent, body="Later", due_at=LATER)
    linking.link(talk.pk, other.pk, by=desk.agent)
    contact = leads.Contact(email="tom@example.com")
    leads.capture(talk.pk, contact, consent="An offer", by=desk.agent)
    customers.change(talk.customer_id, {"company": "Birch", "vip": True}, by=desk.agent)
    factories.template("hi", "Hi {{ customer.name }}")
    Tag.objects.create(name="refund")
    SLAClock.objects.create(conversation=talk, metric="first", clock={}, started_at=LATER)
    rows = [{"field": "created", "op": "longer", "value": 30}]
    views.save(None, by=desk.supervisor, name="Old", rows=rows, shared="", team=None)
    return talk


def test_answers_are_as_documented(desk: Desk, phone: Inbox) -> None:
    talk = busy(desk, phone)
    robot = program(desk.supervisor)
    whole = document()
    ids = {"customers": talk.customer_id, "leads": robot.get("leads/").json()["results"][0]["id"]}
    tried: dict[str, Any] = {}
    for route, methods in product.routes().items():
        offered = methods.get("GET")
        if offered is None or offered.media != "application/json":
            continue
        path = route.removeprefix(product.ROOT)
        pk = ids.get(path.split("/", maxsplit=1)[0], talk.pk)
        message = Message.objects.get(body="Hi").pk
        path = path.replace("<int:pk>", str(pk)).replace("<uuid:pk>", str(message))
        other = Conversation.objects.exclude(pk=talk.pk).get().customer_id
        asked = {"merge/": f"?other={other}", "events/": "?after=0", "search/": "?q=tom"}
        path += next((more for end, more in asked.items() if path.endswith(end)), "")
        answer = robot.get(path)
        assert answer.status_code == 200, (path, answer.content[:300])
        shape = {**(offered.gives or {}), "components": whole["components"]}
        faults = [one.message for one in Draft202012Validator(shape).iter_errors(answer.json())]
        assert not faults, (path, faults)
        tried[offered.name] = answer.json()
    assert len(tried) >= 28
    for name in ("listConversations", "listTasks", "listLinks", "listScheduled", "listViews"):
        assert any(tried[name].values()), name
