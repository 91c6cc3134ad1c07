"""Nothing of an erased person is left anywhere, and what must stay does (T-20, AUT-15)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from chat import guard
from chat.models import BanKind, VisitorSession
from chat.visits.models import PageView, Visit, Visitor
from helpdesk import inbound, personal_keys, quick_redis, suppression, tombstones
from helpdesk.adapters import InboundFile
from helpdesk.models import (
    Act,
    Attachment,
    AuditEntry,
    Consent,
    Conversation,
    Customer,
    CustomerIdentity,
    Draft,
    Erasure,
    IdempotencyKey,
    InboundEvent,
    Inbox,
    LegalHold,
    Message,
    Order,
    Rating,
    State,
    SuppressedAddress,
)
from helpdesk.services import (
    blocking,
    consents,
    erasing,
    exporting,
    holding,
    leads,
    merging,
    messages,
    retention,
    scheduling,
    tags,
    tasks,
    vocabulary,
)
from tests import factories
from tests.core.conftest import Desk

NAME, MAIL, PHONE = "Ilse Kanarienvogel", "ilse.kanari@canary.example", "+48600100200"
TEXT = "zebrafinch-7f3a9d"
CANARIES = (NAME, MAIL, PHONE, PHONE[1:], TEXT, "Kanarienvogel")


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """What other tests leave on the disk is not found here; nor is our note of erasures kept."""
    settings.STATE_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"


def everything() -> str:
    """Every row of every table as text; bytes as what they say."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t.* FROM "{table}" t')  # noqa: S608  names from the catalogue
            for row in cursor.fetchall():
                for cell in row:
                    if isinstance(cell, memoryview | bytes):
                        found.append(bytes(cell).decode("utf-8", "replace"))
                    else:
                        found.append(str(cell))
    return "\n".join(found)


def media() -> bytes:
    root = Path(settings.MEDIA_ROOT)
    files = [one for one in root.rglob("*") if one.is_file()] if root.exists() else []
    return b"\n".join(one.read_bytes() + str(one).encode() for one in files)


def valkey() -> str:
    client: Any = quick_redis.client()
    return "\n".join(f"{key} {personal_keys._values(client, key)}" for key in client.scan_iter())


def left(text: str) -> list[str]:
    return [one for one in CANARIES if one.lower() in text.lower()]


