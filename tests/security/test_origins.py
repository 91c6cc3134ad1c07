"""SEC-19, AUT-11: exact origins for every door; frames that break the rules; SEC-18 by socket."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from typing import Any

import jwt
import orjson
import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chat.models import VisitorSession
from helpdesk.models import Agent, Inbox, Message
from helpdesk.realtime.hub import FrameError, decoded
from helpdesk.realtime.origins import allowed, normal, origin_of
from tests.sockets import Frame, Tab, cookie_of, say, visitor
from tests.stack import Stack

Visitor = Callable[..., tuple[Tab, Frame]]
SITE = "https://shop.example"
HOSTILE: dict[str, str | None] = {
    "missing": None,
    "null": "null",
    "another port": "https://shop.example:8443",
    "http": "http://shop.example",
    "a trailing dot": "https://shop.example.",
    "a name before an @": "https://shop.example@evil.example",
    "our name as a user": "https://evil@shop.example",
    "an IPv6 address": "https://[2001:db8::1]",
    "a sub-domain": "https://x.shop.example",
    "our name as a sub-domain": "https://shop.example.evil.example",
    "our name as an ending": "https://evilshop.example",
    "a path": "https://shop.example/evil",
    "a wildcard": "https://*.example",
    "another scheme": "wss://shop.example",
    "a backslash": "https://shop.example\\@evil.example",
    "half an address": "https://",
}
FRIENDLY = {
    "as it is": SITE,
    "in capitals, which no browser sends": "HTTPS://SHOP.EXAMPLE",
    "with the usual port": "https://shop.example:443",
}
hostile = pytest.mark.parametrize("origin", HOSTILE.values(), ids=HOSTILE)
friendly = pytest.mark.parametrize("origin", FRIENDLY.values(), ids=FRIENDLY)


@pytest.fixture
def listed(inbox: Inbox) -> Inbox:
    inbox.settings = {"origins": [SITE]}
    inbox.save()
    return inbox


# --- The rule -------------------------------------------------------------------------------


@hostile
def test_no_list_lets_them_in(origin: str | None) -> None:
    for known in ([SITE], [f"{SITE}/"], ["https://SHOP.example"], ["nonsense"], [""]):
        assert not allowed((origin or "").strip(), known)


@friendly
def test_the_site_itself(origin: str) -> None:
    assert allowed(origin, [f"{SITE}/"])
    assert normal(origin) == SITE


@pytest.mark.parametrize("known", [[], ["*"]])
def test_open_to_every_real_site(known: list[str]) -> None:
    assert allowed(SITE, known)
    assert allowed("http://[::1]:8000", known)
    for origin in ("null", "https://a@b", "file://", "https://a/b", "javascript:x"):
        assert not allowed(origin, known)


def test_addresses_in_any_script_and_of_version_six() -> None:
    assert allowed("https://xn--w-uga1v8h.example", ["https://żółw.example"])
    assert allowed("http://[::1]:8000", ["http://[::1]:8000/"])
    assert not allowed("http://[::1]:8001", ["http://[::1]:8000/"])


def test_two_origins_are_none() -> None:
    headers = [(b"origin", SITE.encode()), (b"origin", b"https://evil.example")]
    assert origin_of({"headers": headers}) == "null"
    assert origin_of({"headers": headers[:1]}) == SITE
    assert origin_of({}) == ""


# --- The doors ------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db(transaction=True)


@hostile
def test_the_widgets_socket(stack: Stack, listed: Inbox, origin: str | None) -> None:
    with pytest.raises(InvalidStatus):
        Tab(stack, f"/ws/chat/{listed.key}/", origin=origin)


@friendly
def test_the_widgets_socket_for_its_site(stack: Stack, listed: Inbox, origin: str) -> None:
    with Tab(stack, f"/ws/chat/{listed.key}/", origin=origin) as tab:
        tab.send(type="hello")
        assert tab.frame()["type"] == "welcome"


@pytest.mark.parametrize("origin", [*HOSTILE.values(), *FRIENDLY.values()])
def test_the_agents_socket_is_for_our_own_pages(
    stack: Stack, agent: Agent, origin: str | None
) -> None:
    with pytest.raises(InvalidStatus):
        Tab(stack, "/ws/agent/", origin=origin, cookie=cookie_of(agent))


def ask(stack: Stack, inbox: Inbox, method: str, door: str, origin: str | None) -> Any:
    headers = {"Origin": origin} if origin is not None else {}
    body = b'{"type":"got","seq":1}' if method == "POST" else None
    return requests.request(
        method, f"{stack.base}/chat/{inbox.key}/{door}", headers=headers, data=body, timeout=10
    )


DOORS = [("GET", "events/"), ("POST", "do/"), ("POST", "messages/"), ("POST", "attachments/")]


@hostile
def test_no_other_site_reads_an_answer(stack: Stack, listed: Inbox, origin: str | None) -> None:
    for method, door in DOORS:
        for verb in (method, "OPTIONS"):
            answer = ask(stack, listed, verb, door, origin)
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert "Access-Control-Allow-Credentials" not in answer.headers
            assert "Origin" in answer.headers["Vary"]
            if origin is not None:
                assert answer.status_code == 403


def test_the_site_reads_its_answers(stack: Stack, listed: Inbox) -> None:
    for method, door in DOORS:
        asked = ask(stack, listed, "OPTIONS", door, SITE)
        assert asked.status_code == 204
        assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
        answer = ask(stack, listed, method, door, SITE)
        assert answer.status_code in {200, 400}
        for one in (asked, answer):
            assert one.headers["Access-Control-Allow-Origin"] == SITE, "never a star"
            assert "Origin" in one.headers["Vary"]
            assert "Access-Control-Allow-Credentials" not in one.headers


def test_our_own_panel_needs_no_list(stack: Stack, listed: Inbox) -> None:
    answer = ask(stack, listed, "POST", "do/", stack.base)
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


# --- Frames ---------------------------------------------------------------------------------


def nested(depth: int) -> str:
    return '{"type":"hello","page":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


@pytest.mark.parametrize(("depth", "code"), [(10, 0), (11, 4008), (500, 4008), (5000, 4007)])
def test_depth(depth: int, code: int) -> None:
    if not code:
        assert decoded(nested(depth))["type"] == "hello"
        return
    with pytest.raises(FrameError) as refused:
        decoded(nested(depth))
    assert refused.value.code == code


def strange(source: random.Random, depth: int = 0) -> Any:
    plain: list[Any] = [None, True, -1, 2**63, 1.5e308, "", "x", "\x00", "\u202e", [], {}, "9" * 30]
    if depth > 3 or source.random() < 0.6:
        return source.choice(plain)
    if source.random() < 0.5:
        return [strange(source, depth + 1) for _ in range(3)]
    names = ("id", "seq", "a", "url", "title", "\x00")
    return {source.choice(names): strange(source, depth + 1) for _ in range(3)}


FIELDS = ("token", "last_seq", "language", "name", "page", "sitting", "cid", "body", "attachments",
          "answers", "seq", "on", "state", "email", "consent", "score", "text", "solved", "message",
          "button", "everywhere", "visit")  # fmt: skip
KINDS = ("hello", "send", "read", "got", "typing", "ping", "answers", "leave", "end", "rate",
         "transcript", "press", "identify", "sign_out", "nonsense")  # fmt: skip


def test_no_frame_leaves_a_traceback(stack: Stack, open_visitor: Visitor) -> None:
    """Whatever comes: an answer or a close with our code, and a quiet log."""
    source, codes = random.Random(20), set[int | None]()
    tab, _welcome = open_visitor()
    say(tab, "Hello")
    for _ in range(250):
        frame = {name: strange(source) for name in source.sample(FIELDS, 6)}
        try:
            tab.send(**{**frame, "type": source.choice(KINDS)})
            tab.waiting()
        except ConnectionClosed as closed:
            codes.add(closed.rcvd.code if closed.rcvd else None)
            tab, _welcome = open_visitor()
            say(tab, "Hello")
    assert codes == {4008}
    assert "Traceback" not in stack.said("web")


def test_no_body_leaves_a_traceback(stack: Stack, inbox: Inbox) -> None:
    source = random.Random(21)
    bodies = [b"", b"[", b"\xff", b"7", b"x" * 100_000, nested(11).encode()]
    for _ in range(60):
        frame = {name: strange(source) for name in source.sample(FIELDS, 6)}
        frame["type"] = source.choice(KINDS)
        bodies.append(orjson.dumps(frame))
    with requests.Session() as session:
        for body in bodies:
            for door in ("do/", "messages/", "form/"):
                answer = session.post(f"{stack.base}/chat/{inbox.key}/{door}", body, timeout=10)
                assert answer.status_code < 500, (door, body)
    assert "Traceback" not in stack.said("web")


# --- Who one is -----------------------------------------------------------------------------

SECRET = "a secret of the site, 32 bytes at least"


def signed(inbox: Inbox, **facts: Any) -> str:
    claims = {"sub": "42", "aud": inbox.key, "exp": int(time.time()) + 600}
    return jwt.encode({**claims, "jti": uuid.uuid4().hex, **facts}, SECRET, algorithm="HS256")


def test_identify_by_socket(stack: Stack, inbox: Inbox, open_visitor: Visitor) -> None:
    inbox.secrets = {"identity_secret": SECRET}
    inbox.save()
    tab, welcome = open_visitor()
    assert welcome["identified"] is False
    say(tab, "Hello")
    tab.send(type="identify", token=signed(inbox, exp=1))
    assert tab.await_frame("error", code="expired")["for"] == "identify"
    tab.send(type="identify", token=signed(inbox, name="Ada"))
    reply, again = tab.await_frame("identified"), tab.await_frame("welcome")
    assert (reply["name"], again["identified"]) == ("Ada", True)
    assert again["token"] == reply["token"] != welcome["token"]
    assert [one["body"] for one in again["messages"]] == ["Hello"]
    say(tab, "Still here")
    assert Message.objects.count() == 2
    _old, late = open_visitor(welcome["token"])
    assert (late["token"], late["messages"]) == ("", [])


def test_sign_out_everywhere_closes_the_other_browser(
    stack: Stack, inbox: Inbox, open_visitor: Visitor
) -> None:
    inbox.secrets = {"identity_secret": SECRET}
    inbox.save()
    first, _welcome = open_visitor()
    second, _welcome = open_visitor()
    for tab in (first, second):
        tab.send(type="identify", token=signed(inbox))
        tab.await_frame("welcome")
        say(tab, "Hello")
    first.send(type="sign_out", everywhere=True)
    assert first.await_frame("signed_out")
    assert second.await_frame("bye", seconds=5)["reason"] == "signed out"
    with pytest.raises(ConnectionClosed):
        second.await_frame("never", seconds=5)
    assert not VisitorSession.objects.filter(revoked_at=None).exists()
    first.send(type="hello")
    assert first.await_frame("welcome")["conversation"] is None


def test_tokens_are_in_no_address_and_no_log(stack: Stack, inbox: Inbox) -> None:
    tab, welcome = visitor(stack, inbox)
    with tab:
        say(tab, "Hello")
    assert welcome["token"] not in stack.said("web")
    answer = requests.get(
        f"{stack.base}/chat/{inbox.key}/events/?token={welcome['token']}", timeout=10
    )
    assert answer.json()["conversation"] is None, "an address is no place for it"
