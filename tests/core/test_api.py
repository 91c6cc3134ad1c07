"""REST: what a caller gets wrong is a clear 4xx, and nothing is assigned by accident."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings

from helpdesk.models import Agent, Conversation, Message
from helpdesk.services import attachments
from tests import factories
from tests.core.conftest import Desk


@pytest.fixture
def client(desk: Desk) -> Client:
    made = Client()
    made.force_login(desk.agent)
    return made


@pytest.fixture
def conversation(desk: Desk) -> Conversation:
    return factories.conversation(desk.inbox)


def post(client: Client, path: str, body: Any) -> Any:
    """A POST whose refusal rolls back what it did, and not the whole test."""
    with transaction.atomic():
        return client.post(f"/api/v1/{path}", body, content_type="application/json")


FORGED = {
    "author": 1,
    "seq": 999,
    "public_seq": 1,
    "created_at": "2001-01-01T00:00:00Z",
    "direction": "in",
    "visibility": "public",
    "is_system": True,
    "conversation": 5,
    "inbox": 1,
    "id": str(uuid.uuid4()),
    "external_id": "x",
    "html": "<b>hi</b>",
    "meta": {},
}


@pytest.mark.parametrize("field", FORGED)
def test_unknown_fields_are_refused(client: Client, conversation: Conversation, field: str) -> None:
    for path, body in (
        ("messages", {"body": "Hi"}),
        ("assign", {"agent": None}),
        ("state", {"state": "spam"}),
        ("read", {"seq": 1}),
    ):
        if field == "seq" and path == "read":
            continue
        url = f"conversations/{conversation.pk}/{path}/"
        answer = post(client, url, {**body, field: FORGED[field]})
        assert answer.status_code == 400
        assert field in answer.json()
    after = Conversation.objects.get()
    assert (after.last_seq, after.state) == (conversation.last_seq, "new")


def test_presence_takes_nothing_else(client: Client, desk: Desk) -> None:
    answer = post(client, "presence/", {"presence": "online", "role": "admin", "agent": 1})
    assert answer.status_code == 400
    assert Agent.objects.get(pk=desk.agent.pk).role == "agent"


BAD: dict[str, tuple[str, Any]] = {
    "no body": ("messages", {}),
    "blank": ("messages", {"body": "  \n "}),
    "nul": ("messages", {"body": "a\x00b"}),
    "too long for chat": ("messages", {"body": "x" * 20_001}),
    "client id": ("messages", {"body": "Hi", "client_id": "7"}),
    "then": ("messages", {"body": "Hi", "then": "closed"}),
    "foreign file": ("messages", {"body": "Hi", "attachments": [str(uuid.uuid4())]}),
    "many files": ("messages", {"body": "Hi", "attachments": [str(uuid.uuid4())] * 21}),
    "list": ("messages", [1]),
    "text": ("messages", "Hi"),
    "null": ("messages", None),
    "number as body": ("messages", {"body": {"a": 1}}),
    "unknown agent": ("assign", {"agent": 10**9}),
    "huge agent": ("assign", {"agent": 10**30}),
    "agent as text": ("assign", {"agent": "Marta"}),
    "no agent": ("assign", {}),
    "unknown state": ("state", {"state": "gone"}),
    "no reason": ("state", {"state": "resolved"}),
    "no due": ("state", {"state": "snoozed", "reason": "x"}),
    "bad due": ("state", {"state": "snoozed", "reason": "x", "due_at": "soon"}),
    "past due": ("state", {"state": "snoozed", "reason": "x", "due_at": "2001-01-01T00:00:00Z"}),
    "negative seq": ("read", {"seq": -1}),
    "no seq": ("read", {}),
}


@pytest.mark.parametrize(("path", "body"), BAD.values(), ids=BAD)
def test_bad_input_is_a_400(
    client: Client, conversation: Conversation, path: str, body: Any
) -> None:
    before = Message.objects.count()
    answer = post(client, f"conversations/{conversation.pk}/{path}/", body)
    assert answer.status_code == 400, answer.content[:300]
    assert answer.json()
    assert Message.objects.count() == before
    assert Conversation.objects.get().last_seq == conversation.last_seq


@pytest.mark.parametrize("data", ["{", "[" * 100_000, '{"body": "\\ud800"}', "\x00", "NaN"])
def test_broken_json_is_a_400(client: Client, conversation: Conversation, data: str) -> None:
    answer = post(client, f"conversations/{conversation.pk}/messages/", data)
    assert answer.status_code == 400


ODD_QUERIES = (
    "conversations/?view=nobody",
    "conversations/?view=%00",
    "conversations/?cursor=%00",
    "conversations/?cursor=AAAA",
    "conversations/?cursor=MjAyNi0wMS0wMVQwMDowMDowMCAx",  # a time without its zone
    "conversations/?cursor=MjAyNi0wMS0wMVQwMDowMDowMCswMDowMCA5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    "conversations/{pk}/events/?after=x",
    "conversations/{pk}/events/?after=-1",
    "conversations/{pk}/events/?after=99999999999999999999",
    "conversations/{pk}/messages/?before=%00",
    "conversations/{pk}/messages/?before=٣",
    "templates/?q=%00",
    "templates/?conversation=x",
    "customers/?q=%00",
    "customers/?q=%ED%A0%80",
)


@pytest.mark.parametrize("query", ODD_QUERIES)
def test_odd_queries_are_no_fault_of_ours(
    client: Client, conversation: Conversation, query: str
) -> None:
    answer = client.get("/api/v1/" + query.format(pk=conversation.pk))
    assert answer.status_code in {200, 400, 404}


@pytest.mark.parametrize("path", ["/hooks/twilio/%00", "/chat/%00/", "/chat/%00/events/"])
def test_odd_addresses_are_a_404(desk: Desk, path: str) -> None:
    ask = Client().post if path.startswith("/hooks") else Client().get
    assert ask(path).status_code == 404


def test_a_send_is_created_once(client: Client, conversation: Conversation) -> None:
    cid = str(uuid.uuid4())
    url = f"conversations/{conversation.pk}/messages/"
    first = post(client, url, {"body": "Hi", "client_id": cid})
    again = post(client, url, {"body": "Hi", "client_id": cid})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["client_id"] == cid


def test_a_stranger_cannot_be_made_the_owner(
    client: Client, desk: Desk, conversation: Conversation
) -> None:
    url = f"conversations/{conversation.pk}/assign/"
    assert post(client, url, {"agent": desk.stranger.pk}).status_code == 400
    Agent.objects.filter(pk=desk.supervisor.pk).update(is_active=False)
    assert post(client, url, {"agent": desk.supervisor.pk}).status_code == 400
    assert Conversation.objects.get().assignee is None
    assert post(client, url, {"agent": desk.agent.pk}).json()["assignee"]["id"] == desk.agent.pk


def test_gaps_are_filled_from_any_seq(client: Client, conversation: Conversation) -> None:
    for number in range(5):
        post(client, f"conversations/{conversation.pk}/messages/", {"body": f"{number}"})
    whole = client.get(f"/api/v1/conversations/{conversation.pk}/events/?after=0").json()
    seqs = [event["seq"] for event in whole["events"]]
    assert seqs == list(range(1, whole["last_seq"] + 1))
    for after in (0, 1, 3, whole["last_seq"], 10_000):
        part = client.get(f"/api/v1/conversations/{conversation.pk}/events/?after={after}").json()
        assert [event["seq"] for event in part["events"]] == [one for one in seqs if one > after]
        assert part["row"] == whole["row"]


def test_pages_of_the_inbox_hold_every_row_once(client: Client, desk: Desk) -> None:
    made = [factories.conversation(desk.inbox).pk for _ in range(45)]
    first = client.get("/api/v1/conversations/?view=all").json()
    second = client.get(f"/api/v1/conversations/?view=all&cursor={first['next']}").json()
    shown = [row["id"] for row in (*first["results"], *second["results"])]
    assert shown == sorted(made, reverse=True)
    assert second["next"] is None


def test_uploads(client: Client, desk: Desk) -> None:
    def upload(name: str, data: bytes) -> Any:
        return client.post("/api/v1/attachments/", {"file": SimpleUploadedFile(name, data)})

    assert upload("empty.txt", b"").status_code == 400
    stored = upload("../../etc/passwd", b"\x89PNG\r\n\x1a\n" + b"\x00" * 32)
    assert stored.status_code == 201
    assert "/" not in stored.json()["name"]
    with override_settings(MAX_ATTACHMENT_BYTES=10):
        assert upload("big.bin", b"x" * 11).status_code == 413
    with override_settings(MAX_ATTACHMENT_BYTES=10), pytest.raises(attachments.TooLargeError):
        attachments.upload("big.bin", b"x" * 11, by=desk.agent)


@pytest.mark.django_db(transaction=True)
def test_c5_a_download_never_runs_on_our_origin(client: Client) -> None:
    page = SimpleUploadedFile("page.html", b"<script>alert(1)</script>")
    stored = client.post("/api/v1/attachments/", {"file": page}).json()
    answer = client.get(stored["url"])
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    answer.close()


LITERAL = ("{{7*7}}", "{% load x %}", "{{ customer }}", "{{ customer.__class__ }}", "{# c #}",
           "${7*7}", "{{ request.user.password }}", "{{ agent.email }}")  # fmt: skip


@pytest.mark.parametrize("text", LITERAL)
def test_template_syntax_is_not_run(client: Client, conversation: Conversation, text: str) -> None:
    factories.template("t", text)
    url = f"/api/v1/templates/?conversation={conversation.pk}"
    shown = client.get(url).json()[0]["text"]
    assert shown in {text, f"[[{text.strip('{ }')}]]"}


def test_template_facts_and_fallbacks(client: Client, conversation: Conversation) -> None:
    text = (
        'Hi {{ customer.first_name }}, {{ customer.company | default: "friend" }}: {{ inbox.name }}'
    )
    factories.template("t", text)
    url = f"/api/v1/templates/?conversation={conversation.pk}"
    shown = client.get(url).json()[0]["text"]
    assert shown == f"Hi Tom, friend: {conversation.inbox.name}"


def test_a_customers_name_cannot_bring_placeholders(client: Client, desk: Desk) -> None:
    made = factories.conversation(desk.inbox, name="{{agent.name}}")
    factories.template("t", "Hi {{ customer.name }}")
    shown = client.get(f"/api/v1/templates/?conversation={made.pk}").json()[0]["text"]
    assert shown == "Hi {{agent.name}}"