def person(desk: Desk, phone: Inbox) -> Customer:
    """Somebody of whom every table knows something."""
    raw = json.dumps({"from": PHONE, "name": NAME, "text": TEXT}).encode()
    file = InboundFile(name=f"{TEXT}.txt", data=TEXT.encode() * 50, content_type="text/plain")
    first = factories.conversation(
        phone, PHONE, f"I am {NAME}, {TEXT}", kind="phone", name=NAME, files=(file,),
        subject=TEXT,
    )  # fmt: skip
    talk = Conversation.objects.get(pk=first.pk)
    now = timezone.now()
    facts = {"inbox": phone, "content_sha256": b"x" * 32, "received_at": now, "next_at": now}
    InboundEvent.objects.create(
        dedupe_key="m-1", body=raw, headers={"X-From": PHONE}, state="done",
        message=talk.messages.first(), **facts,
    )  # fmt: skip
    receipt = f"To=%2B{PHONE[1:]}&Status=delivered".encode()
    InboundEvent.objects.create(dedupe_key=f"r-{MAIL}", body=receipt, state="done", **facts)
    messages.reply(talk.pk, by=desk.agent, body=f"Dear {NAME}, about {TEXT}")
    messages.note(talk.pk, by=desk.agent, body=f"{NAME} is nice {TEXT}")
    tasks.promise(talk.pk, by=desk.agent, text=f"Call {NAME}")
    later = datetime.now(UTC) + timedelta(days=1)
    scheduling.schedule(talk.pk, by=desk.agent, body=f"Dear {NAME}", due_at=later)
    Draft.objects.create(
        agent=desk.agent, conversation=talk, mode="reply", text=TEXT, version=1, updated_at=now
    )
    contact = leads.Contact(name=NAME, email=MAIL, phone=PHONE, need=TEXT)
    leads.capture(talk.pk, contact, consent="Offers", by=desk.agent)
    Rating.objects.create(conversation=talk, score=4, text=TEXT)
    vocabulary.add("vip-case", by=desk.supervisor)
    tags.tag(talk.pk, add=["vip-case"], by=desk.agent)
    Order.objects.create(
        inbox=phone, number="N-1", value=Decimal("9.90"), currency="EUR", ordered_at=now,
        customer=talk.customer, visitor="v",
    )  # fmt: skip
    Conversation.objects.filter(pk=talk.pk).update(
        context={"page": TEXT}, answers={"q": NAME}, reply_address=MAIL
    )
    CustomerIdentity.objects.create(customer=talk.customer, kind="email", address=MAIL)
    Customer.objects.filter(pk=talk.customer_id).update(city=TEXT, fields={"pet": NAME})
    VisitorSession.objects.create(
        inbox=phone, token_sha256="t", customer=talk.customer, page_url=f"/{TEXT}", seen_at=now,
        address="browser", network="n" * 64, conversation=talk,
    )  # fmt: skip
    visitor = Visitor.objects.create(
        inbox=phone, uid_sha256="u", customer=talk.customer, first_seen_at=now, seen_at=now,
        consented_at=now,
    )  # fmt: skip
    stay = Visit.objects.create(
        inbox=phone, visitor=visitor, key="k", started_at=now, ended_at=now, landing=f"/{TEXT}"
    )
    PageView.objects.create(visit=stay, at=now, url=f"/{TEXT}", title=TEXT)
    SuppressedAddress.objects.create(
        kind="phone", address=PHONE, ours="", reason="opted_out", said=f"STOP {TEXT}"
    )
    other = factories.conversation(desk.inbox, f"b-{TEXT}", f"Again {TEXT}", name=NAME)
    merging.merge(talk.customer_id, other.customer_id, by=desk.agent)
    consents.record(
        talk.customer, "marketing", by=desk.agent, version="v1", text="Offers", proof=MAIL
    )
    blocking.block(talk.customer_id, by=desk.agent, reason=f"{NAME} shouted")
    blocking.unblock(talk.customer_id, by=desk.agent)
    for kind in BanKind:
        value = guard.value_of(talk, kind)
        until, reason = now + timedelta(days=30), f"{NAME} shouted"
        guard.ban(phone, kind, value, until=until, reason=reason, by=desk.agent)
    answer = json.dumps({"customer": {"name": NAME}}).encode()
    IdempotencyKey.objects.create(
        agent=desk.agent, key="k", digest=b"x" * 32, status=201, answer=answer, created_at=now
    )
    quick_redis.client().set(f"parley:test:{PHONE}", "1")
    quick_redis.client().hset("parley:test:visit", mapping={"name": NAME})
    return Customer.objects.get(pk=talk.customer_id)


