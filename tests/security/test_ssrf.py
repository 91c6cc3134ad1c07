"""SEC-12: no address of the world inside is called, however it is spelled, found or led to."""

from __future__ import annotations

import ast
import socket
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest

from channels_email import oauth
from channels_email.imap import LostError
from channels_email.providers import sns_signature
from channels_email.providers.brevo import Brevo
from channels_email.providers.resend import Resend
from channels_email.providers.ses import AmazonSES
from channels_sms.providers import (
    gateway,
    gateway_templates,
    twilio,
    twilio_content,
    twilio_find,
    twilio_media,
    twilio_pull,
    vonage,
)
from channels_social.providers import line, media, meta, telegram_api, viber
from chat import identity
from helpdesk import outbound_http, outbound_lines, web_push
from helpdesk.adapters import Outgoing, Raw, SendError
from helpdesk.channel_errors import UnreadableError
from helpdesk.outbound_http import ForbiddenError, NotSentError, OutboundError
from helpdesk.services import alerts, mail_pictures, notices, telling
from tests.architecture.sources import PACKAGES, ROOT, files, parsed
from tests.core.test_outbound_http import allow, says, server
from tests.security.trap import trap

__all__ = ["allow"]


def _words(text: str) -> list[str]:
    return text.split()


LOOPBACK = _words("""
    127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 017700000001 0177.0.0.1 127.0.0.1.
    127.255.255.254 0.0.0.0 0 localhost LOCALHOST localhost. localhost.localdomain
    [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [::7f00:1]
    [64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2002:7f00:1::1]
    [2001:0:7f00:1::] [2001:0:4136:e378:8000:63bf:80ff:fffe] [::1%25lo] 127.0.0.1%00
    ①②⑦.⓪.⓪.① １２７.０.０.１ 127。0。0。1 ⓛocalhost user@127.0.0.1 a.example@127.0.0.1
    a.example%40127.0.0.1 127.0.0.1\\@a.example a.example\\@127.0.0.1 a.example#@127.0.0.1
""")
INSIDE = _words("""
    10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.254 192.168.0.1 169.254.0.1 169.254.169.254
    0xa9fea9fe 2852039166 [::ffff:169.254.169.254] [fd00:ec2::254] 100.64.0.1 100.127.255.254
    100.100.100.200 168.63.129.16 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1
    224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 [fe80::1] [fc00::1] [fdff::1] [ff02::1]
    [2001:db8::1] [64:ff9b::a00:1] [2002:a00:1::] [::ffff:0:7f00:1] [::ffff:0:a00:1] [::a00:1]
""")
ODD = (
    *("ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL"),
    *("dict://127.0.0.1/", "javascript:alert(1)", "http:127.0.0.1", "http:///127.0.0.1"),
    *("//127.0.0.1/", "\thttp://x/", "http://127.0.0.1:0/", "http://127.0.0.1:-1/"),
    *("http://127.0.0.1:99999/", "http://[::1", "http://"),
)
METADATA = "http://169.254.169.254/latest/meta-data/"
SAMPLE = _words("""
    127.0.0.1 2130706433 0177.0.0.1 localhost [::1] [::ffff:127.0.0.1] [::127.0.0.1]
    [64:ff9b::7f00:1] [2002:7f00:1::] a.example@127.0.0.1 a.example\\@127.0.0.1
""")


def urls(port: int) -> Iterator[str]:
    """127.0.0.1 in all its clothes at the listener's port, then the rest of the world inside."""
    yield from (f"http://{host}:{port}/x" for host in LOOPBACK)
    yield from (f"http://{host}/latest/meta-data/" for host in INSIDE)
    yield from (f"https://{host}/" for host in INSIDE)
    yield from ODD


def test_no_spelling_gets_through() -> None:
    with trap() as caught:
        asked = list(urls(caught.port))
        for url in asked:
            for call in (outbound_http.get, outbound_http.post):
                try:
                    call(url)
                except NotSentError:
                    pass
                else:
                    pytest.fail(f"{url} was answered")
        assert (caught.tried, caught.heard) == ([], [])
    assert len(asked) > 100


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_leads_inside(status: int, allow: Callable[[str], str]) -> None:
    targets = ["http://127.0.0.1:1/", "https://169.254.169.254/", "//10.0.0.1/", "file:///etc/passwd",
               "http://[::ffff:10.0.0.1]/", "http://2130706433/", "ftp://a.example/"]  # fmt: skip
    for target in targets:
        with server(says(f"{status} Go", b"", f"Location: {target}")) as (place, requests):
            with pytest.raises(ForbiddenError):
                outbound_http.get(allow(place), redirects=3)
            assert len(requests) == 1


