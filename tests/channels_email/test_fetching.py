"""Mailboxes fetched from a real Dovecot: each mail exactly once, whatever happens (A5-A7)."""

from __future__ import annotations

import imaplib
import shutil
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels_email import fetching, imap
from channels_email.fetching import Fetcher, LeaseLostError, Pace
from channels_email.imap import LostError, OddMailError, Session, SignInError
from channels_email.models import (
    BackFill,
    FetchedMailbox,
    MailboxState,
    MailFolder,
    SkippedMail,
)
from helpdesk import inbound
from helpdesk.models import ChannelHealth, InboundEvent, Inbox
from tests.channels_email import dovecot
from tests.channels_email.samples import ADDRESS, mail
from tests.stack import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not shutil.which("dovecot", path="/usr/sbin:/usr/bin"), reason="needs dovecot-imapd"
    ),
]


@pytest.fixture(scope="module")
def running() -> Iterator[dovecot.Dovecot]:
    made = dovecot.Dovecot()
    made.start()
    yield made
    made.remove()


@pytest.fixture
def server(running: dovecot.Dovecot) -> dovecot.Dovecot:
    with person(running) as box:
        box.uid("STORE", "1:*", "+FLAGS", r"(\Deleted)")
        box.expunge()
    return running


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setattr("helpdesk.nudge.process", lambda _pk: None)
    return Inbox.objects.create(name="Help", channel="email", address=ADDRESS)


class person(imaplib.IMAP4):  # noqa: N801  reads like what it is: somebody at the same mailbox
    def __init__(self, server: dovecot.Dovecot) -> None:
        super().__init__("127.0.0.1", server.port)
        self.login(dovecot.USER, dovecot.PASSWORD)
        self.select("INBOX")


def letter(number: int) -> bytes:
    return mail(f"Letter {number}", message_id=f"<{number}@customer.example>")


def mailbox(inbox: Inbox, server: dovecot.Dovecot, **facts: Any) -> FetchedMailbox:
    fill = facts.pop("fill", BackFill.ALL)
    secrets = {"password": facts.pop("password", dovecot.PASSWORD)}
    made = FetchedMailbox.objects.create(
        inbox=inbox,
        host="127.0.0.1",
        port=facts.pop("port", server.port),
        security="none",
        username=dovecot.USER,
        secrets=secrets,
        state=MailboxState.RUNNING,
        **facts,
    )
    MailFolder.objects.create(mailbox=made, name="INBOX", fill=fill)
    return made


def bodies() -> list[str]:
    found = InboundEvent.objects.order_by("pk").values_list("body", flat=True)
    return [bytes(one).decode().rpartition("\n")[2].strip() for one in found]


