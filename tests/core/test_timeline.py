"""One timeline over everything: order, pages, filters, rights, and what a page costs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat.visits.models import Visit, Visitor
from helpdesk.models import Agent, Conversation, Customer, Inbox, Message, Order, Rating
from helpdesk.selectors import timeline
from helpdesk.services import leads, merging, messages
from helpdesk.timeline import Entry
from tests import factories
from tests.core.conftest import Desk

START = datetime(2026, 1, 1, tzinfo=UTC)


def many(desk: Desk, inbox: Inbox, size: int, *, apart: timedelta = timedelta(hours=1)) -> Customer:
    """A customer with so many entries, a seventh of each kind that does not come by services."""
    person = factories.customer(name="Much")
    talks = Conversation.objects.bulk_create(
        Conversation(
            customer=person,
            inbox=inbox,
            state="closed",
            last_message_at=START + number * apart,
            last_preview=f"Talk {number}",
            last_seq=2,
            public_seq=1,
        )
        for number in range(size // 5)
    )
    Message.objects.bulk_create(
        Message(
            conversation=one,
            inbox=inbox,
            seq=2,
            direction="out",
            visibility="internal",
            author=desk.agent,
            body="A note",
            created_at=one.last_message_at,
        )
        for one in talks
        if one.last_message_at
    )
    Rating.objects.bulk_create(Rating(conversation=one, score=5) for one in talks)
    Order.objects.bulk_create(
        Order(
            inbox=inbox,
            number=uuid.uuid4().hex,
            value=Decimal(1),
            currency="EUR",
            customer=person,
            ordered_at=one.last_message_at,
        )
        for one in talks
        if one.last_message_at
    )
    browser = Visitor.objects.create(
        inbox=inbox,
        uid_sha256=uuid.uuid4().hex,
        customer=person,
        first_seen_at=START,
        seen_at=START,
        consented_at=START,
    )
    Visit.objects.bulk_create(
        Visit(
            inbox=inbox,
            visitor=browser,
            key=uuid.uuid4().hex,
            started_at=START + number * apart,
            ended_at=START + number * apart,
        )
        for number in range(size // 5)
    )
    return person


def walk(agent: Agent, person: Customer, **facts: Any) -> Iterator[list[Entry]]:
    cursor = ""
    while True:
        page, following = timeline.page(agent, person.pk, cursor=cursor, **facts)
        yield page
        if following is None:
            return
        cursor = following


@pytest.mark.parametrize("apart", [timedelta(hours=1), timedelta(0)])
def test_pages_hold_every_entry_once_newest_first(desk: Desk, apart: timedelta) -> None:
    person = many(desk, desk.inbox, 60, apart=apart)
    entries = [one for page in walk(desk.agent, person, size=7) for one in page]
    assert len(entries) == 60
    assert len({(one.kind, one.id) for one in entries}) == 60
    assert [one.at for one in entries] == sorted((one.at for one in entries), reverse=True)
    assert {one.kind for one in entries} == {"conversation", "note", "rating", "order", "visit"}


def test_a_page_of_five_thousand_costs_nine_queries(desk: Desk) -> None:
    person = many(desk, desk.inbox, 5000)
    for cursor in ("", timeline.page(desk.agent, person.pk)[1] or ""):
        with CaptureQueriesContext(connection) as asked:
            page, _following = timeline.page(desk.agent, person.pk, cursor=cursor)
        assert len(page) == timeline.PAGE
        assert len(asked) <= 9, "\n".join(one["sql"] for one in asked)


def test_every_kind_says_what_it_is(desk: Desk, phone: Inbox) -> None:
    talk = factories.conversation(phone, "+48600", "Where is it?", kind="phone")
    other = factories.conversation(phone, "+48700", "Me", kind="phone", name="Thomas")
    messages.note(talk.pk, by=desk.agent, body="Kind\n\nperson")
    Rating.objects.create(conversation=talk, score=5, text="so quick")
    contact = leads.Contact(email="a@b.example", need="Twenty towels")
    leads.capture(talk.pk, contact, consent="Yes", by=desk.agent)
    merging.merge(talk.customer_id, other.customer_id, by=desk.agent)
    told = {
        (one.kind, one.title, one.detail)
        for one in timeline.page(desk.agent, talk.customer_id)[0]
        if one.url != f"/inbox/c/{other.pk}/"
    }
    assert ("note", "Kind person", "Note by Marta") in told
    assert ("rating", "Rated 5 of 5", "so quick") in told
    assert ("lead", "Twenty towels", "Lead: New") in told
    assert ("merge", "Merged with Thomas", "By Marta") in told
    assert any(kind == "conversation" and title == "Where is it?" for kind, title, _ in told)


def test_kinds_and_channels_narrow_it(desk: Desk, phone: Inbox) -> None:
    person = many(desk, desk.inbox, 20)
    sms = factories.conversation(phone, "+48600", kind="phone")
    Conversation.objects.filter(pk=sms.pk).update(customer=person)

    def kinds(**facts: Any) -> list[str]:
        return [one.kind for one in timeline.page(desk.agent, person.pk, **facts)[0]]

    assert kinds(kinds=("order",)) == ["order"] * 4
    assert sorted(kinds(kinds=("note", "visit"))) == ["note"] * 4 + ["visit"] * 4
    assert kinds(channel="test") == ["conversation"]
    assert set(kinds(channel="chat")) == {"conversation", "note", "rating"}
    assert kinds(kinds=("order",), channel="chat") == []


def test_only_what_the_reader_may_see(desk: Desk) -> None:
    person = many(desk, desk.inbox, 20)
    seen = many(desk, desk.elsewhere, 10)
    Conversation.objects.filter(customer=seen).update(customer=person)
    assert len(timeline.page(desk.agent, person.pk)[0]) == 20
    assert len(timeline.page(desk.stranger, person.pk)[0]) == 6, "talks, notes, ratings of his own"
    assert len(timeline.page(desk.admin, person.pk)[0]) == 26


@pytest.mark.parametrize(
    "query",
    [
        "cursor=abc",
        "cursor=MjAyNi0wMS0wMQ",
        "kinds=nothing",
        "cursor=MjAyNi0wMS0wMVQwMDowMDowMCBub3RlIDE",
        "cursor=%00",
    ],
)
def test_what_is_none_of_ours_is_not_found(desk: Desk, query: str) -> None:
    person = factories.conversation(desk.inbox).customer
    client = Client()
    client.force_login(desk.agent)
    assert client.get(f"/api/v1/customers/{person.pk}/timeline/?{query}").status_code == 404


def test_nothing_of_it_reaches_a_visitor(desk: Desk) -> None:
    """The entries are told by the API of agents alone: a visitor's session opens none of it."""
    person = factories.conversation(desk.inbox).customer
    for path in ("", "timeline/", "duplicates/"):
        assert Client().get(f"/api/v1/customers/{person.pk}/{path}").status_code == 403