def test_a_name_that_changes_its_mind(monkeypatch: pytest.MonkeyPatch) -> None:
    """First a public address, then ours: the one that was looked at is the one that is called."""
    asked: list[str] = []

    def resolve(host: str, *_args: object, **_more: object) -> list[Any]:
        if not host[0].isdigit():
            asked.append(host)
        public = host if host[0].isdigit() else "93.184.216.34"
        found = public if len(asked) < 2 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, 80))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with trap() as caught:
        for _ in range(3):
            with pytest.raises(NotSentError):
                outbound_http.get(f"http://rebinding.example:{caught.port + 1}/")
        assert set(caught.tried) <= {"93.184.216.34"}
        assert caught.heard == []


# --- Everybody who calls out ----------------------------------------------------------------

OUT = Outgoing(1, UUID(int=1), 1, "+48600", "", "Hello")


def inbox(url: str) -> Any:
    names = ("api_key", "api_secret", "auth_token", "bot_token", "access_token", "channel_token")
    return SimpleNamespace(
        pk=1, address="+48100", settings={"api_base": url, "account_sid": "AC"}, name="",
        secrets=dict.fromkeys(names, "s"), provider="x", key="k",
    )  # fmt: skip


def _webhook(url: str) -> object:
    quiet: dict[str, Any] = {
        "content": lambda _d: {}, "signed": lambda *_a: {}, "_failed": lambda *_a: None,
             "_name": lambda _d: ""}  # fmt: skip
    with patch.multiple(telling, **quiet):
        return telling._told(SimpleNamespace(endpoint=SimpleNamespace(url=url)))  # type: ignore[arg-type]


def _browser(url: str) -> object:
    secrets = {"endpoint": url, "p256dh": "", "auth": ""}
    with (
        patch.object(web_push, "encrypted", lambda *_a, **_k: b""),
        patch.object(web_push, "proof", lambda *_a, **_k: ""),
        patch.object(alerts, "_pushed", lambda *_a: False),
    ):
        return alerts._push_one(SimpleNamespace(secrets=secrets), "late", b"{}", "key")  # type: ignore[arg-type]


def _tokens(url: str) -> object:
    mailbox = SimpleNamespace(sign_in="x", client_id="c", secrets={})
    with patch.object(oauth, "provider", lambda _name: SimpleNamespace(token_url=url)):
        return oauth._ask(mailbox, {})  # type: ignore[arg-type]


def _keys(url: str) -> object:
    return identity._fetched(url, {}, 0.0)


def _brevo(url: str) -> object:
    body = (
        b'{"Uuid": ["1"], "RawHtmlBody": "", "From": {}, "Attachments": [{"DownloadToken": "x"}]}'
    )
    with patch.object(Brevo, "is_mail", lambda *_a: True):
        return Brevo().complete(inbox(url), Raw("k", body, {}))


def _ses(url: str) -> object:
    body = b'{"Type": "SubscriptionConfirmation", "SubscribeURL": "%s"}'
    https = url.replace("http:", "https:", 1)  # anything else is not even tried
    text = https.encode(errors="replace").replace(b"\\", b"\\\\").replace(b"\t", b" ")
    with patch.object(sns_signature, "check", lambda _element: None):
        return AmazonSES().complete(inbox(url), Raw("k", body % text, {}))


def _fetcher(url: str) -> media.Fetcher:
    return media.Fetcher(inbox(url), ("a.example",), 1000, url)


