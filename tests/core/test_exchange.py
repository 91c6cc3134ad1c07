"""Moving in and out: other desks' exports, lists of customers, everything as JSON lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from helpdesk.exchange import bringing, people
from helpdesk.exchange.shapes import READERS
from helpdesk.exchange.talks import Talk, UnreadableError, moment, plain
from helpdesk.models import (
    Act,
    AuditEntry,
    Conversation,
    Customer,
    CustomerIdentity,
    CustomField,
    ImportRun,
    Inbox,
    Message,
    WorkItem,
)
from helpdesk.services import erasing
from tests import factories
from tests.core.conftest import Desk

BEGAN, LATER = "2024-03-01T09:00:00Z", "2024-03-01T10:30:00+02:00"
CARD = "4111 1111 1111 1111"
ZENDESK = {
    "users": [
        {"id": 7, "name": "Tom Reed", "email": "Tom@shop.example", "role": "end-user"},
        {"id": 8, "name": "Marta", "email": "marta@desk.example", "role": "agent"},
    ],
    "tickets": [
        {
            "id": 35, "subject": "Where is it?", "requester_id": 7, "created_at": BEGAN,
            "status": "closed", "tags": ["late"],
            "comments": [
                {"id": 1, "author_id": 7, "plain_body": f"My card {CARD}", "public": True,
                 "created_at": BEGAN, "attachments": [{"file_name": "photo.jpg"}]},
                {"id": 2, "author_id": 8, "plain_body": "On its way", "public": True,
                 "created_at": LATER},
                {"id": 3, "author_id": 8, "plain_body": "Ask the carrier", "public": False,
                 "created_at": LATER},
            ],
        },
        {"id": 36, "requester_id": 7, "created_at": "not a time", "comments": []},
    ],
}  # fmt: skip
FRESHDESK = [
    {
        "id": 5, "subject": "Refund", "description_text": "I want it back", "created_at": BEGAN,
        "requester": {"name": "Ana", "email": "ana@shop.example"}, "tags": [],
        "conversations": [
            {"id": 51, "body": "<p>Of course<br>Marta</p>", "incoming": False, "private": False,
             "created_at": LATER, "from_email": "marta@desk.example"},
            {"id": 52, "body_text": "VIP!", "incoming": False, "private": True,
             "created_at": LATER},
        ],
    }
]  # fmt: skip
CHATWOOT = {
    "payload": [
        {
            "id": 9, "created_at": 1709283600, "labels": ["shop"],
            "meta": {"sender": {"id": 3, "name": "Bo", "phone_number": "+48600100200"}},
            "messages": [
                {"id": 1, "content": "Hi", "message_type": 0, "created_at": 1709283600},
                {"id": 2, "content": "Bo was assigned", "message_type": 2,
                 "created_at": 1709283601},
                {"id": 3, "content": "Hello", "message_type": 1, "created_at": 1709283700,
                 "sender": {"name": "Marta", "email": "marta@desk.example"}},
            ],
        }
    ]
}  # fmt: skip
DJANGO = [
    {"model": "auth.user", "pk": 2, "fields": {"email": "marta@desk.example", "username": "m"}},
    {"model": "helpdesk.ticket", "pk": 4, "fields": {
        "title": "Help", "submitter_email": "eve@shop.example", "created": BEGAN,
        "description": "It is broken", "status": 4}},
    {"model": "helpdesk.followup", "pk": 6, "fields": {
        "ticket": 4, "date": LATER, "comment": "Fixed", "public": True, "user": 2}},
    {"model": "helpdesk.followup", "pk": 7, "fields": {
        "ticket": 4, "date": LATER, "comment": "Thanks", "public": True, "user": None}},
]  # fmt: skip
FILES: dict[str, tuple[Any, str, int]] = {
    "zendesk": ([ZENDESK], "tom@shop.example", 3),
    "freshdesk": (FRESHDESK, "ana@shop.example", 3),
    "chatwoot": ([CHATWOOT], "+48600100200", 2),
    "django-helpdesk": (DJANGO, "eve@shop.example", 3),
}


@pytest.fixture
def marta(desk: Desk) -> Any:
    return factories.agent(email="marta@desk.example", teams=[desk.mine])


@pytest.mark.parametrize("source", sorted(READERS))
def test_every_source_comes_once_with_its_times(desk: Desk, marta: Any, source: str) -> None:
    data, address, many = FILES[source]
    report = bringing.bring(source, data, desk.inbox, by=desk.admin)
    assert report.counts["made"] == 1
    talk = Conversation.objects.get()
    identity = CustomerIdentity.objects.get()
    assert identity.address.lower() == address
    assert (talk.customer, talk.state) == (identity.customer, "closed")
    assert talk.created_at == datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
    rows = list(talk.messages.order_by("seq"))
    assert [one.seq for one in rows] == list(range(1, many + 1))
    assert rows[0].direction == "in"
    assert rows[1].author == marta
    public = [one.public_seq for one in rows if one.visibility == "public"]
    assert public == list(range(1, len(public) + 1))
    assert (talk.last_seq, talk.public_seq) == (many, len(public))
    assert talk.events.count() == many
    assert not WorkItem.objects.exists(), "nobody is asked to answer what is over"
    again = bringing.bring(source, data, desk.inbox, by=desk.admin)
    assert again.counts["known"] == 1
    assert Message.objects.count() == many
    assert AuditEntry.objects.filter(act=Act.IMPORTED).count() == 2


def test_one_bad_ticket_costs_none_of_the_others(desk: Desk) -> None:
    report = bringing.bring("zendesk", [ZENDESK], desk.inbox)
    assert report.counts == {"made": 1, "faulty": 1}
    assert report.faults == [("ticket 2", "'not a time' is no time")]
    assert ImportRun.objects.get().report["counts"] == report.counts


def test_cards_are_masked_and_files_named(desk: Desk) -> None:
    bringing.bring("zendesk", [ZENDESK], desk.inbox)
    first = Message.objects.order_by("seq").first()
    assert first
    assert first.body == "My card •••• 1111\n[photo.jpg]"


def test_who_was_erased_is_left_out(desk: Desk) -> None:
    bringing.bring("zendesk", [ZENDESK], desk.inbox)
    erasing.erase(Customer.objects.get().pk, by=desk.admin)
    again = {**ZENDESK, "tickets": [{**ZENDESK["tickets"][0], "id": 99}]}
    assert bringing.bring("zendesk", [again], desk.inbox).counts == {"erased": 1}


@pytest.mark.parametrize("source", sorted(READERS))
@pytest.mark.parametrize(
    "broken",
    [[], [1], ["x"], [None], [{}], [{"tickets": 5}], [{"id": 1}], [{"id": 1, "created_at": []}],
     [{"model": "helpdesk.ticket", "fields": 3}], [{"payload": [[]]}], [{"tickets": [None]}],
     [{"id": 1, "created_at": 1e30, "messages": "x", "comments": {}, "conversations": 1}]],
)  # fmt: skip
def test_nonsense_is_a_fault_and_never_a_crash(source: str, broken: list[Any]) -> None:
    try:
        found = list(READERS[source](broken))
    except UnreadableError:
        return
    assert all(isinstance(one, tuple | Talk) for one in found)


def test_the_command_reads_lines_and_says_what_it_did(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tickets.jsonl"
    file.write_text("\n".join(json.dumps(one) for one in FRESHDESK) + "\n\n")
    call_command("import_conversations", "--from", "freshdesk", "--inbox", desk.inbox.pk, str(file))
    assert json.loads(capsys.readouterr().out) == {"made": 1}
    file.write_text('{"a": 1}\n{broken')
    with pytest.raises(CommandError, match="line 2"):
        call_command(
            "import_conversations", "--from", "zendesk", "--inbox", desk.inbox.pk, str(file)
        )
    with pytest.raises(CommandError, match="no inbox"):
        call_command("import_conversations", "--from", "zendesk", "--inbox", 0, str(file))


def test_words_lose_their_markup_and_times_their_zones() -> None:
    assert plain("<p>a &amp; b</p><br>c<script>x</script>") == "a & b\n\ncx"
    assert moment("2024-03-01T10:00:00+02:00").astimezone(UTC).hour == 8
    assert moment("2024-03-01 10:00:00").tzinfo is UTC


@pytest.mark.django_db(transaction=True)
def test_everything_goes_out_without_secrets(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], client: Client
) -> None:
    factories.conversation(desk.inbox, body="Words of a customer")
    client.force_login(desk.admin)
    assert client.get("/inbox/").status_code == 200
    Inbox.objects.filter(pk=desk.inbox.pk).update(secrets={"auth_token": "canary-51c2"})
    to = tmp_path / "all.jsonl"
    call_command("export_all", str(to))
    text = to.read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert {"helpdesk.message", "helpdesk.customer", "helpdesk.inbox", "helpdesk.agent"} <= {
        row["model"] for row in rows
    }
    assert "Words of a customer" in text
    assert "canary-51c2" not in text
    assert desk.agent.password not in text
    assert str(client.session.session_key) not in text, "who reads the file is nobody of us"
    assert to.stat().st_mode & 0o077 == 0
    assert AuditEntry.objects.get(act=Act.EXPORTED).changes == {"what": ["", "everything"]}


SHEET = (
    "Full name;E-mail;Phone;Company;Size\n"
    "Tom Reed;tom@shop.example;;Loom;90\n"
    "Ana;ANA@shop.example;+48 600 100 200;;x\n"
    ";nobody;;;\n"
    ";;;Loom;\n"
    "Tom again;TOM@shop.example;;;\n"
)


class TestPeople:
    @pytest.fixture(autouse=True)
    def field(self, db: None) -> None:
        CustomField.objects.create(key="size", label="Size", kind="number")

    def test_columns_are_guessed_and_looked_at_first(self, desk: Desk) -> None:
        sheet = people.read("\ufeff" + SHEET)
        mapping = people.guess(sheet)
        assert mapping == {0: "name", 1: "email", 2: "phone", 3: "company", 4: "fields.size"}
        outcome = people.look(sheet, mapping)
        assert (outcome.new, outcome.known, outcome.faulty) == (1, 1, 3)
        assert [line for line, _why in outcome.faults] == [3, 4, 5]
        assert not Customer.objects.exists()

    def test_brought_in_and_taken_back(self, desk: Desk) -> None:
        here = factories.customer(name="", city="Leeds")
        CustomerIdentity.objects.create(customer=here, kind="email", address="ana@shop.example")
        sheet = people.read(SHEET.replace(";x\n", ";140\n"))
        run = people.bring(sheet, people.guess(sheet), by=desk.admin)
        assert run.report["counts"] == {"new": 1, "known": 2, "erased": 0, "faulty": 2}
        here.refresh_from_db()
        assert (here.name, here.city, here.fields) == ("Ana", "Leeds", {"size": "140"})
        made = Customer.objects.get(name="Tom Reed")
        assert (made.company.name if made.company else "") == "Loom"
        assert people.undo(run.pk, by=desk.admin) == (1, 0)
        assert people.undo(run.pk, by=desk.admin) == (0, 0)
        here.refresh_from_db()
        assert (here.name, here.fields) == ("", {})
        assert not Customer.objects.filter(name="Tom Reed").exists()

    def test_undo_spares_whom_something_happened_with(self, desk: Desk) -> None:
        sheet = people.read("email\ntom@shop.example\nana@shop.example\n")
        run = people.bring(sheet, people.guess(sheet), by=desk.admin)
        tom = CustomerIdentity.objects.get(address="tom@shop.example").customer
        talk = factories.conversation(desk.inbox)
        Conversation.objects.filter(pk=talk.pk).update(customer=tom)
        assert people.undo(run.pk, by=desk.admin) == (1, 1)
        assert Customer.objects.filter(pk=tom.pk).exists()

    @pytest.mark.parametrize("text", ["", "a", "a,b\n", "\ufeff\n\n", "a," * 80 + "\n1\n"])
    def test_no_sheet_is_refused_in_words(self, text: str) -> None:
        with pytest.raises(people.SheetError, match=r"\w"):
            people.read(text)

    def test_the_screen_step_by_step(self, desk: Desk) -> None:
        client = Client()
        client.force_login(desk.admin)
        file = BytesIO(SHEET.encode())
        file.name = "people.csv"
        page = client.post("/settings/import/", {"step": "file", "file": file}).content.decode()
        assert "What would happen" in page
        chosen = {"text": SHEET, "name": "people.csv", "c1": "email", "c0": "name"}
        look = client.post("/settings/import/", {**chosen, "step": "look"})
        assert look.context["outcome"].new == 2
        assert not ImportRun.objects.exists()
        assert client.post("/settings/import/", {**chosen, "step": "bring"}).status_code == 302
        run = ImportRun.objects.get()
        assert run.report["counts"]["new"] == 2
        client.post(f"/settings/import/{run.pk}/undo/")
        assert not CustomerIdentity.objects.filter(kind="email").exists()
        assert client.post("/settings/import/9999/undo/").status_code == 404
        assert client.post("/settings/import/", {"step": "file"}).status_code == 400

    @pytest.mark.parametrize("who", ["agent", "supervisor"])
    def test_only_administrators(self, desk: Desk, who: str) -> None:
        client = Client()
        client.force_login(getattr(desk, who))
        assert client.get("/settings/import/").status_code == 403
        assert client.post("/settings/import/1/undo/").status_code == 403
