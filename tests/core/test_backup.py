"""A backup comes back as it was, erased people stay erased, hostile archives write nothing."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from helpdesk import archive, audit, dumping, heartbeat
from helpdesk.adapters import InboundFile
from helpdesk.models import Act, Attachment, AuditEntry, Customer, Heartbeat, Message
from helpdesk.services import erasing
from tests import factories
from tests.core.conftest import Desk


@pytest.fixture
def places(settings: Any, tmp_path: Path) -> Path:
    """Folders of this test alone."""
    settings.STATE_DIR = tmp_path / "state"
    settings.MEDIA_ROOT = tmp_path / "state" / "media"
    settings.MEDIA_ROOT.mkdir(parents=True)
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_the_drill(desk: Desk, places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = InboundFile(name="a.txt", data=b"words" * 999, content_type="text/plain")
    talks = [factories.conversation(desk.inbox, f"v{n}", files=(file,)) for n in range(5)]
    gone = factories.conversation(desk.inbox, "gone", "Forget me").customer
    with transaction.atomic():
        audit.record(Act.CHANGED, desk.inbox, by=desk.admin)
    audit.seal()
    heartbeat.beat("worker")
    counts, words = dumping.counts(), dumping.hash_of("helpdesk_message", "id")
    to = places / "b.tar"
    call_command("backup", str(to), keys=places / "keys")
    assert "FIELD_ENCRYPTION_KEYS=" in (places / "keys").read_text()
    assert (places / "keys").stat().st_mode & 0o077 == 0
    assert to.stat().st_mode & 0o077 == 0
    secret = (places / "keys").read_text().splitlines()[0].partition("=")[2]
    assert secret.encode() not in to.read_bytes()

    erasing.erase(gone.pk, by=desk.admin)
    Message.objects.filter(conversation=talks[0]).update(body="changed by accident")
    for kept in Attachment.objects.all():
        kept.file.storage.delete(str(kept.file.name))
    factories.conversation(desk.inbox, "after")

    with pytest.raises(CommandError, match="--yes"):
        call_command("restore", str(to))
    call_command("restore", str(to), yes=True)

    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert told["erased_again"] == 1
    assert Customer.objects.get(pk=gone.pk).name == ""
    assert not Message.objects.filter(body="Forget me").exists()
    changed = {
        *("helpdesk_auditentry", "helpdesk_erasure", "helpdesk_heartbeat", "django_migrations"),
        *("helpdesk_customeridentity", "helpdesk_conversationevent", "helpdesk_workitem"),
        "helpdesk_timer",
    }
    after = dumping.counts()
    differ = {name for name in counts if counts[name] != after[name]}
    assert differ <= changed, {name: (counts[name], after[name]) for name in differ - changed}
    assert Message.objects.filter(conversation=talks[0], body="Hello").exists()
    for kept in Attachment.objects.exclude(file=""):
        with kept.file.open() as back:
            assert back.read() == b"words" * 999
    assert audit.faults() == []
    assert AuditEntry.objects.filter(act=Act.CHANGED).exists()
    assert words != dumping.hash_of("helpdesk_message", "id"), "one person was erased again"
    assert Heartbeat.objects.filter(name="restore").exists()


@pytest.mark.django_db(transaction=True)
def test_without_an_erasure_every_hash_is_as_it_was(desk: Desk, places: Path) -> None:
    factories.conversation(desk.inbox, "one")
    tables = {"helpdesk_message": "id", "helpdesk_customer": "id", "helpdesk_agent": "id"}
    before = {name: dumping.hash_of(name, column) for name, column in tables.items()}
    call_command("backup", str(places / "b.tar"))
    Message.objects.update(body="lost")
    call_command("restore", str(places / "b.tar"), yes=True)
    assert {name: dumping.hash_of(name, column) for name, column in tables.items()} == before


def packed(to: Path, members: list[tuple[tarfile.TarInfo, bytes]], **facts: Any) -> Path:
    """An archive by hand, with a manifest that vouches for every member."""
    parts = {
        info.name: {"sha256": archive.digest(io.BytesIO(data)), "size": info.size}
        for info, data in members
    }
    plain = json.dumps({"format": 1, "made_at": "2026-01-01", "parts": parts, **facts}).encode()
    head = tarfile.TarInfo(archive.MANIFEST)
    head.size = len(plain)
    with tarfile.open(to, "w") as made:
        made.addfile(head, io.BytesIO(plain))
        for info, data in members:
            made.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return to


def member(name: str, data: bytes = b"x", kind: bytes = tarfile.REGTYPE, link: str = "") -> Any:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(data) if kind == tarfile.REGTYPE else 0, kind, link
    return info, data if kind == tarfile.REGTYPE else b""


@pytest.mark.parametrize(
    "one",
    [
        member("media/../../escaped"),
        member("../escaped"),
        member("/tmp/escaped"),
        member("media/./x"),
        member("media\\x"),
        member("elsewhere/x"),
        member("media/link", kind=tarfile.SYMTYPE, link="/etc/passwd"),
        member("media/hard", kind=tarfile.LNKTYPE, link="database.dump"),
        member("media/device", kind=tarfile.CHRTYPE),
        member("media/pipe", kind=tarfile.FIFOTYPE),
        member("media/folder", kind=tarfile.DIRTYPE),
    ],
    ids=lambda one: one[0].name,
)
def test_hostile_members_are_refused_before_the_first_write(places: Path, one: Any) -> None:
    made = packed(places / "bad.tar", [member(archive.DUMP), one])
    before = sorted(places.rglob("*"))
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("restore", str(made), yes=True)
    assert sorted(places.rglob("*")) == before


def test_what_is_no_whole_backup_is_refused(places: Path) -> None:
    good = packed(places / "good.tar", [member(archive.DUMP), member("media/a", b"a" * 9)])
    assert archive.read(good)["parts"]
    changed = places / "changed.tar"
    changed.write_bytes(good.read_bytes().replace(b"a" * 9, b"b" * 9))
    empty = places / "empty.tar"
    empty.write_bytes(b"")
    missing = places / "missing.tar"
    packed(missing, [member(archive.DUMP)], parts={"media/a": {"sha256": "", "size": 1}})
    huge = places / "huge.tar"
    packed(huge, [], parts={"media/a": {"sha256": "", "size": 10**15}})
    newer = packed(places / "newer.tar", [member(archive.DUMP)], format=2)
    for bad in (changed, empty, missing, huge, newer, places / "none.tar"):
        with pytest.raises(archive.BadArchiveError):
            archive.read(bad)