def test_a5_the_cursor_is_committed_with_the_mail(
    inbox: Inbox, server: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.drop(*map(letter, range(3)))
    box = mailbox(inbox, server)
    fetcher = Fetcher(box.pk)
    whole = inbound.accept
    calls = []

    def crash(*args: Any, **facts: Any) -> Any:
        calls.append(args)
        made = whole(*args, **facts)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(inbound, "accept", crash)
    with pytest.raises(KeyboardInterrupt):
        fetcher.pass_once()
    assert bodies() == ["Letter 0"], "what was not committed whole is not there"
    assert str(box.folders.get().last_uid) == InboundEvent.objects.get().headers["uid"]
    monkeypatch.setattr(inbound, "accept", whole)
    assert fetcher.pass_once() == 2
    assert bodies() == ["Letter 0", "Letter 1", "Letter 2"]
    assert fetcher.pass_once() == 0


def test_a5_a_person_who_reads_flags_and_moves_makes_nothing_vanish(
    inbox: Inbox, server: dovecot.Dovecot
) -> None:
    server.drop(*map(letter, range(4)))
    box = mailbox(inbox, server)
    with person(server) as somebody:
        somebody.store("1:*", "+FLAGS", r"(\Seen \Flagged)")
    assert Fetcher(box.pk).pass_once() == 4
    with person(server) as somebody:
        somebody.store("1:*", "-FLAGS", r"(\Seen)")
        somebody.store("2", "+FLAGS", r"(\Deleted)")
        somebody.expunge()
    server.drop(letter(9))
    FetchedMailbox.objects.update(lease_until=None)
    assert Fetcher(box.pk).pass_once() == 1
    assert len(bodies()) == 5


def test_a5_n_to_star_names_the_last_mail_and_is_not_fetched_again(
    inbox: Inbox, server: dovecot.Dovecot
) -> None:
    server.drop(letter(1))
    box = mailbox(inbox, server)
    session = fetching.connect(box)
    opened = session.open("INBOX")
    assert session.uids(opened.uidnext + 5, 0) == []
    assert session.uids(1, 0) == session.uids(1, opened.uidnext) == [opened.uidnext - 1]
    session.close()


def test_a5_uidvalidity_change_reads_again_and_keeps_each_once(
    inbox: Inbox, server: dovecot.Dovecot
) -> None:
    server.drop(*map(letter, range(3)))
    server.drop(letter(100), age_days=40)
    box = mailbox(inbox, server)
    assert Fetcher(box.pk).pass_once() == 4
    before = box.folders.get()
    server.new_uidvalidity()
    server.drop(letter(7))
    FetchedMailbox.objects.update(lease_until=None)
    Fetcher(box.pk).pass_once()
    after = box.folders.get()
    assert after.uidvalidity != before.uidvalidity
    assert sorted(bodies()) == sorted([f"Letter {n}" for n in (0, 1, 2, 7, 100)])
    assert after.since is not None
    assert (datetime.now(UTC).date() - after.since).days in (14, 15, 16)


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        (BackFill.NONE, []),
        (BackFill.WEEK, ["Letter 2"]),
        (BackFill.MONTH, ["Letter 1", "Letter 2"]),
        (BackFill.ALL, ["Letter 0", "Letter 1", "Letter 2"]),
    ],
)
def test_a5_the_first_fill_is_what_was_chosen(
    inbox: Inbox, server: dovecot.Dovecot, fill: BackFill, expected: list[str]
) -> None:
    server.drop(letter(0), age_days=100)
    server.drop(letter(1), age_days=20)
    server.drop(letter(2), age_days=2)
    box = mailbox(inbox, server, fill=fill)
    fetcher = Fetcher(box.pk)
    fetcher.pass_once()
    assert sorted(bodies()) == expected
    server.drop(letter(3))
    assert fetcher.pass_once() == 1
    assert bodies()[-1] == "Letter 3"


