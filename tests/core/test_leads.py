"""Leads: consent first, one for a person of a conversation, legal steps, a harmless file."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, transaction
from django.test import AsyncClient, Client

from helpdesk.models import Conversation, ConversationEvent, Lead, LeadStatus
from helpdesk.selectors import leads as found
from helpdesk.services import leads
from helpdesk.services.conversations import IllegalTransitionError
from helpdesk.services.leads import Change, Contact, InvalidLeadError
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once

AGREED = "An offer by e-mail"
STEPS = {("new", "contacted"), ("new", "lost"), ("contacted", "won"), ("contacted", "lost")}
BACK = {("won", "contacted"), ("lost", "contacted")}


@pytest.fixture
def chat(desk: Desk) -> Conversation:
    return factories.conversation(desk.inbox)


@pytest.fixture
def client(desk: Desk) -> Client:
    return signed_in(desk.agent)


def signed_in(agent: Any) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def caught(chat: Conversation, by: Any = None, **facts: str) -> Lead:
    contact = Contact(**{"email": "tom@example.com", **facts})
    return leads.capture(chat.pk, contact, consent=AGREED, by=by)[0]


def send(client: Client, verb: str, path: str, body: Any) -> Any:
    with transaction.atomic():
        return getattr(client, verb)(f"/api/v1/{path}", body, content_type="application/json")


def kinds(chat: Conversation) -> list[str]:
    events = ConversationEvent.objects.filter(conversation=chat, kind__startswith="lead_")
    return list(events.order_by("seq").values_list("kind", flat=True))


def test_a_lead_is_kept_with_its_consent(desk: Desk, chat: Conversation) -> None:
    contact = Contact(
        name=" Tom \u202eReed ", email="Tom@EXAMPLE.com", phone="+48 601 234 567", need="A bed"
    )
    lead, created = leads.capture(chat.pk, contact, consent=AGREED, by=desk.agent)
    assert created
    assert (lead.name, lead.email, lead.phone) == ("Tom Reed", "Tom@example.com", "+48601234567")
    assert (lead.status, lead.owner, lead.consent) == ("new", desk.agent, AGREED)
    assert lead.consent_at is not None
    assert (lead.customer, lead.inbox) == (chat.customer, desk.inbox)
    event = ConversationEvent.objects.get(kind="lead_captured")
    assert (event.payload, event.actor) == ({"lead": lead.pk}, desk.agent)
    assert "example.com" not in str(event.payload)


@pytest.mark.parametrize(
    ("field", "consent", "contact"),
    [
        ("consent", "", Contact(email="tom@example.com")),
        ("consent", " \n ", Contact(email="tom@example.com")),
        ("email", AGREED, Contact(name="Tom")),
        ("email", AGREED, Contact(email="tom@")),
        ("email", AGREED, Contact(email="a@b.example\nBcc: c@d.example")),
        ("phone", AGREED, Contact(phone="601 234 567")),
        ("phone", AGREED, Contact(phone="+48 12")),
        ("phone", AGREED, Contact(phone="call me")),
    ],
)
def test_what_cannot_be_right_is_refused(
    chat: Conversation, field: str, consent: str, contact: Contact
) -> None:
    with pytest.raises(InvalidLeadError) as error:
        leads.capture(chat.pk, contact, consent=consent, by=None)
    assert error.value.field == field
    assert not Lead.objects.exists()
    assert kinds(chat) == []


def test_a_repeat_fills_in_and_overwrites_nothing(chat: Conversation) -> None:
    lead = caught(chat, name="Tom")
    again, created = leads.capture(
        chat.pk,
        Contact(name="Thomas", email="TOM@example.com", phone="+48601234567", need="A bed"),
        consent="Anything else",
        by=None,
    )
    assert not created
    assert again.pk == lead.pk
    again.refresh_from_db()
    assert (again.name, again.email, again.phone) == ("Tom", "tom@example.com", "+48601234567")
    assert (again.need, again.consent) == ("A bed", AGREED)
    by_phone = leads.capture(chat.pk, Contact(phone="+48 601-234-567"), consent=AGREED, by=None)
    assert by_phone == (again, False)
    assert kinds(chat) == ["lead_captured"]
    assert leads.capture(chat.pk, Contact(email="ann@example.com"), consent=AGREED, by=None)[1]


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_lead(desk: Desk) -> None:
    chat = factories.conversation(desk.inbox)
    results = at_once(
        [
            lambda: leads.capture(
                chat.pk, Contact(email="a@b.example"), consent=AGREED, by=desk.agent
            )
        ]
        * 5
    )
    assert sum(created for _lead, created in results) == 1
    assert Lead.objects.count() == 1
    assert kinds(chat) == ["lead_captured"]


@pytest.mark.parametrize("before", LeadStatus.values)
@pytest.mark.parametrize("after", LeadStatus.values)
def test_only_legal_steps(desk: Desk, chat: Conversation, before: str, after: str) -> None:
    lead = caught(chat)
    Lead.objects.filter(pk=lead.pk).update(status=before)
    if (before, after) in STEPS | BACK or before == after:
        assert leads.change(lead, Change(status=after), by=desk.agent).status == after
    else:
        with pytest.raises(IllegalTransitionError), transaction.atomic():
            leads.change(lead, Change(status=after), by=desk.agent)
    lead.refresh_from_db()
    moved = before != after and (before, after) in STEPS | BACK
    assert lead.status == (after if moved else before)
    assert kinds(chat) == ["lead_captured", *(["lead_changed"] if moved else [])]


def test_a_change_is_told_once(desk: Desk, chat: Conversation) -> None:
    lead = caught(chat)
    change = Change(status="contacted", owner=desk.agent.pk, value=Decimal("120.5"), currency="eur")
    leads.change(lead, change, by=desk.supervisor)
    leads.change(lead, change, by=desk.supervisor)
    lead.refresh_from_db()
    assert (lead.value, lead.currency, lead.owner) == (Decimal("120.50"), "EUR", desk.agent)
    event = ConversationEvent.objects.get(kind="lead_changed")
    assert event.payload == {
        "lead": lead.pk,
        "changed": {
            "status": ["new", "contacted"],
            "owner": ["", str(desk.agent.pk)],
            "value": ["", "120.50"],
            "currency": ["", "EUR"],
        },
    }
    assert leads.change(lead, Change(owner=0), by=desk.agent).owner is None


def test_a_lead_outlives_its_conversation(desk: Desk, chat: Conversation) -> None:
    lead = caught(chat)
    Lead.objects.filter(pk=lead.pk).update(conversation=None)
    lead.refresh_from_db()
    assert leads.change(lead, Change(status="lost"), by=desk.agent).status == "lost"


BAD: dict[str, tuple[int, Any]] = {
    "no such status": (400, {"status": "sold"}),
    "an illegal step": (409, {"status": "won"}),
    "a stranger as owner": (400, {"owner": "stranger"}),
    "a value without currency": (400, {"value": "12"}),
    "a negative value": (400, {"value": "-1", "currency": "EUR"}),
    "no number": (400, {"value": "NaN", "currency": "EUR"}),
    "too much": (400, {"value": "1e15", "currency": "EUR"}),
    "three decimals": (400, {"value": "1.234", "currency": "EUR"}),
    "a foreign currency code": (400, {"value": "1", "currency": "€"}),
    "another inbox": (400, {"inbox": 1}),
    "another customer": (400, {"customer": 1}),
    "forged consent": (400, {"consent": "everything"}),
    "no object": (400, [1]),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_change_is_a_clear_refusal(
    client: Client, desk: Desk, chat: Conversation, case: str
) -> None:
    lead = caught(chat)
    code, body = BAD[case]
    if isinstance(body, dict) and body.get("owner") == "stranger":
        body = {"owner": desk.stranger.pk}
    assert send(client, "patch", f"leads/{lead.pk}/", body).status_code == code
    lead.refresh_from_db()
    assert (lead.status, lead.value, lead.owner) == ("new", None, None)


def test_the_api_captures_once_and_changes(client: Client, chat: Conversation) -> None:
    body = {"conversation": chat.pk, "email": "tom@example.com", "consent": AGREED}
    first, second = (send(client, "post", "leads/", body) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert send(client, "post", "leads/", {**body, "consent": ""}).status_code == 400
    assert send(client, "post", "leads/", {**body, "status": "won"}).status_code == 400
    answer = send(client, "patch", f"leads/{first.json()['id']}/", {"status": "contacted"})
    assert (answer.status_code, answer.json()["status"]) == (200, "contacted")


def test_strangers_see_and_touch_nothing(desk: Desk, chat: Conversation) -> None:
    lead = caught(chat)
    other = signed_in(desk.stranger)
    assert other.get("/api/v1/leads/").json()["results"] == []
    assert other.get(f"/api/v1/leads/?inbox={desk.inbox.pk}").json()["results"] == []
    assert other.get(f"/api/v1/leads/{lead.pk}/").status_code == 404
    assert send(other, "patch", f"leads/{lead.pk}/", {"status": "lost"}).status_code == 404
    body = {"conversation": chat.pk, "email": "x@example.com", "consent": AGREED}
    assert send(other, "post", "leads/", body).status_code == 404
    assert other.get(f"/api/v1/conversations/{chat.pk}/beside/").status_code == 404
    assert Lead.objects.count() == 1
    assert Client().get("/api/v1/leads/").status_code == 403
    assert Client().get("/api/v1/leads/export.csv").status_code == 403


def test_leads_of_one_customer_stay_within_their_inboxes(desk: Desk) -> None:
    here = factories.conversation(desk.inbox, "visitor-1")
    there = factories.conversation(desk.elsewhere, "visitor-1")
    assert here.customer == there.customer
    caught(here, email="here@example.com")
    caught(there, email="there@example.com")
    beside = signed_in(desk.agent).get(f"/api/v1/conversations/{here.pk}/beside/").json()
    assert [one["email"] for one in beside["leads"]] == ["here@example.com"]
    everything = signed_in(desk.admin).get(f"/api/v1/conversations/{here.pk}/beside/").json()
    assert len(everything["leads"]) == 2


def test_a_list_in_pages_and_narrowed(client: Client, desk: Desk, chat: Conversation) -> None:
    for number in range(found.PAGE + 2):
        caught(chat, email=f"buyer{number}@example.com", name=f"Buyer {number}")
    page = client.get("/api/v1/leads/").json()
    rest = client.get(f"/api/v1/leads/?cursor={page['next']}").json()
    assert (len(page["results"]), len(rest["results"]), rest["next"]) == (found.PAGE, 2, None)
    assert page["results"][0]["name"] == f"Buyer {found.PAGE + 1}"
    assert {one["id"] for one in page["results"]} & {one["id"] for one in rest["results"]} == set()
    leads.change(
        Lead.objects.get(name="Buyer 1"), Change(status="lost", owner=desk.agent.pk), by=None
    )

    def names(query: str) -> list[str]:
        return [one["name"] for one in client.get(f"/api/v1/leads/?{query}").json()["results"]]

    assert names("status=lost") == ["Buyer 1"]
    assert names(f"owner={desk.agent.pk}") == ["Buyer 1"]
    assert names("q=buyer7@") == ["Buyer 7"]
    assert len(names("owner=none")) == found.PAGE
    assert names(f"inbox={desk.elsewhere.pk}") == []
    for bad in ("status=sold", "inbox=x", "owner=-5", "cursor=<"):
        assert client.get(f"/api/v1/leads/?{bad}").status_code == 400


EVIL = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1+1", "＝1+1"]


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_is_a_formula(evil: str) -> None:
    assert found.harmless(evil).startswith("'")
    assert found.harmless("Tom = Reed") == "Tom = Reed"


def streamed(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def rows(body: bytes) -> list[list[str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_the_file_for_sales(desk: Desk, chat: Conversation, monkeypatch: Any) -> None:
    monkeypatch.setattr(found, "EXPORT_PAGE", 3)
    evil = '=HYPERLINK("http://evil.example")'
    for number in range(7):
        caught(chat, email=f"b{number}@example.com", name=evil, need='Two\nlines, "quoted"')
    answer = signed_in(desk.supervisor).get(
        "/api/v1/leads/export.csv", headers={"accept": "text/csv"}
    )
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.streaming
    table = rows(streamed(answer))
    assert len(table) == 8
    assert {row[3] for row in table[1:]} == {"'" + evil}
    assert {row[6] for row in table[1:]} == {'Two\nlines, "quoted"'}
    assert [row[4] for row in table[1:]] == [
        f"b{number}@example.com" for number in range(6, -1, -1)
    ]


def test_who_may_take_the_file(desk: Desk, chat: Conversation) -> None:
    caught(chat)
    assert signed_in(desk.agent).get("/api/v1/leads/export.csv").status_code == 403
    other = factories.agent(teams=[desk.others], role="supervisor")
    body = streamed(signed_in(other).get("/api/v1/leads/export.csv"))
    assert len(rows(body)) == 1


@pytest.mark.django_db(transaction=True)
async def test_the_file_is_streamed_by_the_async_server(desk: Desk) -> None:
    client = AsyncClient()
    await client.aforce_login(desk.supervisor)
    answer: Any = await client.get("/api/v1/leads/export.csv")
    parts = [part async for part in answer.streaming_content]
    assert len(rows(b"".join(parts))) == 1
    await sync_to_async(connections.close_all)()
