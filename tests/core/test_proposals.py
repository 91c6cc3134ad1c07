"""Proposed templates: words of one answer made fit for all, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.models import (
    Conversation,
    CustomerIdentity,
    Template,
    TemplateState,
    TemplateVariant,
)
from helpdesk.phrasing import texts
from helpdesk.phrasing.impersonal import impersonal
from helpdesk.selectors import proposals as proposed
from helpdesk.services import proposals, template_files
from tests import factories
from tests.core.conftest import Desk

FACTS = {
    "customer.name": "Tom Ashworth",
    "customer.first_name": "Tom",
    "customer.company": "",
    "agent.name": "Marta Nowak",
    "agent.first_name": "Marta",
    "conversation.id": "17",
}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Hi Tom, I am Marta.", "Hi {{ customer.first_name }}, I am {{ agent.first_name }}."),
        ("Dear Tom Ashworth!", "Dear {{ customer.name }}!"),
        ("Tomorrow at Tom's", "Tomorrow at {{ customer.first_name }}'s"),
        ("Write to tom.a@mail.example, please", "Write to [[e-mail]], please"),
        ("Call +44 7700 900 001 now", "Call [[phone]] now"),
        ("Order BL-20931 left", "Order [[number]] left"),
        ("Parcel 00340434161094", "Parcel [[phone]]"),
        ("Case #17 of 2026, at 14:30", "Case #{{ conversation.id }} of 2026, at 14:30"),
        ("To [[customer.company]] and [[parcel]]", "To {{ customer.company }} and [[parcel]]"),
        ("Nothing here: 30 days, 1200 EUR.", "Nothing here: 30 days, 1200 EUR."),
        ("Send it to Elm Row 4", "Send it to [[address]]"),
    ],
)  # fmt: skip
def test_what_is_theirs_alone_becomes_a_placeholder(said: str, kept: str) -> None:
    made = impersonal(said, FACTS, {"Elm Row 4": "address"})
    assert made.text == kept
    assert texts.fault(made.text) is None
    assert all(one.what in said and one.by in kept for one in made.found)


@given(st.text(max_size=60), st.text(min_size=2, max_size=12))
def test_a_known_name_never_stays_as_a_word_of_its_own(around: str, name: str) -> None:
    name = name.strip()
    facts = {"customer.name": name}
    made = impersonal(f"{around} {name} {around}", facts)
    assert (name, "{{ customer.name }}") in [(one.what, one.by) for one in made.found] or (
        len(name) < 2 or any(name in one.what for one in made.found)
    )


@given(st.text(alphabet="0123456789 +-()/.aB@#_", max_size=3000))
def test_it_is_quick_on_whatever_is_written(text: str) -> None:
    impersonal(text, FACTS)


@pytest.fixture
def client(desk: Desk) -> Client:
    made = Client()
    made.force_login(desk.agent)
    return made


@pytest.fixture
def conversation(desk: Desk) -> Conversation:
    made = factories.conversation(desk.inbox, name="Tom Ashworth")
    Conversation.objects.filter(pk=made.pk).update(language="pl")
    return made


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/{path}", body, content_type="application/json")


def test_a_draft_is_read_with_what_is_on_record(
    desk: Desk, client: Client, conversation: Conversation, django_assert_max_num_queries: Any
) -> None:
    customer = conversation.customer
    customer.fields = {"street": "Elm Row 4"}
    customer.save()
    CustomerIdentity.objects.create(customer=customer, kind="telegram", address="tommy-on-tg")
    factories.template("ready", "words")
    body = {"text": "Tom, to Elm Row 4 or tommy-on-tg?"}
    with django_assert_max_num_queries(8):
        answer = post(client, f"conversations/{conversation.pk}/as-template/", body)
    made = answer.json()
    assert made["text"] == "{{ customer.first_name }}, to [[address]] or [[address]]?"
    assert (made["language"], made["channel"]) == ("pl", conversation.inbox.channel)
    assert [one["name"] for one in made["templates"]] == ["Ready"]
    assert not Template.objects.filter(state="proposed").exists()


def test_a_draft_of_what_one_may_not_see(desk: Desk, client: Client) -> None:
    foreign = factories.conversation(desk.elsewhere)
    where = f"conversations/{foreign.pk}/as-template/"
    assert post(client, where, {"text": "Hi"}).status_code == 404


def test_a_new_variant_moves_to_its_template_when_it_is_accepted(
    desk: Desk, client: Client
) -> None:
    target = factories.template("size", "The sizes", language="en")
    body = {
        "name": "Sizes in Polish", "text": "Rozmiary: [[number]]", "language": "pl",
        "register": "formal", "channel": "chat", "template": target.pk, "gaps": True,
    }  # fmt: skip
    answer = post(client, "templates/", body)
    assert answer.status_code == 201
    made = Template.objects.get(pk=answer.json()["id"])
    template_files.add(made, "rozmiary.txt", b"S", by=desk.agent)
    assert proposed.waiting(desk.supervisor) == 1
    assert proposed.waiting(desk.agent) == 0
    assert proposals.decide([made.pk], TemplateState.ACTIVE, by=desk.supervisor) == 1
    made.refresh_from_db()
    assert made.state == TemplateState.TAKEN
    moved = target.variants.get(language="pl")
    assert (moved.register, moved.channel, moved.text) == ("formal", "chat", body["text"])
    assert target.files.get().variant == moved
    assert [one.state for one in proposed.own(desk.agent)] == ["taken"]
    names = [one["name"] for one in client.get("/api/v1/templates/").json()]
    assert names == ["Size"], "what was taken over is no template of its own"


def test_a_place_that_was_taken_meanwhile_keeps_the_proposal_waiting(
    desk: Desk, client: Client
) -> None:
    target = factories.template("size", "The sizes", language="en")
    body = {"name": "S", "text": "Rozmiary", "language": "pl", "template": target.pk}
    made = post(client, "templates/", body).json()["id"]
    TemplateVariant.objects.create(template=target, language="pl", text="Inne")
    assert proposals.decide([made], TemplateState.ACTIVE, by=desk.supervisor) == 0
    assert Template.objects.get(pk=made).state == TemplateState.PROPOSED
    assert target.variants.count() == 2
    assert post(client, "templates/", body).status_code == 400, "now it is known at once"


@pytest.mark.parametrize(
    "more",
    [{"channel": "pigeon"}, {"register": "rude"}, {"language": "xx"}, {"state": "active"}],
)
def test_what_cannot_be_proposed(client: Client, more: dict[str, Any]) -> None:
    assert post(client, "templates/", {"name": "S", "text": "Words", **more}).status_code == 400
    assert not Template.objects.exists()


def test_a_variant_of_what_is_only_proposed_is_refused(client: Client) -> None:
    made = post(client, "templates/", {"name": "S", "text": "Words"}).json()["id"]
    answer = post(client, "templates/", {"name": "T", "text": "More", "template": made})
    assert answer.status_code == 404