@pytest.mark.django_db(transaction=True)
def test_no_canary_is_left_anywhere(
    desk: Desk, phone: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    someone = person(desk, phone)
    bystander = factories.conversation(desk.inbox, "by", "I stand by", name="Bo Stander")
    assert set(left(everything())) == set(CANARIES)
    assert left(media().decode("utf-8", "replace"))
    assert left(valkey())
    copy, _token = exporting.ask(someone.pk, by=desk.admin)
    assert exporting.make_due() == 1
    files = Attachment.objects.filter(message__conversation__customer=someone).count()
    many = Message.objects.filter(conversation__customer=someone).count()
    caplog.clear()

    planned = erasing.plan(someone.pk)
    row = erasing.erase(someone.pk, by=desk.admin, reason="Asked on paper")

    assert left(everything()) == []
    assert left(media().decode("utf-8", "replace")) == []
    assert left(valkey()) == []
    assert left(caplog.text) == []
    assert erasing.remains([NAME, MAIL, PHONE, TEXT]) == {}
    row.refresh_from_db()
    assert (row.done_at is not None, row.files) == (True, [])
    assert planned.counts["messages"] == row.counts["messages"] == many
    assert planned.counts["files"] == row.counts["files"] == files
    assert not default_storage.exists(copy.file.name or "none")
    assert erasing.plan(someone.pk).counts.get("addresses") is None
    bystander.customer.refresh_from_db()
    assert bystander.customer.name == "Bo Stander"
    assert Message.objects.filter(body="I stand by").exists()


@pytest.mark.django_db(transaction=True)
def test_what_counts_stays_and_nothing_runs_on(desk: Desk, phone: Inbox) -> None:
    someone = person(desk, phone)
    erasing.erase(someone.pk, by=desk.admin)
    talks = Conversation.objects.filter(customer=someone)
    assert {one.state for one in talks} == {State.CLOSED}
    assert Rating.objects.get().score == 4
    assert talks.filter(tags=["vip-case"]).exists()
    assert Message.objects.filter(conversation__in=talks, direction="in").count() == 2
    assert set(Message.objects.values_list("body", flat=True)) == {"[erased]"}
    assert InboundEvent.objects.filter(body=b"").count() == 2
    assert Customer.objects.get(pk=someone.pk).erased_at is not None
    entry = AuditEntry.objects.get(act=Act.ERASED)
    assert (entry.about_id, entry.actor) == (str(someone.pk), desk.admin)


@pytest.mark.django_db(transaction=True)
def test_who_said_stop_is_left_alone_after_the_erasure(desk: Desk, phone: Inbox) -> None:
    someone = person(desk, phone)
    erasing.erase(someone.pk, by=desk.admin)
    assert PHONE in suppression.of("phone", PHONE)
    assert suppression.opt_in("phone", PHONE, ours="")
    assert not suppression.of("phone", PHONE)


@pytest.mark.django_db(transaction=True)
def test_a_hold_stops_erasure_and_retention(desk: Desk, phone: Inbox) -> None:
    someone = person(desk, phone)
    holding.hold(someone, reason="Court", by=desk.admin)
    assert erasing.plan(someone.pk).held == "Court"
    with pytest.raises(erasing.HeldError):
        erasing.erase(someone.pk, by=desk.admin)
    Conversation.objects.update(state=State.CLOSED)
    later = datetime.now(UTC) + timedelta(days=4000)
    assert retention.purge(later).get("chats", 0) == 0
    assert left(everything())
    holding.lift(someone, by=desk.admin)
    assert LegalHold.objects.get().lifted_by == desk.admin
    erasing.erase(someone.pk, by=desk.admin)
    assert [one.act for one in AuditEntry.objects.filter(act__in=["held", "released"])] == [
        "held",
        "released",
    ]


@pytest.mark.django_db(transaction=True)
def test_nobody_elses_payload_goes_with_a_common_name(desk: Desk, phone: Inbox) -> None:
    """A first name, a short number: others have them in their words, too."""
    short = factories.conversation(phone, "12345678", kind="phone", name="Maria").customer
    long = factories.conversation(phone, "+48600999888", kind="phone", name="Maria Nowak").customer
    now = timezone.now()
    facts = {"inbox": phone, "content_sha256": b"", "received_at": now, "next_at": now}
    bodies = {
        "a": (b"Maria Nowak told me, call 123456789", "done"),
        "b": (b"from=%2B48600999888", "new"),
        "c": (b"from=+48600999888 broken", "quarantined"),
    }
    for key, (body, state) in bodies.items():
        InboundEvent.objects.create(dedupe_key=key, body=body, state=state, **facts)
    erasing.erase(short.pk, by=desk.admin)
    erasing.erase(long.pk, by=desk.admin)
    left_over = {one.dedupe_key: (bytes(one.body), one.state) for one in InboundEvent.objects.all()}
    assert left_over["a"] == bodies["a"]
    assert left_over["b"] == bodies["b"], "what is not read yet is not lost"
    assert left_over["c"] == (b"", "discarded")


def test_the_same_payload_is_still_known_after_the_erasure(desk: Desk, phone: Inbox) -> None:
    told = factories.inbound_message("+48601", "Hi", kind="phone", external_id="SM1")
    message, _created = inbound.receive(phone, told)
    erasing.erase(message.conversation.customer_id, by=desk.admin)
    again, created = inbound.receive(phone, told)
    assert (again.pk, created) == (message.pk, False)


def test_tombstones_know_an_address_again(desk: Desk, phone: Inbox) -> None:
    made = factories.conversation(phone, "+48602", kind="phone")
    assert not erasing.is_erased("phone", "+48602")
    row = erasing.erase(made.customer_id, by=desk.admin)
    assert erasing.is_erased("phone", "+48602")
    assert not erasing.is_erased("email", "+48602")
    assert row.tombstones == [tombstones.of("phone", "+48602")]


def test_a_restored_person_is_erased_again_and_nobody_else(desk: Desk, phone: Inbox) -> None:
    made = factories.conversation(phone, "+48603", kind="phone").customer
    other = factories.conversation(phone, "+48604", kind="phone").customer
    stone = tombstones.of("phone", "+48603")
    told = [
        {"customer": made.pk, "tombstones": [stone]},
        {"customer": other.pk, "tombstones": [stone]},
    ]
    assert (erasing.replay(told), erasing.replay(told)) == (1, 0)
    assert Erasure.objects.get().customer == made


def test_a_file_that_cannot_be_deleted_now_is_deleted_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = factories.conversation(desk.inbox)
    row = Erasure.objects.create(
        customer=made.customer, at=datetime.now(UTC) - timedelta(minutes=1), files=["gone/x"]
    )

    def full(_name: str) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "delete", full)
        assert erasing.finish_due() == 0
    assert erasing.finish_due() == 1
    row.refresh_from_db()
    assert row.done_at


