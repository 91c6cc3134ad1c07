"""Mail servers on private networks: only those that the installation names (SEC-12)."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from channels_email import imap, sending, servers, trial
from channels_email.fake import MailboxFake
from helpdesk.adapters import ChannelBrokenError


@pytest.fixture(autouse=True)
def nothing_allowed(settings: Any) -> Any:
    settings.MAIL_ALLOWED_NETWORKS = []
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 25
    return settings


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "10.1.2.3", "192.168.0.9", "172.16.5.5", "169.254.169.254",
        "100.64.0.1", "0.0.0.0", "224.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "::1",
        "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "::",
    ],
)  # fmt: skip
def test_private_servers_are_not_called(host: str) -> None:
    with pytest.raises(servers.ForbiddenServerError, match="MAIL_ALLOWED_NETWORKS"):
        servers.address_of(host, 143)


def test_a_network_of_ones_own_is(nothing_allowed: Any) -> None:
    assert servers.address_of("127.0.0.1", 25) == "127.0.0.1"  # the installation's own relay
    nothing_allowed.MAIL_ALLOWED_NETWORKS = ["10.0.0.0/8", "192.168.1.5"]
    assert servers.address_of("10.9.9.9", 25) == "10.9.9.9"
    assert servers.address_of("192.168.1.5", 25) == "192.168.1.5"
    assert servers.address_of("8.8.8.8", 25) == "8.8.8.8"
    with pytest.raises(servers.ForbiddenServerError):
        servers.address_of("192.168.1.6", 25)


def test_a_name_that_changes_between_two_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was checked is the one that is connected to."""
    answers = iter(["8.8.8.8", "127.0.0.1"])
    dialled: list[str] = []

    def resolve(_host: str, port: int, *_a: Any, **_k: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(place: tuple[str, int], *_a: Any, **_k: Any) -> Any:
        dialled.append(place[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        servers.PinnedSMTP("mail.evil.example", 25, "me")
    assert dialled == ["8.8.8.8"]


def test_nobody_listening_is_reached_and_the_words_say_what_to_do() -> None:
    fake = MailboxFake()
    fake.start("127.0.0.1", 0)
    try:
        relay = sending.Relay("127.0.0.1", fake.port)
        with pytest.raises(ChannelBrokenError) as refused:
            sending.hand_to(relay, "a@x.example", "b@x.example", b"Subject: x\r\n\r\nx\r\n")
        with pytest.raises(imap.LostError) as lost:
            imap.Session("127.0.0.1", fake.port, "none")
    finally:
        fake.stop()
    assert fake.messages() == []
    for error in (refused.value, lost.value):
        assert "MAIL_ALLOWED_NETWORKS" in trial.explain(error, "127.0.0.1").advice
