"""The page of the leads, as its forms and links use it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.models import Lead
from helpdesk.selectors import leads as found
from helpdesk.services import leads
from helpdesk.services.leads import Contact
from tests import factories
from tests.core.conftest import Desk


@pytest.fixture
def client(desk: Desk) -> Client:
    return signed_in(desk.agent)


def signed_in(agent: Any) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def lead(desk: Desk, number: int = 1, **facts: str) -> Lead:
    chat = factories.conversation(desk.inbox)
    contact = Contact(**{"name": f"Buyer {number}", "email": f"b{number}@example.com", **facts})
    return leads.capture(chat.pk, contact, consent="An offer", by=desk.agent)[0]


def text(client: Client, path: str = "/leads/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_nobody_comes_in_unasked(desk: Desk) -> None:
    one = lead(desk)
    for answer in (Client().get("/leads/"), Client().post(f"/leads/{one.pk}/", {})):
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")


def test_empty_says_how_to_begin(client: Client, desk: Desk) -> None:
    assert "No leads yet" in text(client)
    lead(desk)
    assert "No lead fits" in text(client, "/leads/?status=won")


def test_what_customers_wrote_is_text(client: Client, desk: Desk) -> None:
    lead(desk, name="<script>alert(1)</script>", need='"><img src=x onerror=alert(1)>')
    page = text(client)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_only_own_inboxes(desk: Desk) -> None:
    one = lead(desk)
    other = signed_in(desk.stranger)
    assert "Buyer 1" not in text(other)
    assert other.post(f"/leads/{one.pk}/", {"status": "contacted"}).status_code == 404
    one.refresh_from_db()
    assert one.status == "new"


def test_a_status_is_changed_in_place(client: Client, desk: Desk) -> None:
    one = lead(desk)
    answer = client.post(f"/leads/{one.pk}/?status=new&next=//evil", {"status": "contacted"})
    assert answer["Location"] == f"/leads/?status=new&next=%2F%2Fevil#lead-{one.pk}"
    one.refresh_from_db()
    assert one.status == "contacted"
    assert "Somebody else changed" in text_after(client, one, {"status": "new"})
    assert "There is no such status" in text_after(client, one, {"status": "sold"})


def text_after(client: Client, one: Lead, form: dict[str, str]) -> str:
    with transaction.atomic():
        sent = client.post(f"/leads/{one.pk}/", form)
    answer = client.get(sent["Location"])
    assert answer.status_code == 200
    return answer.content.decode()


def test_owner_and_value(client: Client, desk: Desk) -> None:
    one = lead(desk)
    form = {"owner": str(desk.supervisor.pk), "value": "1480,5", "currency": "eur"}
    assert "1,480.50 EUR" in text_after(client, one, form)
    one.refresh_from_db()
    assert one.owner == desk.supervisor
    assert "This is not an amount" in text_after(client, one, {**form, "value": "a lot"})
    stranger = {**form, "owner": str(desk.stranger.pk)}
    assert "does not work in" in text_after(client, one, stranger)
    text_after(client, one, {"owner": "", "value": "", "currency": ""})
    one.refresh_from_db()
    assert one.owner_id is None
    assert (str(one.value), one.currency) == ("1480.50", "EUR")


def test_older_ones_and_back(client: Client, desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(found.page, "__kwdefaults__", {"size": 2})
    for number in range(5):
        lead(desk, number)
    seen: list[str] = []
    path = "/leads/?q=buyer"
    while path:
        page = text(client, path)
        seen += re.findall(r"Buyer \d(?=</bdi>)", page)
        older = re.search(r'href="(\?[^"]*)" rel="next"', page)
        path = f"/leads/{older[1]}".replace("&amp;", "&") if older else ""
    assert seen == [f"Buyer {number}" for number in range(4, -1, -1)]


@pytest.mark.parametrize(
    "query", ["status=x&owner=y&inbox=z&before=<", "q=%00", "before=" + "9" * 30]
)
def test_an_odd_address_narrows_nothing(client: Client, desk: Desk, query: str) -> None:
    lead(desk)
    assert "Buyer 1" in text(client, f"/leads/?{query}")


def test_the_file_is_offered_to_those_who_may(client: Client, desk: Desk) -> None:
    lead(desk)
    assert "export.csv" not in text(client)
    assert "/api/v1/leads/export.csv?q=buyer" in text(
        signed_in(desk.supervisor), "/leads/?q=buyer&before=99999"
    )


def test_a_page_costs_the_same_for_any_length(client: Client, desk: Desk) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            text(client)
        return len(seen.captured_queries)

    lead(desk)
    one = cost()
    for number in range(12):
        lead(desk, number)
    assert cost() == one
    assert one <= 9
