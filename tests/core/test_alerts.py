"""Agents are called: Web Push that only their browser can read, and nobody else is told."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import connection
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from helpdesk import inbound, quick_redis, web_push
from helpdesk.adapters import Raw, UnreadableError
from helpdesk.models import Agent, PushKey, PushSubscription, Role, TeamMembership
from helpdesk.services import alerts, assignments
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db


class Browser:
    """The receiving half of RFC 8291, written by itself: what a browser does with a push."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"sixteen  secrets"

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    def keys(self) -> dict[str, str]:
        return {"p256dh": web_push.write64(self.public), "auth": web_push.write64(self.auth)}

    def read(self, body: bytes) -> bytes:
        salt, size, sender, sealed = body[:16], body[20], body[21:86], body[86:]
        assert size == len(sender)
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.key.exchange(ec.ECDH(), theirs)

        def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
            return HKDF(hashes.SHA256(), length, salt, info).derive(secret)

        secret = hkdf(self.auth, shared, b"WebPush: info\0" + self.public + sender, 32)
        key = hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        assert plain.endswith(b"\x02")
        return plain[:-1]


@dataclass
class PushService:
    """A real HTTP server in the part of a browser maker's push service."""

    base: str = ""
    status: int = 201
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def words(self, browser: Browser) -> list[dict[str, Any]]:
        return [orjson.loads(browser.read(body)) for _headers, body in self.calls]


