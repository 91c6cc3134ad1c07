"""A mailbox of 2,000 mails under everything that goes wrong at once: each exactly once (A5-A7)."""

from __future__ import annotations

import contextlib
import imaplib
import os
import random
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels_email.models import FetchedMailbox, MailboxState, MailFolder, SkippedMail
from helpdesk.embedded import programs
from helpdesk.models import ChannelHealth, InboundEvent, Inbox, Team
from tests import factories
from tests.channels_email import dovecot
from tests.channels_email.samples import ADDRESS, mail
from tests.faults.proxy import FaultProxy
from tests.faults.stack import Faulty, Outcome, amount, poll, seed

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        not shutil.which("dovecot", path="/usr/sbin:/usr/bin"), reason="needs dovecot-imapd"
    ),
]


@pytest.fixture
def server() -> Iterator[dovecot.Dovecot]:
    made = dovecot.Dovecot()
    made.start()
    yield made
    made.remove()


@pytest.fixture
def inbox(team: Team) -> Inbox:
    return factories.inbox(teams=[team], channel="email", address=ADDRESS)


class Somebody:
    """A person at the same mailbox, who reads, flags and unflags all the time."""

    def __init__(self, server: dovecot.Dovecot, dice: random.Random) -> None:
        self.server, self.dice = server, dice
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def work(self) -> None:
        while not self.stop.wait(0.3):
            try:
                with self.connected() as box:
                    box.login(dovecot.USER, dovecot.PASSWORD)
                    _kind, [many] = box.select("INBOX")
                    for _ in range(10):
                        one = str(self.dice.randint(1, int(many or 1)))
                        sign = self.dice.choice("+-")
                        box.store(one, f"{sign}FLAGS", r"(\Seen \Flagged)")
                        box.fetch(one, "(RFC822)")
            except (OSError, imaplib.IMAP4.error):
                continue

    @contextlib.contextmanager
    def connected(self) -> Iterator[imaplib.IMAP4]:
        """Closed in any case: imaplib keeps the socket when its good-bye is not heard."""
        box = imaplib.IMAP4("127.0.0.1", self.server.port, timeout=5)
        try:
            yield box
        finally:
            box.shutdown()

    def leave(self) -> None:
        self.stop.set()
        self.thread.join(10)


def letter(number: int, dice: random.Random) -> bytes:
    size = dice.choice((200, 2_000, 30_000))
    return mail("x" * size, message_id=f"<{number}@customer.example>")


def kept() -> int:
    return InboundEvent.objects.count()


def test_a5_two_thousand_mails_each_exactly_once(
    stack: Faulty, inbox: Inbox, server: dovecot.Dovecot
) -> None:
    chosen, total = seed(), amount(2000)
    dice = random.Random(chosen)
    mails = [letter(number, dice) for number in range(total)]
    quarter = total // 4
    server.drop(*mails[:quarter])
    proxy = FaultProxy(server.port, dice)
    proxy.cut_after = (20_000, 2_000_000)
    box = FetchedMailbox.objects.create(
        inbox=inbox,
        host="127.0.0.1",
        port=proxy.port,
        security="none",
        username=dovecot.USER,
        secrets={"password": dovecot.PASSWORD},
        state=MailboxState.RUNNING,
    )
    MailFolder.objects.create(mailbox=box, name="INBOX", fill="all")
    somebody = Somebody(server, dice)
    try:
        stack.start("valkey")
        names = start_two(stack)
        poll(lambda: kept() >= quarter, 120, "the first quarter, over a line that is cut")
        server.drop(*mails[quarter : 2 * quarter])
        poll(lambda: kept() >= 2 * quarter - quarter // 2, 120, "half of the second quarter")
        killed = {name: stack.sigkill(name) for name in names}
        for name, pid in killed.items():
            stack.back(name, pid)
        freeze(stack, names, box)
        poll(lambda: kept() >= 2 * quarter, 120, "the second quarter, killed and frozen")

        server.new_uidvalidity()
        server.drop(*mails[2 * quarter : 3 * quarter])
        poll(lambda: kept() >= 3 * quarter, 180, "the third, under new UIDs")

        for name in names:
            os.kill(stack.pid(name) or 0, signal.SIGSTOP)
        server.drop(*mails[3 * quarter :], age_days=2)
        box_is_free()
        for name in names:
            os.kill(stack.pid(name) or 0, signal.SIGCONT)
        poll(lambda: kept() >= total, 180, "what came while nobody fetched for two days")
        time.sleep(5)
    finally:
        somebody.leave()
        proxy.stop()
    ids = Counter(key.partition(":")[2] for key in events("dedupe_key"))
    folder = box.folders.get()
    print(f"\ncuts {proxy.cuts}, uidvalidity {folder.uidvalidity}, last uid {folder.last_uid}")  # noqa: T201
    Outcome(
        sent=total,
        stored=kept(),
        shown=len(ids),
        lost=total - len(ids),
        dup=kept() - len(ids),
        seed=chosen,
    ).check()
    assert proxy.cuts > 0
    assert not SkippedMail.objects.exists()
    assert ChannelHealth.objects.filter(inbox=inbox, way="imap").exists()


def events(column: str) -> list[str]:
    return list(InboundEvent.objects.values_list(column, flat=True))


def start_two(stack: Faulty) -> list[str]:
    """Two fetchers, the second by mistake; both impatient, for life is short here."""
    names = ["mail", "mail2"]
    for name in names:
        program = programs.manage(
            name, stack.env, "mailfetch", "--every", "0.5", "--poll", "2", "--patience", "1"
        )
        stack._await(stack._supervisor.start(replace(program, grace_seconds=5)))
    return names


def box_is_free() -> None:
    """As if the lease had run out, which takes a minute."""
    FetchedMailbox.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))


def freeze(stack: Faulty, names: list[str], box: FetchedMailbox) -> None:
    """The one that holds the mailbox stands still; the other takes over; it wakes up again."""
    poll(lambda: owner(box) is not None, 90, "somebody holds the mailbox")
    holder = owner(box)
    for name in names:
        pid = stack.pid(name) or 0
        os.kill(pid, signal.SIGSTOP)
        box_is_free()
        time.sleep(2)
        os.kill(pid, signal.SIGCONT)
        if owner(box) not in {holder, None}:
            return


def owner(box: FetchedMailbox) -> object:
    return FetchedMailbox.objects.values_list("lease_owner", flat=True).get(pk=box.pk)
