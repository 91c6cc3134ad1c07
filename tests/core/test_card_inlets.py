"""A card's number comes in nowhere: a table of every inlet (T-21), looked for in every table."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from helpdesk import by_customer, inbound
from helpdesk.adapters import InboundMessage, Person
from helpdesk.models import Conversation, CustomField, InboundEvent, Inbox
from helpdesk.records import CallReport, Change
from helpdesk.services import (
    calls,
    customers,
    drafts,
    leads,
    messages,
    scheduling,
    surveys,
    tasks,
)
from tests import factories
from tests.channel import ScriptedChannel
from tests.core.conftest import Desk

CARD = "4111 1111 1111 1111"
SPELLINGS = (CARD, CARD.replace(" ", ""))
WORDS = f"My card is {CARD}, cvv 123."
Inlet = Callable[[Desk, Inbox, Conversation], object]


def _payload(_desk: Desk, phone: Inbox, _talk: Conversation) -> None:
    """A webhook's raw bytes, too: they are what the database keeps first."""
    now = datetime.now(UTC)
    raw = InboundEvent.objects.create(
        inbox=phone, dedupe_key="raw", content_sha256=b"", body=WORDS.encode(), received_at=now,
        next_at=now,
    )  # fmt: skip
    said = InboundMessage(Person("phone", "+48999"), WORDS, external_id="raw-1")
    inbound._file(raw, [said], 1, at_once=True)


def _received(**facts: Any) -> Inlet:
    def come(_desk: Desk, phone: Inbox, _talk: Conversation) -> None:
        told = {"body": "Hello", **facts}
        inbound.receive(phone, InboundMessage(Person("phone", "+48998"), **told))

    return come


def _happens(element: Any) -> Inlet:
    def come(_desk: Desk, phone: Inbox, _talk: Conversation) -> None:
        now = datetime.now(UTC)
        raw = InboundEvent.objects.create(
            inbox=phone, dedupe_key="h", content_sha256=b"", body=WORDS.encode(), received_at=now,
            next_at=now,
        )  # fmt: skip
        inbound._file(raw, [element], 1, at_once=True)

    return come


def _field(desk: Desk, _phone: Inbox, talk: Conversation) -> None:
    CustomField.objects.create(key="note", label="Note", kind="text")
    customers.change(talk.customer_id, {"fields": {"note": WORDS}, "city": WORDS}, by=desk.agent)


NOW = datetime.now(UTC)
CALLER = Person("phone", "+48997")
INLETS: dict[str, Inlet] = {
    "payload of a webhook": _payload,
    "text": _received(body=WORDS),
    "subject": _received(subject=WORDS),
    "part of a mail": _received(html=f"<p>{WORDS}</p>"),
    "quoted part": _received(meta={"quoted": [WORDS]}),
    "edited message": _happens(Change("edited", "x-1", "k-1", NOW, text=WORDS)),
    "report of a call": _happens(CallReport("c-1", CALLER, "in", state="completed", notes=WORDS)),
    "echo of our own words": _happens(InboundMessage(CALLER, WORDS, external_id="e-1", echo=True)),
    "answer": lambda desk, _phone, talk: messages.reply(talk.pk, by=desk.agent, body=WORDS),
    "note": lambda desk, _phone, talk: messages.note(talk.pk, by=desk.agent, body=WORDS),
    "answer for later": lambda desk, _phone, talk: scheduling.schedule(
        talk.pk, by=desk.agent, body=WORDS, due_at=datetime.now(UTC) + timedelta(days=1)
    ),
    "draft": lambda desk, _phone, talk: drafts.keep(
        talk.pk, mode="reply", text=WORDS, base=0, by=desk.agent
    ),
    "task": lambda desk, _phone, talk: tasks.promise(talk.pk, by=desk.agent, text=WORDS),
    "notes of a call": lambda desk, _phone, talk: calls.log(
        talk.pk, by=desk.agent, way="out", state="completed", notes=WORDS, disposition=WORDS
    ),
    "lead": lambda desk, _phone, talk: leads.capture(
        talk.pk,
        leads.Contact(name=CARD, email="a@b.example", need=WORDS, budget=CARD),
        consent="Yes",
        by=desk.agent,
    ),
    "rating": lambda _desk, _phone, talk: surveys.rate(talk.pk, score=5, text=WORDS),
    "answer before the chat": lambda _desk, _phone, talk: by_customer.answer(talk.pk, {"q": WORDS}),
    "custom field": _field,
}


def stored() -> str:
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t.* FROM "{table}" t')  # noqa: S608  names from the catalogue
            for row in cursor.fetchall():
                for cell in row:
                    raw = isinstance(cell, memoryview | bytes)
                    found.append(bytes(cell).decode("utf-8", "replace") if raw else str(cell))
    return "\n".join(found)


@pytest.mark.parametrize("name", INLETS)
def test_no_card_is_stored(desk: Desk, phone: Inbox, channel: ScriptedChannel, name: str) -> None:
    talk = factories.conversation(phone, "+48600", kind="phone", external_id="x-1")
    before = stored()
    INLETS[name](desk, phone, talk)
    after = stored()
    assert after != before, "nothing came in: the row tests nothing"
    for one in SPELLINGS:
        assert one not in after
    assert "cvv 123" not in after


def test_a_payload_without_a_card_keeps_its_bytes(desk: Desk, phone: Inbox) -> None:
    now = datetime.now(UTC)
    body = json.dumps({"text": "Order 4111111111111112"}).encode()
    raw = InboundEvent.objects.create(
        inbox=phone, dedupe_key="raw", content_sha256=b"", body=body, received_at=now, next_at=now
    )
    said = InboundMessage(Person("phone", "+48999"), "Order 4111111111111112", external_id="r")
    inbound._file(raw, [said], 1, at_once=True)
    raw.refresh_from_db()
    assert bytes(raw.body) == body