def test_a6_one_odd_mail_is_passed_by_recorded_and_tried_again_on_demand(
    inbox: Inbox, server: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.drop(*map(letter, range(3)))
    box = mailbox(inbox, server)
    whole = Session.body

    def body(self: Session, uid: int, most: int, *, size: int) -> bytes | None:
        found = whole(self, uid, most, size=size)
        if found is not None and b"Letter 1" in found:
            raise OddMailError("the server gives no content")
        return found

    monkeypatch.setattr(Session, "body", body)
    fetcher = Fetcher(box.pk)
    with pytest.raises(OddMailError):
        fetcher.pass_once()
    assert fetcher.pass_once() == 1, "on a new connection it is odd again: passed by"
    assert bodies() == ["Letter 0", "Letter 2"]
    skipped = SkippedMail.objects.get()
    assert skipped.error == "the server gives no content"
    monkeypatch.setattr(Session, "body", whole)
    assert fetcher.pass_once() == 0
    SkippedMail.objects.update(again=True)
    assert fetcher.pass_once() == 1
    assert sorted(bodies()) == ["Letter 0", "Letter 1", "Letter 2"]
    assert not SkippedMail.objects.exists()


@pytest.mark.parametrize("answer", [[None], [b"7 (FLAGS (\\Seen))"], [7], [b""], [(b"x", b"y")]])
def test_a6_strange_answers_are_odd_and_nothing_else(
    inbox: Inbox, server: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch, answer: list[Any]
) -> None:
    server.drop(letter(1))
    session = fetching.connect(mailbox(inbox, server))
    uid = session.open("INBOX").uidnext - 1
    real = session._imap.uid
    monkeypatch.setattr(
        session._imap,
        "uid",
        lambda verb, *rest: ("OK", answer) if verb == "FETCH" else real(verb, *rest),
    )
    for ask in (session.facts, lambda uid: session.body(uid, 100, size=1)):
        with pytest.raises(OddMailError):
            ask(uid)
        assert ask(uid + 50) is None, "a mail that is gone is not odd"
    session.close()


def test_a6_bodies_are_peeked_at_and_big_ones_cut(
    inbox: Inbox, server: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_MESSAGE", 10_000)
    server.drop(mail("x" * 30_000), letter(2))
    box = mailbox(inbox, server)
    assert Fetcher(box.pk).pass_once() == 2
    sizes = [len(bytes(event.body)) for event in InboundEvent.objects.order_by("pk")]
    assert sizes[0] == 10_001
    with person(server) as somebody:
        assert somebody.search(None, "SEEN")[1] == [b""]


def test_a1_marked_and_moved_only_after_the_commit_and_only_if_chosen(
    inbox: Inbox, server: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.drop(letter(1), letter(2))
    with person(server) as somebody:
        somebody.create("Done")
    box = mailbox(inbox, server, mark_seen=True, move_to="Done")
    marked = []
    whole = Session.seen

    def seen(self: Session, uid: int) -> None:
        marked.append(InboundEvent.objects.filter(headers__uid=str(uid)).exists())
        whole(self, uid)

    monkeypatch.setattr(Session, "seen", seen)
    assert Fetcher(box.pk).pass_once() == 2
    assert marked == [True, True]
    with person(server) as somebody:
        assert somebody.search(None, "ALL")[1] == [b""]
        somebody.select("Done")
        assert somebody.search(None, "SEEN")[1] == [b"1 2"]
        somebody.store("1:*", "+FLAGS", r"(\Deleted)")
        somebody.expunge()


def test_a7_two_fetchers_started_by_mistake_fetch_each_mail_once(
    inbox: Inbox, server: dovecot.Dovecot
) -> None:
    server.drop(*map(letter, range(30)))
    box = mailbox(inbox, server)
    first, second = Fetcher(box.pk), Fetcher(box.pk)
    came = [first.pass_once(), second.pass_once()]
    assert came == [30, 0], "the second one does not even connect"
    # The first one freezes; its lease ends; the second takes over; the first one wakes up.
    mine = first._mine()
    assert mine is not None
    FetchedMailbox.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    server.drop(letter(30))
    assert second.pass_once() == 1
    session = fetching.connect(mine)
    with pytest.raises(LeaseLostError):
        first._keep(mine, box.folders.get(), 10_000, None)
    session.close()
    assert len(bodies()) == 31


def test_a7_idle_tells_of_new_mail_within_seconds(inbox: Inbox, server: dovecot.Dovecot) -> None:
    box = mailbox(inbox, server)
    stop = threading.Event()
    fetcher = Fetcher(box.pk, stop, Pace(idle=60))
    thread = fetching.run_in_thread(fetcher, fetching_ended)
    try:
        until(lambda: ChannelHealth.objects.filter(worked_at__isnull=False).exists(), 20)
        server.drop(letter(1))
        until(lambda: bodies() == ["Letter 1"], 10, "the server's call is heard")
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def fetching_ended() -> None:
    from django.db import connection

    connection.close()


def test_a7_without_idle_it_polls(
    inbox: Inbox, server: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "can_idle", False)
    box = mailbox(inbox, server)
    stop = threading.Event()
    thread = fetching.run_in_thread(Fetcher(box.pk, stop, Pace(poll=0.2)), fetching_ended)
    try:
        until(ChannelHealth.objects.exists, 20)
        server.drop(letter(1))
        until(lambda: bodies() == ["Letter 1"], 10)
    finally:
        stop.set()
        thread.join(10)


def test_a7_a_refused_password_is_shown_and_not_retried_for_ever(
    inbox: Inbox, server: dovecot.Dovecot
) -> None:
    box = mailbox(inbox, server, password="wrong")
    waits = []
    for _ in range(fetching.SIGN_IN_TRIES):
        Fetcher(box.pk).run()
        box.refresh_from_db()
        assert box.retry_at is not None
        waits.append(box.retry_at - datetime.now(UTC))
        FetchedMailbox.objects.update(retry_at=None, lease_until=None)
    assert box.state == MailboxState.BROKEN
    assert waits[0] < waits[1]
    health = ChannelHealth.objects.get()
    assert (health.broken, health.advice) == (True, "sign_in")
    assert "uthentication" in health.error
    assert dovecot.PASSWORD not in health.error
    Fetcher(box.pk).run()
    box.refresh_from_db()
    assert box.failures == fetching.SIGN_IN_TRIES, "it is left alone until somebody acts"


def test_a7_a_server_that_is_away_is_tried_again_later_and_later(inbox: Inbox) -> None:
    class Away:
        port = 1

    box = mailbox(inbox, Away())  # type: ignore[arg-type]
    for _ in range(6):
        Fetcher(box.pk).run()
        FetchedMailbox.objects.update(retry_at=None, lease_until=None)
    box.refresh_from_db()
    assert (box.state, box.failures) == (MailboxState.RUNNING, 6)
    health = ChannelHealth.objects.get()
    assert (health.broken, health.advice) == (False, "unreachable")
    assert health.failing_since is not None


def test_a7_a_line_that_is_cut_does_not_skip_the_mail_it_carried(
    inbox: Inbox, server: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.drop(letter(1))
    box = mailbox(inbox, server)
    whole = Session.body

    def cut(*_: Any, **__: Any) -> bytes:
        raise LostError("closed")

    monkeypatch.setattr(Session, "body", cut)
    fetcher = Fetcher(box.pk)
    for _ in range(fetching.LOST_TRIES + 2):
        with pytest.raises(LostError):
            fetcher.pass_once()
    old = datetime.now(UTC) - timedelta(hours=1)
    MailFolder.objects.update(stuck_at=old)
    assert fetcher.pass_once() == 0, "after ten minutes of it, one mail holds up no other"
    assert SkippedMail.objects.exists()
    monkeypatch.setattr(Session, "body", whole)


def test_f2_the_same_mail_by_smtp_and_imap_is_one(inbox: Inbox, server: dovecot.Dovecot) -> None:
    from channels_email.listening import _MailEnvelope, keep

    data = letter(1)
    envelope = _MailEnvelope()
    envelope.original_content = data.replace(b"\n", b"\r\n").replace(b"\r\r", b"\r")
    envelope.mail_from, envelope.inboxes = "ann@customer.example", {inbox.pk: (inbox, [ADDRESS])}
    keep(envelope)
    server.drop(b"Return-Path: <ann@customer.example>\nReceived: from a by b; today\n" + data)
    box = mailbox(inbox, server)
    Fetcher(box.pk).pass_once()
    assert InboundEvent.objects.count() == 1
    assert box.folders.get().last_uid > 0


def test_folders_are_listed_with_their_use(inbox: Inbox, server: dovecot.Dovecot) -> None:
    with person(server) as somebody:
        somebody.create('"Odd \\"name\\" (1)"')
    session = fetching.connect(mailbox(inbox, server))
    names = [name for name, _use in session.folders()]
    assert {"INBOX", 'Odd "name" (1)'} <= set(names)
    assert session.open('Odd "name" (1)').exists == 0
    session.close()


def test_sign_in_errors_are_told_apart(inbox: Inbox, server: dovecot.Dovecot) -> None:
    session = Session("127.0.0.1", server.port, "none")
    with pytest.raises(SignInError):
        session.login(dovecot.USER, "wrong")
    session.close()
    with pytest.raises(LostError):
        Session("127.0.0.1", 1, "none")
    assert imap._said([b"a  b", None]) == "a b"
    assert uuid.uuid4() != Fetcher(1).owner
