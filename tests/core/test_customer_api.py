"""Customers over REST and on their pages: faults by field, addresses, merge, undo, rights."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk import inbound
from helpdesk.models import Agent, Customer, CustomerIdentity, CustomerMerge, CustomField
from helpdesk.services import identities, merging
from tests import factories
from tests.core.conftest import Desk

JSON = "application/json"


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


@pytest.fixture
def client(desk: Desk) -> Client:
    return signed_in(desk.agent)


@pytest.fixture
def two(desk: Desk) -> tuple[Customer, Customer]:
    """Tom and Thomas."""
    return (
        factories.conversation(desk.inbox, "tom", name="Tom").customer,
        factories.conversation(desk.inbox, "thomas", name="Thomas").customer,
    )


def test_every_fault_by_its_field(client: Client, two: tuple[Customer, Customer]) -> None:
    CustomField.objects.create(key="since", label="Since", kind="date")
    url = f"/api/v1/customers/{two[0].pk}/"
    body: dict[str, Any] = {"name": "x" * 300, "fields": {"since": "soon", "nobody": 1}}
    answer = client.patch(url, body, content_type=JSON)
    assert answer.status_code == 400
    assert set(answer.json()) == {"name", "fields.since", "fields.nobody"}
    assert client.patch(url, {"pk": 1}, content_type=JSON).status_code == 400
    assert client.patch(url, {"fields": []}, content_type=JSON).status_code == 400
    assert client.patch(url, {"vip": "perhaps"}, content_type=JSON).status_code == 400
    answer = client.patch(url, {"fields": {"since": "2026-01-31"}}, content_type=JSON)
    assert answer.json()["fields"][0]["value"] == "2026-01-31"


def test_a_name_cannot_turn_the_screen_around(
    client: Client, two: tuple[Customer, Customer]
) -> None:
    url = f"/api/v1/customers/{two[0].pk}/"
    answer = client.patch(url, {"name": "\u202emoT <b>\u2066"}, content_type=JSON)
    assert answer.json()["name"] == "moT <b>"
    shown = client.get(f"/customers/{two[0].pk}/").content.decode()
    assert "<bdi>moT &lt;b&gt;</bdi>" in shown


def test_addresses_with_their_evidence(client: Client, two: tuple[Customer, Customer]) -> None:
    url = f"/api/v1/customers/{two[0].pk}/identities/"
    body = {"kind": "email", "address": "tom@shop.example", "evidence": "said on the phone"}
    made = client.post(url, body, content_type=JSON)
    assert made.status_code == 201
    known = made.json()["identities"][-1]
    assert (known["evidence"], known["verified"]) == ("said on the phone", False)
    one = f"{url}{known['id']}/"
    marked = client.patch(one, {"verified": True}, content_type=JSON).json()["identities"][-1]
    assert marked["verified"] is True
    assert client.delete(one).status_code == 200
    assert client.delete(one).status_code == 404


def test_an_address_of_another_names_them_to_who_may_know(
    desk: Desk, client: Client, two: tuple[Customer, Customer]
) -> None:
    hidden = factories.conversation(desk.elsewhere, "hidden").customer
    for owner, address in ((two[1], "t@shop.example"), (hidden, "h@shop.example")):
        identities.add(owner.pk, "email", address, by=None)
    url = f"/api/v1/customers/{two[0].pk}/identities/"
    seen = client.post(url, {"kind": "email", "address": "T@shop.example"}, content_type=JSON)
    assert (seen.status_code, seen.json()["customer"]["id"]) == (409, two[1].pk)
    unseen = client.post(url, {"kind": "email", "address": "h@shop.example"}, content_type=JSON)
    assert (unseen.status_code, unseen.json()["customer"]) == (409, None)


def test_a_browser_is_named_to_nobody(client: Client, two: tuple[Customer, Customer]) -> None:
    shown = client.get(f"/api/v1/customers/{two[0].pk}/").json()["identities"]
    assert [(one["kind"], one["address"]) for one in shown] == [("visitor", "")]


def test_merge_and_undo(desk: Desk, client: Client, two: tuple[Customer, Customer]) -> None:
    keep, other = two
    url = f"/api/v1/customers/{keep.pk}/merge/"
    seen = client.get(f"{url}?other={other.pk}").json()
    assert (seen["keep"]["name"], seen["other"]["name"]) == ("Tom", "Thomas")
    assert seen["moved"]["helpdesk.Conversation.customer"] == 1
    done = client.post(url, {"other": other.pk}, content_type=JSON)
    assert done.status_code == 201
    assert client.post(url, {"other": other.pk}, content_type=JSON).status_code == 409
    gone = client.get(f"/customers/{other.pk}/")
    assert (gone.status_code, gone["Location"]) == (302, f"/customers/{keep.pk}/")
    undo = f"/api/v1/customers/{keep.pk}/merges/{done.json()['merge']}/undo/"
    stranger = signed_in(desk.stranger)
    assert stranger.post(undo).status_code == 404
    assert client.post(undo).status_code == 200
    assert client.post(undo).status_code == 409
    assert CustomerIdentity.objects.get(address="thomas").customer == other


@pytest.mark.parametrize("body", [{"other": 0}, {"other": "x"}, {}, {"other": 10**25}])
def test_no_merge_with_nobody(
    client: Client, two: tuple[Customer, Customer], body: dict[str, Any]
) -> None:
    answer = client.post(f"/api/v1/customers/{two[0].pk}/merge/", body, content_type=JSON)
    assert answer.status_code == 400
    assert client.get(f"/api/v1/customers/{two[0].pk}/merge/").status_code == 400


def test_strangers_merge_nobody(desk: Desk, two: tuple[Customer, Customer]) -> None:
    """One whom they see with one whom they do not."""
    client = signed_in(desk.stranger)
    own = factories.conversation(desk.elsewhere, "own").customer
    for keep, other in ((own, two[0]), (two[0], own), two):
        url = f"/api/v1/customers/{keep.pk}/merge/"
        assert client.post(url, {"other": other.pk}, content_type=JSON).status_code == 404
        assert client.get(f"{url}?other={other.pk}").status_code == 404
    identity = CustomerIdentity.objects.get(customer=two[0])
    url = f"/api/v1/customers/{two[0].pk}/identities/{identity.pk}/"
    assert client.delete(url).status_code == 404
    assert client.patch(url, {"verified": False}, content_type=JSON).status_code == 404
    assert not CustomerMerge.objects.exists()
    for anonymous in ("merge/", f"identities/{identity.pk}/", "merges/1/undo/"):
        assert Client().post(f"/api/v1/customers/{own.pk}/{anonymous}").status_code == 403


def test_the_pages(desk: Desk, client: Client, two: tuple[Customer, Customer]) -> None:
    assert Client().get("/customers/")["Location"].startswith("/login/")
    listed = client.get("/customers/").content.decode()
    assert "Tom" in listed
    assert "Thomas" in listed
    assert "No customer fits" in client.get("/customers/?q=nobody").content.decode()
    assert "Thomas" not in client.get("/customers/?only=vip").content.decode()
    unseen = factories.conversation(desk.elsewhere, "unseen").customer
    assert client.get(f"/customers/{unseen.pk}/").status_code == 404
    assert client.get("/customers/999999999/").status_code == 404
    one = f"/customers/{two[0].pk}/"
    for query in ("", "?kind=note", "?channel=chat", "?channel=%00"):
        assert client.get(one + query).status_code == 200
    for query in ("?kind=nothing", "?after=nothing"):
        assert client.get(one + query).status_code == 404


def test_the_pages_cost_the_same_for_any_number(
    desk: Desk, client: Client, two: tuple[Customer, Customer]
) -> None:
    def cost(url: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    keep = two[0]
    merging.merge(keep.pk, two[1].pk, by=desk.agent)
    person, listed = cost(f"/customers/{keep.pk}/"), cost("/customers/")
    for number in range(8):
        other = factories.conversation(desk.inbox, f"v{number}").customer
        merging.merge(keep.pk, other.pk, by=desk.agent)
        factories.conversation(desk.inbox, f"w{number}")
        inbound.receive(desk.inbox, factories.inbound_message("tom", f"{number}"))
    assert cost(f"/customers/{keep.pk}/") == person
    assert cost("/customers/") == listed
    assert (person, listed) <= (20, 8)