@pytest.mark.django_db(transaction=True)
def test_a_copy_holds_what_they_said_and_not_our_notes(desk: Desk, phone: Inbox) -> None:
    someone = person(desk, phone)
    _copy, token = exporting.ask(someone.pk, by=desk.admin)
    client = Client()
    assert client.get(f"/data/{token}/").status_code == 404, "not made yet"
    exporting.make_due()
    answer = client.get(f"/data/{token}/")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    answer.close()
    data = json.loads(packed.read("data.json"))
    text = packed.read("data.json").decode()
    assert (MAIL in text, NAME in text, "is nice" in text) == (True, True, False)
    assert {"person", "addresses", "consents", "leads", "orders", "conversations", "visits"} <= {
        *data
    }
    assert len(data["conversations"]) == 2
    (name,) = [one for one in packed.namelist() if one.startswith("files/")]
    assert packed.read(name) == TEXT.encode() * 50
    assert "<script" not in packed.read("data.html").decode()
    assert token not in everything()
    later = datetime.now(UTC) + timedelta(days=8)
    assert retention.purge(later)["copies"] == 1
    assert client.get(f"/data/{token}/").status_code == 404
    exporting.ask(someone.pk, by=desk.admin, notes=True)
    exporting.make_due()
    assert "is nice" in json.dumps(exporting.tell(erasing.whose(someone.pk), notes=True))


@pytest.mark.django_db(transaction=True)
def test_retention_empties_what_is_old_once(desk: Desk, phone: Inbox) -> None:
    someone = person(desk, phone)
    assert sum(retention.due().values()) == 0
    Conversation.objects.filter(inbox=phone).update(state=State.CLOSED)
    later = datetime.now(UTC) + timedelta(days=800)
    assert retention.due(later)["chats"] == 1
    purged = retention.purge(later)
    assert purged["chats"] == 1
    assert "chats" not in retention.purge(later)
    talk = Conversation.objects.get(inbox=phone)
    assert set(talk.messages.values_list("body", flat=True)) == {"[erased]"}
    assert Customer.objects.get(pk=someone.pk).name == NAME
    assert AuditEntry.objects.filter(act=Act.PURGED).exists()


def test_days_are_chosen_within_reason(desk: Desk) -> None:
    assert retention.choose({"chats": 100}, by=desk.admin)["chats"] == 100
    for wrong in ({"raw": 3}, {"chats": -1}, {"nothing": 5}, {"mails": 99_999}):
        with pytest.raises(retention.InvalidRetentionError):
            retention.choose(wrong, by=desk.admin)
    assert AuditEntry.objects.get(act=Act.CHANGED).changes == {"chats": [731, 100]}


