"""Mail by upload and out of archives: kept first, once, and the past asks nobody (A1, F2)."""

from __future__ import annotations

import io
import mailbox
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client

from channels_email import uploads
from channels_email.archives import mails
from channels_email.envelopes import envelope
from helpdesk import inbound, sweeping
from helpdesk.models import Conversation, Delivery, InboundEvent, Inbox, Message
from tests import factories
from tests.channels_email.samples import ADDRESS, mail

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "k" * 32


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setattr("helpdesk.nudge.wake", lambda *_args, **_facts: True)
    return factories.inbox(channel="email", address=ADDRESS, name="Help", secrets={"raw_key": KEY})


def post(inbox: Inbox, data: bytes, key: str = KEY, **headers: str) -> Any:
    place = f"/api/v1/inboxes/{inbox.key}/raw/"
    kind = headers.pop("content_type", "message/rfc822")
    said = {"Authorization": f"Bearer {key}", **headers}
    return Client().post(place, data, content_type=kind, headers=said)


def test_a1_an_upload_is_kept_before_it_is_answered_and_only_once(inbox: Inbox) -> None:
    answers = [post(inbox, mail()) for _ in range(3)]
    assert [one.status_code for one in answers] == [201, 200, 200]
    event = InboundEvent.objects.get()
    assert bytes(event.body) == mail()
    assert event.headers["via"] == "api"
    assert inbound.process(event.pk) == "done"


def test_d8_an_upload_tells_its_envelope(inbox: Inbox) -> None:
    told = {"X-Envelope-From": "Ann@Customer.example", "X-Envelope-To": "HELP+c1@parley.example"}
    post(inbox, mail(), **told)
    headers = InboundEvent.objects.get().headers
    assert (headers["mail_from"], headers["rcpt"]) == (
        "ann@customer.example",
        "help+c1@parley.example",
    )


@pytest.mark.parametrize("key", ["", "wrong", KEY[:-1], KEY + "x"])
def test_a9_without_the_key_nothing_is_kept(inbox: Inbox, key: str) -> None:
    assert post(inbox, mail(), key).status_code == 401
    Inbox.objects.update(secrets=Inbox(secrets={}).secrets)
    assert post(inbox, mail(), "").status_code == 401
    assert not InboundEvent.objects.exists()


def test_an_upload_that_is_no_mail_or_too_big(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post(inbox, b"{}", content_type="application/json").status_code == 415
    assert post(inbox, b" \r\n").status_code == 400
    monkeypatch.setattr(uploads, "MAX_BYTES", 100)
    assert post(inbox, mail("x" * 200)).status_code == 413
    assert not InboundEvent.objects.exists()


def test_a1_an_upload_that_cannot_be_kept_is_503(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(inbound, "accept", away)
    assert post(inbox, mail()).status_code == 503


def test_d8_the_envelope_of_a_mail_from_a_mailbox() -> None:
    head = b"Return-Path: <>\r\nDelivered-To: help+c1@parley.example\r\nDelivered-To: old@x\r\n"
    assert envelope(head + mail()) == {"mail_from": "", "rcpt": "help+c1@parley.example"}
    assert envelope(mail()) == {}


def letters(many: int) -> list[bytes]:
    return [
        mail(f"From here\n\nFrom Monday 10:00 on, letter {n}", message_id=f"<{n}@x>").replace(
            b"\r\n", b"\n"
        )
        for n in range(many)
    ]


def as_mbox(folder: Path, many: int) -> Path:
    box = mailbox.mbox(folder / "old.mbox")
    for one in letters(many):
        box.add(one)
    box.close()
    return folder / "old.mbox"


def as_maildir(folder: Path, many: int) -> Path:
    box = mailbox.Maildir(folder / "Maildir")
    for one in letters(many):
        box.add(one)
    (folder / "Maildir" / "dovecot-uidlist").write_text("3 V1", encoding="ascii")
    return folder / "Maildir"


def as_files(folder: Path, many: int) -> Path:
    place = folder / "files" / "deep"
    place.mkdir(parents=True)
    for number, one in enumerate(letters(many)):
        (place / f"{number:03d}.eml").write_bytes(one)
    (place / "notes.txt").write_text("no mail", encoding="ascii")
    return folder / "files"


SHAPES = {"mbox": as_mbox, "maildir": as_maildir, "files": as_files}


def run(path: Path) -> str:
    out = io.StringIO()
    call_command("import_mail", str(path), inbox=ADDRESS, stdout=out)
    return out.getvalue().splitlines()[-1]


@pytest.mark.parametrize("shape", SHAPES)
def test_f2_an_archive_is_imported_once_whatever_its_shape(
    inbox: Inbox, tmp_path: Path, shape: str
) -> None:
    path = SHAPES[shape](tmp_path, 6)
    assert len(list(mails(path))) == 6
    assert run(path).startswith("6 mails (done 6)")
    assert run(path).startswith("6 mails (known 6)")
    assert Message.objects.count() == 6
    assert Message.objects.filter(body__contains="From Monday 10:00 on").count() == 6


def test_f2_three_shapes_of_one_archive_are_one(inbox: Inbox, tmp_path: Path) -> None:
    for shape in SHAPES.values():
        run(shape(tmp_path, 4))
    assert Message.objects.count() == 4


def test_the_past_is_over_asks_nobody_and_is_late_for_nobody(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = factories.team()
    inbox.teams.add(team)
    run(as_files(tmp_path, 2))
    talks = Conversation.objects.all()
    assert {one.state for one in talks} == {"resolved"}
    assert {(one.unread, one.waiting_since) for one in talks} == {(0, None)}
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        sweeping.tick()
    assert not Delivery.objects.exists()
    assert {one.state for one in Conversation.objects.all()} <= {"resolved", "closed"}
    kinds = set(talks.values_list("events__kind", flat=True))
    assert not kinds & {"promise_broken", "promise_warned", "offered", "assigned"}


def test_an_archive_that_is_not_there_or_an_inbox_that_is_unknown(
    inbox: Inbox, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="cannot read"):
        run(tmp_path / "nothing.mbox")
    with pytest.raises(CommandError, match="0 e-mail inboxes"):
        call_command("import_mail", str(tmp_path), inbox="nobody")