CALLERS: dict[str, Callable[[str], object] | str] = {
    "helpdesk/services/mail_pictures.py::_fetch": mail_pictures._fetch,
    "helpdesk/services/telling.py::_told": _webhook,
    "helpdesk/services/notices.py::_say": lambda url: notices._say("", {"url": url}),
    "helpdesk/services/alerts.py::_push_one": _browser,
    "helpdesk/spelling.py::check": "SPELLING_URL: who runs the machine names it, and nobody else",
    "chat/identity.py::_fetched": _keys,
    "chat/probing.py::call": "PROBE_URL: who runs the machine names it, and nobody else",
    "chat/probing.py::_look_at_sockets": "PROBE_URL: as above",
    "channels_email/providers/sending.py::hand_over": "Lent, tried below",
    "channels_email/providers/brevo.py::complete": _brevo,
    "channels_email/providers/ses.py::complete": _ses,
    "channels_email/providers/sns_signature.py::_fetched": sns_signature._fetched,
    "channels_email/providers/resend.py::_fetched": lambda url: Resend()._fetched(url),
    "channels_email/oauth.py::_ask": _tokens,
    "channels_sms/providers/gateway.py::_call": lambda url: gateway._call(
        gateway_templates.Sending(url), {}
    ),
    "channels_sms/providers/twilio.py::send": lambda url: twilio.TwilioAdapter().send(
        inbox(url), OUT
    ),
    "channels_sms/providers/twilio_content.py::approved": lambda url: twilio_content.approved(
        url, ("a", "b")
    ),
    "channels_sms/providers/twilio_find.py::find": lambda url: twilio_find.find(
        url, ("a", "b"), OUT
    ),
    "channels_sms/providers/twilio_media.py::_fetch": lambda url: twilio_media.fetch_media(
        {"MediaUrl0": url}, base=url, auth=("a", "b")
    ),
    "channels_sms/providers/twilio_pull.py::_get": lambda url: twilio_pull._get(
        url, "/x", ("a", "b")
    ),
    "channels_sms/providers/vonage.py::send": lambda url: vonage.VonageAdapter().send(
        inbox(url), OUT
    ),
    "channels_social/providers/line.py::_person": "its base is that of send",
    "channels_social/providers/line.py::say_typing": "its base is that of send",
    "channels_social/providers/line.py::send": lambda url: line.LineAdapter().send(inbox(url), OUT),
    "channels_social/providers/line.py::_webhook": lambda url: line.LineAdapter()._webhook(
        inbox(url)
    ),
    "channels_social/providers/media.py::described": lambda url: _fetcher(url).described(url),
    "channels_social/providers/media.py::_get": lambda url: _fetcher(url)._get(url, ""),
    "channels_social/providers/meta.py::get": lambda url: meta.get(inbox(url), "x"),
    "channels_social/providers/meta.py::post": lambda url: meta.post(inbox(url), "x", {}),
    "channels_social/providers/telegram_api.py::call_for_id": lambda url: telegram_api.call_for_id(
        inbox(url), telegram_api.Call("sendMessage", {})
    ),
    "channels_social/providers/telegram_api.py::ask": lambda url: telegram_api.ask(
        inbox(url), "getMe", {}
    ),
    "channels_social/providers/telegram_api.py::_download": lambda url: telegram_api._download(
        inbox(url), "x"
    ),
    "channels_social/providers/viber.py::_call": lambda url: viber._call(inbox(url), "x", {}),
}
"""Who calls out: how to make them call an address, or why nobody else chooses it."""


def callers() -> set[str]:
    """Every function of ours that uses the client."""
    found = set()
    for name, path in files(ROOT, PACKAGES, "*.py"):
        source = path.read_text(encoding="utf-8")
        if "outbound_http" not in source or name == "helpdesk/outbound_http.py":
            continue
        for act in ast.walk(parsed(source)):
            if isinstance(act, ast.FunctionDef | ast.AsyncFunctionDef):
                used = {ast.unparse(one.func) for one in ast.walk(act) if isinstance(one, ast.Call)}
                if used & {"outbound_http.get", "outbound_http.post", "outbound_http.Lent", "Lent"}:
                    found.add(f"{name}::{act.name}")
    return found


def test_every_caller_has_a_row() -> None:
    assert callers() == set(CALLERS), "a new caller of outbound_http needs its row"


DRIVEN = {name: act for name, act in CALLERS.items() if callable(act)}


@pytest.mark.parametrize("name", DRIVEN)
def test_no_caller_reaches_inside(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    with trap() as caught:
        for url in [f"http://{host}:{caught.port}/x" for host in SAMPLE] + [METADATA, ODD[1]]:
            try:
                DRIVEN[name](url)
            except (OutboundError, SendError, ValueError, LostError, twilio_pull.PullError):
                continue
            except (identity.IdentityError, UnreadableError):
                continue
        assert (caught.tried, caught.heard) == ([], [])


def test_a_lent_session_reaches_nothing_either() -> None:
    with trap() as caught:
        for url in urls(caught.port):
            with pytest.raises(NotSentError):
                outbound_http.Lent().request("POST", url, data=b"x")
        assert (caught.tried, caught.heard) == ([], [])


@pytest.mark.parametrize("host", ["::127.0.0.1", "::ffff:0:7f00:1", "64:ff9b::7f00:1", "::1", "::"])
def test_no_line_is_opened_to_ourselves_either(host: str) -> None:
    """Lines that are not HTTP (SMPP, mail servers) are judged by the address that is meant."""
    assert not outbound_lines.is_public(outbound_lines.meant(host))
    assert str(outbound_lines.meant("::1")) == "::1", "as MAIL_ALLOWED_NETWORKS names it"
