from __future__ import annotations

import socket
import struct
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from urllib3.connection import HTTPConnection, HTTPSConnection

from helpdesk import outbound_http
from helpdesk.adapters import AmbiguousError, ChannelBrokenError, TransientError
from helpdesk.outbound_http import (
    Answer,
    CutError,
    ForbiddenError,
    NotSentError,
    OutboundError,
    TooBigError,
)

Play = Callable[[socket.socket], None]


def whole_request(connection: socket.socket) -> bytes:
    """What the client sends, with the body that its Content-Length promises."""
    data = connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.lower().splitlines():
        if line.startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def server(*plays: Play) -> Iterator[tuple[str, list[bytes]]]:
    """A loopback server that plays one script for each connection; yields (host:port, requests)."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            for play in plays:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    requests.append(whole_request(connection))
                    play(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}", requests
        listening.close()
        thread.join(5)


def says(status: str, body: bytes = b"", *headers: str) -> Play:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return lambda connection: connection.sendall("\r\n".join(lines).encode() + body)


def resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.fixture
def allow(settings: Any) -> Callable[[str], str]:
    def permit(place: str) -> str:
        settings.OUTBOUND_ALLOWED_HOSTS = [*settings.OUTBOUND_ALLOWED_HOSTS, place]
        return f"http://{place}/secret-token/x?key=secret"

    return permit


def test_an_answer(allow: Callable[[str], str]) -> None:
    with server(says("201 Created", b'{"a": "\xc4\x85"}', "X-Thing: 1")) as (place, requests):
        answer = outbound_http.post(allow(place), form={"b": "ż +"}, auth=("u", "p"))

    assert (answer.status, answer.ok, answer.json()) == (201, True, {"a": "ą"})
    assert answer.headers["x-thing"] == "1"
    assert b"Authorization: Basic dTpw" in requests[0]
    assert b"Connection: close" in requests[0]
    assert requests[0].endswith(b"b=%C5%BC+%2B")


def test_an_error_status_is_an_answer(allow: Callable[[str], str]) -> None:
    with server(says("503 No", b"x", "Retry-After: 7")) as (place, _):
        answer = outbound_http.get(allow(place))

    assert (answer.status, answer.ok, answer.retry_after, answer.json()) == (503, False, 7, {})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("", None), ("7", 7), ("-1", None), ("٧", None), ("Fri, 01 Jan 2010 00:00:00 GMT", 0)],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert Answer(429, {"retry-after": value}, b"").retry_after == seconds


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://017700000001/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://169.254.169.254/",
        "http://10.1.1.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.1.1/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "//example.com/",
        "http:///x",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://user@example.com/",
        "http://a.example\\@127.0.0.1/",
        "http://exam ple.com/",
        "http://example.com/\n",
        "http://ex\u0430mple.com/",
        "http://[::1",
        "http://" + "a" * 70 + ".example/",
        "",
    ],
)
def test_refused_addresses(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(HTTPConnection, "connect", never)
    monkeypatch.setattr(HTTPSConnection, "connect", never)
    with pytest.raises(ForbiddenError):
        outbound_http.get(url)
    with pytest.raises(ForbiddenError):
        outbound_http.post(url, json={})


def test_a_name_that_resolves_to_a_private_address(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)

    with pytest.raises(ForbiddenError):
        outbound_http.get("https://rebinding.example/")


def test_the_checked_address_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
    called: list[str] = []

    def resolve(host: str, *_args: object, **_more: object) -> list[Any]:
        known = [host] if host[0].isdigit() else next(answers)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in known]

    def connect(connection: Any) -> None:
        called.append(connection.host)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(HTTPConnection, "connect", connect)
    with pytest.raises(NotSentError):
        outbound_http.get("http://rebinding.example/")

    assert called == ["93.184.216.34"]


def test_only_the_allowed_port_of_an_allowed_host(allow: Callable[[str], str]) -> None:
    with server(says("200 OK")) as (place, _):
        allow("127.0.0.1:1")
        with pytest.raises(ForbiddenError):
            outbound_http.get(f"http://{place}/")


def test_nothing_listens(allow: Callable[[str], str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(NotSentError) as caught:
        outbound_http.get(allow(place))
    assert not isinstance(caught.value, ForbiddenError)


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(NotSentError, match="does not resolve"):
        outbound_http.get("https://nowhere.invalid/")


def test_no_tls_means_not_sent(allow: Callable[[str], str]) -> None:
    with server(says("400 Bad")) as (place, requests):
        url = allow(place).replace("http:", "https:")
        with pytest.raises(NotSentError, match="TLS"):
            outbound_http.post(url, form={"secret": "1"})
    assert b"secret" not in requests[0]


@pytest.mark.parametrize(
    "play",
    [
        lambda _connection: None,
        resets,
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nab"),
        lambda connection: connection.sendall(b"not http at all\r\n\r\n"),
    ],
    ids=["closed", "reset", "half a body", "garbage"],
)
def test_cut(allow: Callable[[str], str], play: Play) -> None:
    with server(play) as (place, _), pytest.raises(CutError):
        outbound_http.post(allow(place), form={"a": "b"})


def test_silence_is_a_cut(allow: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound_http, "READ_SECONDS", 0.2)
    done = threading.Event()

    def stays_silent(_connection: socket.socket) -> None:
        done.wait(5)

    with server(stays_silent) as (place, _):
        with pytest.raises(CutError, match="timed out"):
            outbound_http.post(allow(place), form={"a": "b"})
        done.set()


def test_drops_of_an_answer_end_at_the_deadline(
    allow: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound_http, "WHOLE_SECONDS", -1.0)
    with (
        server(says("200 OK", b"slow")) as (place, _),
        pytest.raises(CutError, match="no whole answer"),
    ):
        outbound_http.get(allow(place))


def test_too_big(allow: Callable[[str], str]) -> None:
    with server(says("200 OK", b"x" * 1001)) as (place, _), pytest.raises(TooBigError):
        outbound_http.get(allow(place), max_bytes=1000)


def test_a_post_follows_no_redirect(allow: Callable[[str], str]) -> None:
    with server(says("307 Go", b"", "Location: http://10.0.0.1/")) as (place, _):
        assert outbound_http.post(allow(place), form={"a": "b"}).status == 307


def test_a_redirect_is_checked_again(allow: Callable[[str], str]) -> None:
    with (
        server(says("302 Go", b"", "Location: http://10.0.0.1/")) as (place, _),
        pytest.raises(ForbiddenError),
    ):
        outbound_http.get(allow(place), redirects=3)


def test_a_redirect_elsewhere_gets_no_credentials(allow: Callable[[str], str]) -> None:
    with server(says("200 OK", b"file")) as (cdn, there):
        go = f"Location: {allow(cdn)}"
        with server(says("307 Go", b"", go)) as (place, here):
            answer = outbound_http.get(
                allow(place), auth=("u", "p"), headers={"X-Key": "k"}, redirects=3
            )

    assert answer.body == b"file"
    assert b"Authorization" in here[0]
    assert b"Authorization" not in there[0]
    assert b"X-Key" not in there[0]


def test_only_hosts_of_the_list(allow: Callable[[str], str]) -> None:
    with pytest.raises(ForbiddenError, match="list"):
        outbound_http.get(allow("127.0.0.1:1"), allowed=lambda host: host == "api.example")


def test_redirects_end(allow: Callable[[str], str]) -> None:
    play = says("302 Go", b"", "Location: /again")
    with (
        server(play, play, play) as (place, _),
        pytest.raises(CutError, match="redirects"),
    ):
        outbound_http.get(allow(place), redirects=2)


def test_no_proxy_is_used(allow: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with server(says("200 OK")) as (place, _):
        assert outbound_http.get(allow(place)).ok


def test_no_error_shows_the_path_where_providers_put_secrets(allow: Callable[[str], str]) -> None:
    urls = [allow("127.0.0.1:1"), "http://10.0.0.1/secret-token", "https://x.invalid/secret-token"]
    with server(lambda _connection: None) as (place, _):
        for url in [*urls, allow(place)]:
            with pytest.raises(OutboundError) as caught:
                outbound_http.get(url)
            told = traceback.format_exception(caught.value)
            lines = [line for line in told if "outbound_http.get(url)" not in line]
            assert not any("secret-token" in line for line in lines)


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (ForbiddenError("x"), ChannelBrokenError),
        (NotSentError("x"), TransientError),
        (CutError("x"), AmbiguousError),
        (TooBigError("x"), AmbiguousError),
    ],
)
def test_what_it_means_for_a_send(error: Exception, becomes: type[Exception]) -> None:
    with pytest.raises(becomes), outbound_http.as_send_errors():
        raise error


def test_the_log_does_not_show_it_either(
    allow: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    torn = b"HTTP/1.1 200 OK\r\nContent-Le"
    with server(lambda connection: connection.sendall(torn)) as (place, _):
        outbound_http.get(allow(place))

    assert "secret" not in caplog.text