@pytest.fixture
def service(settings: Settings) -> Iterator[PushService]:
    made = PushService()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.calls.append(({name.lower(): v for name, v in self.headers.items()}, body))
            self.send_response(made.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Silence."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.base = f"http://127.0.0.1:{server.server_port}"
        settings.OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{server.server_port}"]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


def subscribed(agent: Agent, service: PushService, path: str = "/a") -> Browser:
    browser = Browser()
    alerts.subscribe(agent, endpoint=service.base + path, device="Firefox", **browser.keys())
    return browser


def test_the_example_of_rfc_8291() -> None:
    """Section 5 and appendix A: the very bytes."""
    sender = ec.derive_private_key(
        int.from_bytes(web_push.read64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")),
        ec.SECP256R1(),
    )
    body = web_push.encrypted(
        b"When I grow up, I want to be a watermelon",
        receiver="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth="BTBZMqHH6r4Tts7J_aSIgg",
        sender=sender,
        salt=web_push.read64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert web_push.write64(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_too_many_words_and_false_keys() -> None:
    browser = Browser().keys()
    receiver, auth = browser["p256dh"], browser["auth"]
    most = web_push.encrypted(b"x" * web_push.MAX_WORDS, receiver=receiver, auth=auth)
    assert len(most) == web_push.RECORD
    with pytest.raises(ValueError, match="more than"):
        web_push.encrypted(b"x" * (web_push.MAX_WORDS + 1), receiver=receiver, auth=auth)
    for p256dh, secret in [("", auth), ("AAAA", auth), (receiver, "AAAA"), (receiver, "%")]:
        with pytest.raises(web_push.BadKeyError):
            web_push.encrypted(b"x", receiver=p256dh, auth=secret)


def test_a_call_is_read_by_its_browser_alone(desk: Desk, service: PushService) -> None:
    made = factories.conversation(desk.inbox, "visitor-1", "Where is my parcel?")
    browser = subscribed(desk.agent, service)
    assert alerts.push(desk.agent.pk, "offered", made.pk) == 1
    ((headers, body),) = service.calls
    assert service.words(browser) == [
        {
            "title": f"Offered to you: {made.customer}",
            "body": "Where is my parcel?",
            "tag": f"c{made.pk}",
            "url": f"/inbox/c/{made.pk}/",
        }
    ]
    assert b"parcel" not in body
    assert headers["content-encoding"] == "aes128gcm"
    assert (headers["ttl"], headers["urgency"]) == ("30", "high")
    scheme, _space, rest = headers["authorization"].partition(" ")
    token, public = (one.split("=", 1)[1] for one in rest.split(", "))
    assert scheme == "vapid"
    assert public == web_push.public(alerts.own_key())
    claims = jwt.decode(token, web_push.point(public), algorithms=["ES256"], audience=service.base)
    assert claims["sub"].startswith(("mailto:", "https:"))


def test_who_may_not_see_it_is_not_told(desk: Desk, service: PushService) -> None:
    made = factories.conversation(desk.inbox)
    for agent in (desk.agent, desk.stranger):
        subscribed(agent, service, f"/{agent.pk}")
    assert alerts.push(desk.stranger.pk, "answered", made.pk) == 0
    TeamMembership.objects.filter(agent=desk.agent).update(active=False)
    assert alerts.push(desk.agent.pk, "answered", made.pk) == 0
    Agent.objects.filter(pk=desk.admin.pk).update(is_active=False)
    assert alerts.push(desk.admin.pk, "answered", made.pk) == 0
    assert service.calls == []


def test_a_browser_that_is_gone_is_forgotten(desk: Desk, service: PushService) -> None:
    subscribed(desk.agent, service)
    service.status = 503
    assert alerts.try_out(desk.agent) == 0
    assert PushSubscription.objects.get().fault == "HTTP 503"
    service.status = 410
    assert alerts.try_out(desk.agent) == 0
    assert not PushSubscription.objects.exists()


def test_an_address_inside_the_house_is_not_called(desk: Desk, service: PushService) -> None:
    browser = Browser()
    alerts.subscribe(desk.agent, endpoint="http://127.0.0.1:9/x", device="", **browser.keys())
    assert alerts.try_out(desk.agent) == 0
    assert "private" in PushSubscription.objects.get().fault


def test_only_what_was_chosen(desk: Desk, service: PushService, client: Client) -> None:
    made = factories.conversation(desk.inbox)
    subscribed(desk.agent, service)
    client.force_login(desk.agent)
    given = client.patch("/api/v1/alerts/", {"answered": ["sound"]}, "application/json").json()
    assert given["choices"]["answered"] == ["sound"]
    assert given["choices"]["offered"] == ["sound", "desktop", "push"]
    assert alerts.push(desk.agent.pk, "answered", made.pk) == 0
    assert alerts.push(desk.agent.pk, "assigned", made.pk) == 1
    wrong: dict[str, Any]
    for wrong in ({"answered": ["shout"]}, {"answered": 3}, {"asleep": []}, {"answered": [[]]}):
        answer = client.patch("/api/v1/alerts/", wrong, "application/json")
        assert (answer.status_code, list(answer.json())) == (400, list(wrong))


def test_a_browser_belongs_to_who_signed_in_last(
    desk: Desk, service: PushService, client: Client
) -> None:
    keys = Browser().keys()
    for agent in (desk.agent, desk.stranger):
        client.force_login(agent)
        wanted = {"endpoint": "https://push.example/x", "device": "Safari", **keys}
        answer = client.post("/api/v1/alerts/browsers/", wanted, "application/json")
        assert answer.status_code == 204
    assert PushSubscription.objects.get().agent_id == desk.stranger.pk
    client.force_login(desk.agent)
    named = {"endpoint": "https://push.example/x"}
    assert client.delete("/api/v1/alerts/browsers/", named, "application/json").status_code == 204
    assert PushSubscription.objects.count() == 1  # another's is not touched
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM helpdesk_pushsubscription")
        assert b"push.example" not in bytes(cursor.fetchone()[0])


def test_the_oldest_browsers_are_forgotten(desk: Desk, service: PushService) -> None:
    for number in range(alerts.MOST_BROWSERS + 3):
        subscribed(desk.agent, service, f"/{number}")
    left = {one.secrets["endpoint"] for one in PushSubscription.objects.all()}
    assert left == {f"{service.base}/{n}" for n in range(3, alerts.MOST_BROWSERS + 3)}


def test_one_key_and_a_lost_one_is_made_anew(desk: Desk) -> None:
    key = alerts.own_key()
    assert alerts.own_key() == key
    PushKey.objects.update(key={})
    assert alerts.own_key() != key
    assert PushKey.objects.count() == 1


def test_events_wake_a_worker_for_those_with_a_browser(
    desk: Desk,
    service: PushService,
    nudges: list[tuple[Any, ...]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def wrote(body: str) -> None:
        inbound.receive(desk.inbox, factories.inbound_message("visitor-1", body))

    def pushes() -> list[tuple[Any, ...]]:
        return [one[1:] for one in nudges if one[0] == "helpdesk.push"]

    made = factories.conversation(desk.inbox, "visitor-1")
    with django_capture_on_commit_callbacks(execute=True):
        assignments.assign(made.pk, desk.agent, by=desk.supervisor)
    assert pushes() == []  # no browser yet
    with django_capture_on_commit_callbacks(execute=True):
        subscribed(desk.agent, service)
    with django_capture_on_commit_callbacks(execute=True):
        wrote("And now?")
    assert pushes() == [(desk.agent.pk, "answered", made.pk)]
    with django_capture_on_commit_callbacks(execute=True):
        assignments.assign(made.pk, None, by=desk.agent)
        assignments.assign(made.pk, desk.agent, by=desk.agent)  # their own act is no news
    assert len(pushes()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        alerts.unsubscribe(desk.agent, endpoint=f"{service.base}/a")
        wrote("Hello?")
    assert pushes()[-1] == (desk.agent.pk, "answered", made.pk)


def test_the_page_and_the_worker(desk: Desk, client: Client) -> None:
    assert client.get("/you/").status_code == 302
    client.force_login(desk.agent)
    page = client.get("/you/").content.decode()
    assert page.count('data-way="push"') == len(alerts.EVENTS)
    worker = client.get("/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in worker.content


@pytest.mark.django_db
def test_what_cannot_be_read_calls_supervisors_once(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[Any, ...]] = []

    def wake(*args: Any) -> bool:
        woken.append(args)
        return True

    monkeypatch.setattr("helpdesk.nudge.wake", wake)
    quick_redis.client().delete(alerts.UNREAD)
    team = factories.team()
    inbox = factories.inbox(teams=[team])
    boss, agent = (factories.agent(role=role) for role in (Role.SUPERVISOR, Role.AGENT))
    browsers = {}
    for one in (boss, agent):
        one.teams.add(team)
        browsers[one.pk] = subscribed(one, service, f"/{one.pk}")
    alerts.remember()
    for number in range(3):
        event, _new = inbound.accept(inbox, Raw(f"poison-{number}", b"x"), wake=False)
        inbound._put_off(event, UnreadableError("poison"))

    pushes = [args[1:] for args in woken if args[0] == "helpdesk.push"]
    assert pushes == [(boss.pk, "unread", 0)]
    assert alerts.push(*pushes[0]) == 1
    assert alerts.push(agent.pk, "unread", 0) == 0
    (words,) = service.words(browsers[boss.pk])
    assert words["url"] == "/settings/unread/"
    assert words["body"].endswith("3")
