"""A copy of what was sent in the Sent folder of a real Dovecot: after it left, never before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from channels_email import copying, trial
from channels_email.adapter import EmailAdapter
from channels_email.fake import MailboxFake
from channels_email.models import FetchedMailbox, MailFolder
from helpdesk.adapters import PermanentError
from helpdesk.models import Inbox
from tests.channels_email import dovecot
from tests.channels_email.samples import ADDRESS, make_outgoing

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not shutil.which("dovecot", path="/usr/sbin:/usr/bin"), reason="needs dovecot-imapd"
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    made = dovecot.Dovecot()
    made.start()
    made.folder_named("Sent")
    yield made
    made.remove()


@pytest.fixture
def relay() -> Iterator[MailboxFake]:
    fake = MailboxFake()
    fake.start("127.0.0.1", 0)
    yield fake
    fake.stop()


def inbox_of(server: dovecot.Dovecot, relay: MailboxFake, **more: Any) -> Inbox:
    """An inbox that sends through the relay and is fetched from the server."""
    facts = {"host": relay.host, "port": relay.port, "sent_folder": more.pop("sent", "Sent")}
    folder, password = more.pop("folder", "INBOX"), more.pop("password", dovecot.PASSWORD)
    inbox = Inbox.objects.create(name="Help", channel="email", address=ADDRESS, settings=facts)
    where = {"host": "127.0.0.1", "port": server.port, "security": "none", **more}
    mailbox = FetchedMailbox.objects.create(
        inbox=inbox, username=dovecot.USER, secrets={"password": password}, **where
    )
    MailFolder.objects.create(mailbox=mailbox, name=folder)
    return inbox


def test_what_was_sent_is_copied_once(server: dovecot.Dovecot, relay: MailboxFake) -> None:
    before = len(server.kept("Sent"))
    inbox = inbox_of(server, relay)
    outgoing = make_outgoing("Copied.")
    sent = EmailAdapter().send(inbox, outgoing)
    [copy] = server.kept("Sent")[before:] or [b""]
    assert sent.provider_id.encode() in copy
    EmailAdapter().send(inbox, replace(outgoing, done=sent.done))
    assert len(server.kept("Sent")) == before + 1, "a later attempt for copies makes no second one"


def test_what_was_not_sent_is_not_copied(server: dovecot.Dovecot, relay: MailboxFake) -> None:
    before = len(server.kept("Sent"))
    relay.script("reject")
    with pytest.raises(PermanentError):
        EmailAdapter().send(inbox_of(server, relay), make_outgoing())
    assert len(server.kept("Sent")) == before


@pytest.mark.parametrize("trouble", [{"port": 1}, {"sent": "None such"}, {"security": "tls"}])
def test_trouble_with_the_copy_is_no_trouble_of_the_mail(
    server: dovecot.Dovecot, relay: MailboxFake, trouble: dict[str, object]
) -> None:
    inbox = inbox_of(server, relay, **trouble)
    assert EmailAdapter().send(inbox, make_outgoing()).provider_id
    assert len(relay.messages()) == 1
    assert copying.keep(inbox, make_outgoing()) is False


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ({"folder": "Nowhere"}, "no folder"),
        ({"password": "wrong"}, "user name and password"),
        ({"port": 1}, "Nobody answers on this port"),
        ({"security": "tls"}, "does not speak TLS"),
    ],
)
def test_live_test_tells_what_is_wrong_with_the_mailbox(
    server: dovecot.Dovecot, relay: MailboxFake, trouble: dict[str, object], told: str
) -> None:
    with pytest.raises(trial.TrialError, match=told):
        trial.start(inbox_of(server, relay, **trouble))
    assert relay.messages() == []


def test_live_test_leaves_when_the_mailbox_opens(
    server: dovecot.Dovecot, relay: MailboxFake
) -> None:
    trial.start(inbox_of(server, relay))
    assert len(relay.messages()) == 1
