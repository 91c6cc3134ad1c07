"""Sending over real SMTP to the fake mailbox: what each failure becomes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from channels_email import sending, threads
from channels_email.adapter import EmailAdapter
from channels_email.fake import MailboxFake
from helpdesk.adapters import (
    AmbiguousError,
    ChannelBrokenError,
    OutboundFile,
    PermanentError,
    SendError,
    TransientError,
)
from helpdesk.models import Inbox
from tests.channels_email.samples import make_inbox, make_outgoing


@pytest.fixture
def mailbox() -> Iterator[MailboxFake]:
    fake = MailboxFake()
    fake.start("127.0.0.1", 0)
    yield fake
    fake.stop()


def inbox_for(fake: MailboxFake, **settings: object) -> Inbox:
    return make_inbox(host=fake.host, port=fake.port, **settings)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_mail_arrives(mailbox: MailboxFake) -> None:
    sent = EmailAdapter().send(inbox_for(mailbox), make_outgoing())
    [message] = mailbox.messages()
    bounced = threads.read_bounce_address(message["mail_from"])
    assert bounced is not None
    assert bounced.is_for("ann@customer.example")
    assert message["rcpt"] == ["ann@customer.example"]
    assert message["subject"] == "Re: Question"
    assert message["text"] == make_outgoing().body
    assert f"Message-ID: <{sent.provider_id}>".encode() in message["raw"]


def test_dots_and_files_survive_the_wire(mailbox: MailboxFake) -> None:
    data = bytes(range(256)) * 100
    outgoing = make_outgoing(".\n..\n.x", files=(OutboundFile("a.bin", "application/x-y", data),))
    EmailAdapter().send(inbox_for(mailbox), outgoing)
    [message] = mailbox.messages()
    assert message["text"] == ".\n..\n.x"
    from channels_email.parsing import read

    assert read(message["raw"], max_file=10**6).files[0].data == data


def test_a_repeat_is_the_same_mail(mailbox: MailboxFake) -> None:
    one = EmailAdapter().send(inbox_for(mailbox), make_outgoing())
    assert EmailAdapter().send(inbox_for(mailbox), make_outgoing()) == one


@pytest.mark.parametrize(
    ("fault", "error", "code", "kept"),
    [
        ("reject", PermanentError, "550", 0),
        ("defer", TransientError, "451", 0),
        ("reject_data", PermanentError, "554", 0),
        ("defer_data", TransientError, "452", 0),
        ("cut", AmbiguousError, "", 0),
        ("cut_after_accept", AmbiguousError, "", 1),
    ],
)
def test_faults(
    mailbox: MailboxFake, fault: str, error: type[SendError], code: str, kept: int
) -> None:
    mailbox.script(fault, 1)
    with pytest.raises(error) as caught:
        EmailAdapter().send(inbox_for(mailbox), make_outgoing())
    assert caught.value.code == code
    assert len(mailbox.messages()) == kept
    EmailAdapter().send(inbox_for(mailbox), make_outgoing())
    assert len(mailbox.messages()) == kept + 1


def test_unknown_fault_is_refused(mailbox: MailboxFake) -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        mailbox.script("explode", 1)


def test_nobody_listens() -> None:
    inbox = make_inbox(host="127.0.0.1", port=free_port())
    with pytest.raises(TransientError):
        EmailAdapter().send(inbox, make_outgoing())


def test_unknown_host() -> None:
    inbox = make_inbox(host="relay.invalid", port=25)
    with pytest.raises(TransientError):
        EmailAdapter().send(inbox, make_outgoing())


@pytest.mark.parametrize(
    "script",
    [
        b"",
        b"220 hello\r\n",
        b"220 hello\r\n250 x\r\n",
        b"220 hello\r\n250 x\r\n250 ok\r\n250 ok\r\n",
        b"garbage\r\n",
        b"421 4.3.0 going down\r\n",
        b"220 hello\r\n250 x\r\n250 ok\r\n250 ok\r\n421 later\r\n",
    ],
)
def test_break_before_the_last_dot_is_transient(script: bytes) -> None:
    with scripted(script) as port, pytest.raises(TransientError):
        EmailAdapter().send(make_inbox(host="127.0.0.1", port=port), make_outgoing())


def test_silence_after_the_last_dot_is_ambiguous(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 0.3)
    script = b"220 hello\r\n250 x\r\n250 ok\r\n250 ok\r\n354 go\r\n"
    with scripted(script, hold=True) as port, pytest.raises(AmbiguousError):
        EmailAdapter().send(make_inbox(host="127.0.0.1", port=port), make_outgoing())


def test_login(mailbox: MailboxFake) -> None:
    locked = MailboxFake({"help": "right"})
    locked.start("127.0.0.1", 0)
    try:
        inbox = inbox_for(locked, username="help")
        inbox.secrets = {"password": "right"}
        EmailAdapter().send(inbox, make_outgoing())
        inbox.secrets = {"password": "wrong"}
        with pytest.raises(ChannelBrokenError) as caught:
            EmailAdapter().send(inbox, make_outgoing())
        assert caught.value.code == "535"
        with pytest.raises(ChannelBrokenError):
            EmailAdapter().send(inbox_for(locked), make_outgoing())
    finally:
        locked.stop()
    assert len(locked.messages()) == 1
    with pytest.raises(ChannelBrokenError):
        EmailAdapter().send(inbox_for(mailbox, security="starttls"), make_outgoing())


@pytest.mark.parametrize("wrong", [{"port": "x"}, {"port": 70000}, {"security": "ssl"}])
def test_wrong_settings_break_the_channel(wrong: dict[str, object]) -> None:
    with pytest.raises(ChannelBrokenError):
        EmailAdapter().send(make_inbox(**wrong), make_outgoing())


@pytest.mark.parametrize("to", ["ann", "x@sender.invalid", "a@b.example\r\nRCPT TO:<c@d>"])
def test_impossible_recipients_fail_at_once(to: str) -> None:
    with pytest.raises(PermanentError):
        EmailAdapter().send(make_inbox(), make_outgoing(to=to))


def test_password_is_not_shown() -> None:
    inbox = make_inbox(host="h", port=25)
    inbox.secrets = {"password": "s3cret"}
    assert "s3cret" not in repr(sending.relay_of(inbox))


class scripted:  # noqa: N801
    """A server that says its lines one at a time and then hangs up (or holds)."""

    def __init__(self, script: bytes, *, hold: bool = False) -> None:
        self.lines = script.splitlines(keepends=True)
        self.hold = hold
        self.done = threading.Event()

    def __enter__(self) -> int:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        return int(self.server.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join(5)
        self.server.close()

    def _serve(self) -> None:
        connection, _ = self.server.accept()
        with connection:
            connection.settimeout(5)
            for number, line in enumerate(self.lines):
                if number and not connection.recv(65536):
                    return
                connection.sendall(line)
            if self.hold:
                self.done.wait(5)