def test_a_withdrawn_consent_holds_no_more(desk: Desk) -> None:
    someone = factories.customer()
    given = consents.record(someone, "tracking", by=None, version="v2", language="pl")
    assert consents.record(someone, "tracking", by=None, version="v2") == given
    assert consents.holds(someone.pk, "tracking")
    consents.withdraw(given, by=None)
    assert not consents.holds(someone.pk, "tracking")
    with pytest.raises(consents.InvalidConsentError):
        consents.record(someone, "everything", by=None)


def test_what_was_kept_for_a_consent_ends_with_it(desk: Desk, phone: Inbox) -> None:
    someone = person(desk, phone)
    tracking = consents.record(someone, "tracking", by=None)
    consents.withdraw(tracking, by=None)
    assert not Visit.objects.exists()
    assert not Visitor.objects.exists()
    for given in someone.consents.filter(purpose="marketing"):
        assert "lead" not in given.text
        consents.withdraw(given, by=desk.admin)
    lead = someone.leads.get()
    assert (lead.name, lead.email, lead.phone, lead.need) == ("", "withdrawn", "", "")
    assert someone.conversations.exists()


class TestPages:
    @pytest.fixture
    def browser(self, desk: Desk) -> Client:
        client = Client()
        client.force_login(desk.admin)
        return client

    @pytest.mark.parametrize("who", ["agent", "supervisor"])
    def test_only_administrators(self, desk: Desk, who: str) -> None:
        made = factories.conversation(desk.inbox).customer_id
        client = Client()
        client.force_login(getattr(desk, who))
        assert client.get("/settings/privacy/").status_code == 403
        assert client.get(f"/customers/{made}/privacy/").status_code == 403
        assert client.post(f"/customers/{made}/privacy/erase/").status_code == 403
        assert "/privacy/" not in client.get(f"/customers/{made}/").content.decode()

    def test_erasing_asks_for_the_number(self, desk: Desk, browser: Client) -> None:
        made = factories.conversation(desk.inbox, name=NAME).customer_id
        page = browser.get(f"/customers/{made}/privacy/").content.decode()
        assert f"Type {made} to go on" in page
        browser.post(f"/customers/{made}/privacy/erase/", {"sure": "yes"})
        assert Customer.objects.get(pk=made).name == NAME
        browser.post(f"/customers/{made}/privacy/erase/", {"sure": f" {made} "})
        assert Customer.objects.get(pk=made).name == ""
        assert (
            "nothing that tells who it was" in browser.get(f"/customers/{made}/").content.decode()
        )
        assert browser.get("/settings/privacy/").status_code == 200

    def test_the_link_of_a_copy_is_shown_once(self, desk: Desk, browser: Client) -> None:
        made = factories.conversation(desk.inbox).customer_id
        browser.post(f"/customers/{made}/privacy/copy/")
        assert "/data/" in browser.get(f"/customers/{made}/privacy/").content.decode()
        assert "/data/" not in browser.get(f"/customers/{made}/privacy/").content.decode()

    def test_holds_consents_and_days(self, desk: Desk, browser: Client) -> None:
        made = factories.conversation(desk.inbox).customer
        given = consents.record(made, "marketing", by=None)
        Consent.objects.update(id=1_234_567)  # numbers grow
        given.pk = 1_234_567
        url = f"/customers/{made.pk}/privacy"
        browser.post(f"{url}/hold/", {"reason": ""})
        assert not LegalHold.objects.exists()
        browser.post(f"{url}/hold/", {"reason": "Court"})
        browser.post(f"{url}/erase/", {"sure": str(made.pk)})
        assert Customer.objects.get(pk=made.pk).name
        browser.post(f"{url}/lift/")
        browser.post(f"{url}/withdraw/", {"consent": given.pk})
        assert not consents.holds(made.pk, "marketing")
        assert browser.post(f"{url}/withdraw/", {"consent": "9999"}).status_code == 404
        assert browser.post(f"{url}/nonsense/").status_code == 404
        days = {"chats": 5, "mails": 0, "calls": 9, "raw": 8, "copies": 7}
        assert browser.post("/settings/privacy/", days).status_code == 302
        assert retention.days() == days
        assert browser.post("/settings/privacy/", {**days, "raw": "x"}).status_code == 400
