"""The listener with a real SMTP client and a real database: 250 means committed."""

from __future__ import annotations

import asyncio
import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from channels_email import listening, threads
from channels_email.dedupe import dedupe_key
from channels_email.listening import Listener, find_inbox
from helpdesk import inbound
from helpdesk.models import Heartbeat, InboundEvent, InboundState, Inbox, Message
from tests.channels_email.samples import ADDRESS, mail

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox.objects.create(name="Help", channel="email", address=ADDRESS)


@pytest.fixture
def port(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A listener in a thread of its own; workers are not woken."""
    monkeypatch.setattr("helpdesk.nudge.process", lambda _pk: None)
    yield from listening_at(Listener())


@pytest.fixture
def local(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The same by LMTP."""
    monkeypatch.setattr("helpdesk.nudge.process", lambda _pk: None)
    yield from listening_at(Listener(local=True))


def listening_at(listener: Listener) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(listener.start("127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield listener.port
    asyncio.run_coroutine_threadsafe(listener.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def client(port: int) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", port, "client.example", timeout=10)


def deliver(port: int, data: bytes, *recipients: str) -> None:
    with client(port) as smtp:
        smtp.sendmail("ann@customer.example", list(recipients or (ADDRESS,)), data)


def test_250_means_committed(port: int, inbox: Inbox) -> None:
    data = mail("Where is it?\r\n.\r\n..\r\nend\r\n")
    deliver(port, data)
    event = InboundEvent.objects.get()
    assert bytes(event.body) == data
    assert event.inbox == inbox
    envelope = {"mail_from": "ann@customer.example", "rcpt": ADDRESS}
    assert event.headers == {**envelope, "via": "smtp"}
    assert event.state == InboundState.NEW


def test_the_whole_way_in(port: int) -> None:
    deliver(port, mail("Gdzie jest paczka?"))
    assert inbound.process(InboundEvent.objects.get().pk) == InboundState.DONE
    message = Message.objects.get()
    assert message.body == "Gdzie jest paczka?"
    assert message.external_id == "a1@customer.example"
    answer = threads.message_id(1, message.conversation_id, "parley.example")
    extra = f"In-Reply-To: <{answer}>"
    deliver(port, mail("Found it", message_id="<a2@customer.example>", extra=extra))
    inbound.process(InboundEvent.objects.latest("pk").pk)
    assert Message.objects.latest("created_at").conversation_id == message.conversation_id


def test_a_stranger_with_a_valid_token_is_let_in_and_called_so(port: int) -> None:
    deliver(port, mail())
    inbound.process(InboundEvent.objects.get().pk)
    first = Message.objects.get()
    answer = threads.message_id(1, first.conversation_id, "parley.example")
    stranger = mail(sender="Eve <eve@elsewhere.example>", message_id="<e@e>",
                    extra=f"In-Reply-To: <{answer}>")  # fmt: skip
    deliver(port, stranger)
    inbound.process(InboundEvent.objects.latest("pk").pk)
    theirs = Message.objects.latest("created_at")
    assert theirs.conversation_id == first.conversation_id
    assert theirs.meta["from"] == "eve@elsewhere.example"
    assert theirs.meta["unverified_sender"] is True


def test_a_repeat_and_another_route_are_one_mail(port: int) -> None:
    data = mail()
    for route in (b"", b"", b"Received: from a by b\r\nReturn-Path: <x@y>\r\n"):
        deliver(port, route + data)
    assert InboundEvent.objects.count() == 1


def test_same_message_id_with_other_content_is_two(port: int) -> None:
    deliver(port, mail("one"))
    deliver(port, mail("two"))
    assert InboundEvent.objects.count() == 2


def test_one_mail_to_two_inboxes(port: int) -> None:
    Inbox.objects.create(name="Sales", channel="email", address="sales@parley.example")
    deliver(port, mail(), ADDRESS, "sales@parley.example", "help+tag@parley.example")
    assert sorted(InboundEvent.objects.values_list("headers__rcpt", flat=True)) == [
        f"{ADDRESS}, help+tag@parley.example",
        "sales@parley.example",
    ]


@pytest.mark.parametrize(
    "address", [ADDRESS, ADDRESS.upper(), "help+c1.aaaa@parley.example", "help+@parley.example"]
)
def test_recipients_that_are_ours(port: int, address: str) -> None:
    with client(port) as smtp:
        smtp.ehlo()
        smtp.mail("x@y.example")
        assert smtp.rcpt(address)[0] == 250


@pytest.mark.parametrize("address", ["nobody@parley.example", "help@elsewhere.example", "help"])
def test_recipients_that_are_not_ours(port: int, address: str) -> None:
    with client(port) as smtp:
        smtp.ehlo()
        smtp.mail("x@y.example")
        assert smtp.rcpt(address)[0] == 550


def test_disabled_inbox_and_other_channels_take_no_mail(inbox: Inbox) -> None:
    Inbox.objects.create(name="Text", channel="sms", address="sms@parley.example")
    assert find_inbox(ADDRESS) == inbox
    assert find_inbox("sms@parley.example") is None
    Inbox.objects.filter(pk=inbox.pk).update(enabled=False)
    assert find_inbox(ADDRESS) is None


def test_inbox_whose_own_address_has_a_tag() -> None:
    tagged = Inbox.objects.create(name="Tag", channel="email", address="a+b@parley.example")
    assert find_inbox("A+B@parley.example") == tagged
    assert find_inbox("a+c@parley.example") is None


def test_database_away_means_later(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr("helpdesk.inbound.accept", away)
    with pytest.raises(smtplib.SMTPDataError) as caught:
        deliver(port, mail())
    assert caught.value.smtp_code == 451
    monkeypatch.undo()
    monkeypatch.setattr("helpdesk.nudge.process", lambda _pk: None)
    deliver(port, mail())
    assert InboundEvent.objects.count() == 1


def test_database_away_at_the_recipient_means_later(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_address: str) -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr(listening, "find_inbox", away)
    with client(port) as smtp:
        smtp.ehlo()
        smtp.mail("x@y.example")
        assert smtp.rcpt(ADDRESS)[0] == 451


def test_listener_survives_losing_its_connections(port: int) -> None:
    deliver(port, mail("one"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    for _ in range(10):
        try:
            deliver(port, mail("two"))
            break
        except smtplib.SMTPException:
            time.sleep(0.1)
    assert InboundEvent.objects.count() == 2


def test_too_big_is_552(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with client(port) as smtp:
        smtp.ehlo()
        assert smtp.esmtp_features["size"] == str(50 * 1024 * 1024)
        assert smtp.docmd(f"MAIL FROM:<x@y.example> SIZE={60 * 1024 * 1024}")[0] == 552


SMUGGLED = "MAIL FROM:<evil@x>{0}RCPT TO:<help@parley.example>{0}DATA{0}X: y{0}{0}evil"


@pytest.mark.parametrize("end", ["\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r", "\r.\r\n"])
def test_a8_only_crlf_dot_crlf_ends_a_mail_and_bare_ends_are_refused(port: int, end: str) -> None:
    head = b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<help@parley.example>\r\nDATA\r\n"
    answers = b""
    with socket.create_connection(("127.0.0.1", port), 10) as raw:
        for line in head.splitlines(keepends=True):
            raw.sendall(line)
            time.sleep(0.05)
        smuggled = end + SMUGGLED.format("\r\n")
        raw.sendall(b"Subject: s\r\n\r\nbody" + smuggled.encode() + b"\r\n.\r\nQUIT\r\n")
        while part := raw.recv(4096):
            answers += part
    assert b"550 5.6.11" in answers
    assert answers.count(b"354") == 1, "what was smuggled in is no command"
    assert not InboundEvent.objects.exists()


def test_very_long_lines_are_taken(port: int) -> None:
    with client(port) as smtp:
        smtp.ehlo()
        smtp.mail("x@y.example")
        smtp.rcpt(ADDRESS)
        smtp.data(mail("x" * 200_000))
    assert len(bytes(InboundEvent.objects.get().body)) > 200_000


def test_binary_and_nul_bytes_are_kept(port: int) -> None:
    body = bytes(range(14, 256)) * 4 + b"\x00"
    deliver(port, mail(body))
    assert body in bytes(InboundEvent.objects.get().body)


def test_dedupe_key_ignores_the_route_only() -> None:
    data = mail("one")
    assert dedupe_key(data) == dedupe_key(b"Received: x\r\n y\r\n" + data + b"\r\n")
    assert dedupe_key(data) == dedupe_key(data.replace(b"\r\n", b"\n"))
    assert dedupe_key(data) != dedupe_key(mail("two"))
    assert dedupe_key(data).endswith(":a1@customer.example")


def lmtp(port: int, data: bytes, *recipients: str) -> tuple[list[int], list[bytes]]:
    """The answers to each RCPT, and the lines after the content."""
    with smtplib.LMTP("127.0.0.1", port, "relay.example") as client:
        client.ehlo_or_helo_if_needed()
        client.mail("ann@customer.example")
        taken = [client.rcpt(one)[0] for one in recipients]
        many = taken.count(250)
        client.putcmd("data")
        assert client.getreply()[0] == 354
        client.send(data + b"\r\n.\r\n")
        return taken, [b"%d" % client.getreply()[0] for _ in range(many)]


def test_a8_lmtp_answers_for_each_recipient(local: int) -> None:
    Inbox.objects.create(name="Sales", channel="email", address="sales@parley.example")
    taken, answers = lmtp(local, mail(), ADDRESS, "nobody@parley.example", "sales@parley.example")
    assert (taken, answers) == ([250, 550, 250], [b"250", b"250"])
    assert InboundEvent.objects.count() == 2


def test_a8_lmtp_one_inbox_put_off_does_not_put_off_the_other(
    local: int, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    Inbox.objects.create(name="Sales", channel="email", address="sales@parley.example")
    whole = inbound.accept

    def away(one: Inbox, *rest: object, **more: object) -> object:
        if one.name == "Sales":
            raise OperationalError("the connection is closed")
        return whole(one, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(inbound, "accept", away)
    answers = lmtp(local, mail(), ADDRESS, "sales@parley.example")[1]
    assert answers == [b"250", b"451"]
    assert InboundEvent.objects.get().inbox == inbox


def test_a8_lmtp_too_big_is_552_for_each_recipient(
    local: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening._LocalServer, "data_size_limit", 1000, raising=False)
    Inbox.objects.create(name="Sales", channel="email", address="sales@parley.example")
    monkeypatch.setattr(listening, "MAX_BYTES", 1000)
    answers = lmtp(local, mail("x" * 5000), ADDRESS, "sales@parley.example")[1]
    assert answers == [b"552", b"552"]
    assert not InboundEvent.objects.exists()


def test_a8_lmtp_speaks_lhlo_only(local: int) -> None:
    with smtplib.SMTP("127.0.0.1", local, "relay.example", timeout=10) as client:
        assert client.docmd("EHLO", "x")[0] == 500
        assert client.docmd("LHLO", "x")[0] == 250


def test_the_process_beats_and_stops_cleanly(inbox: Inbox, tmp_path: Path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    settings = connection.settings_dict
    script = (
        "import django; from django.conf import settings; django.setup();"
        f"d = settings.DATABASES['default'];"
        f"d.update(NAME={settings['NAME']!r}, HOST={settings['HOST']!r},"
        f" PORT={settings['PORT']!r}, USER={settings['USER']!r},"
        f" PASSWORD={settings['PASSWORD']!r});"
        "from django.core.management import call_command; call_command('smtpd', port=0)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("SMTP on 127.0.0.1:"), line
        deliver(int(line.rpartition(":")[2]), mail())
        assert Heartbeat.objects.filter(name="smtpd").exists()
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == 0, (out, errors)
    assert InboundEvent.objects.count() == 1
