"""Limits, bans, the shield of the form, the callers behind proxies, files that run."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest
import redis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from time_machine import travel

from chat import guard, sessions
from chat.models import Ban, BanKind
from helpdesk import client_ip, quick_redis
from helpdesk.models import Conversation, Inbox
from tests import factories

pytestmark = pytest.mark.django_db
PROXIES = ["127.0.0.1", "10.0.0.0/8"]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def inbox() -> Inbox:
    return factories.inbox()


@pytest.fixture
def client() -> Client:
    return Client(REMOTE_ADDR="203.0.113.7")


@pytest.fixture
def valkey(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Counted by Valkey, or by this process because it cannot be reached."""
    monkeypatch.setattr(guard, "_back_at", 0.0)
    monkeypatch.setattr(guard, "_local", guard._Local())
    if request.param:
        return True

    def gone() -> redis.Redis:
        raise redis.ConnectionError

    monkeypatch.setattr(quick_redis, "client", gone)
    return False


both = pytest.mark.parametrize("valkey", [True, False], indirect=True, ids=["valkey", "alone"])


def fails(limit: guard.Limit, inbox: Inbox, sender: str) -> int:
    """0 if counted, else the milliseconds to wait."""
    try:
        guard.take(limit, inbox, sender)
    except guard.RefusedError as error:
        return int(error.answer()["retry_ms"])
    return 0


@both
def test_so_many_and_no_more(inbox: Inbox, *, valkey: bool) -> None:
    limit = guard.Limit("trial", 7)
    assert [bool(fails(limit, inbox, "a")) for _ in range(9)] == [False] * 7 + [True] * 2
    assert not fails(limit, inbox, "b"), "senders are counted apart"
    assert not fails(limit, factories.inbox(), "a"), "and so are widgets"
    assert not fails(guard.Limit("other", 7), inbox, "a"), "and limits"
    assert 0 < fails(limit, inbox, "a") <= 120_000


@both
def test_who_waits_as_long_as_he_was_told_may_go_on(inbox: Inbox, *, valkey: bool) -> None:
    limit = guard.Limit("short", 4, seconds=0.4)
    for _ in range(12):
        wait = fails(limit, inbox, "a")
        time.sleep(wait / 1000 + 0.002 if wait else 0)
        if wait:
            assert not fails(limit, inbox, "a")


@both
def test_no_window_of_the_length_holds_many_more(inbox: Inbox, *, valkey: bool) -> None:
    limit, taken = guard.Limit("slide", 10, seconds=0.3), []
    end = time.monotonic() + 1.2
    while time.monotonic() < end:
        if not fails(limit, inbox, "a"):
            taken.append(time.monotonic())
        time.sleep(0.002)
    most = max(sum(at <= one < at + 0.3 for one in taken) for at in taken)
    assert 25 <= len(taken) <= 55
    assert most < 20, "never twice as many, however the rush falls"


def test_a_process_forgets_the_oldest(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "REMEMBERED", 3)
    local = guard._Local()
    for name in "abcd":
        local.wait(name, 1, 1000, 5)
    assert list(local._kept) == ["b", "c", "d"]


def test_texts_of_a_minute(inbox: Inbox) -> None:
    assert guard.texts(inbox).most == 40
    assert guard.texts(factories.inbox(settings={"texts_per_minute": 9})).most == 12
    assert guard.texts(factories.inbox(settings={"texts_per_minute": "many"})).most == 40


# --- Callers -------------------------------------------------------------------------------


def caller(peer: str, forwarded: str | None = None) -> str:
    headers: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **headers)
    scope = {
        "client": [peer, 1],
        "headers": [(b"x-forwarded-for", forwarded.encode())] if forwarded is not None else [],
    }
    assert client_ip.of_request(request) == client_ip.of_scope(scope)
    return str(client_ip.of_request(request))


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "10.1.1.1", "10.1.1.1"),
        ("::ffff:203.0.113.7", None, "203.0.113.7"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", None, "fe80::1"),
        ("", "198.51.100.1", "None"),
    ],
)
def test_a_proxy_is_believed_only_if_it_is_ours(
    settings: Any, peer: str, forwarded: str | None, found: str
) -> None:
    settings.TRUSTED_PROXIES = PROXIES
    assert caller(peer, forwarded) == found


def test_an_ipv6_site_is_one_caller() -> None:
    one, same = ip_address("2001:db8:1:2::1"), ip_address("2001:db8:1:2:ffff::9")
    other = ip_address("2001:db8:1:3::1")
    assert client_ip.keyed(one) == client_ip.keyed(same) != client_ip.keyed(other)
    assert client_ip.group(ip_address("203.0.113.7")) == "203.0.113.7"
    assert client_ip.keyed(None) == ""


def test_a_thousand_forged_addresses_are_one(settings: Any, inbox: Inbox) -> None:
    """SEC-34: only our proxy's word counts."""
    settings.TRUSTED_PROXIES = []
    codes = [
        Client(REMOTE_ADDR="203.0.113.9")
        .post(
            f"/chat/{inbox.key}/do/",
            {"type": "got", "seq": 1},
            "application/json",
            HTTP_X_FORWARDED_FOR=f"198.51.{number // 250}.{number % 250}",
        )
        .status_code
        for number in range(60)
    ]
    assert codes.count(200) == 20
    assert set(codes[20:]) == {429}


def test_this_machine_is_not_counted(inbox: Inbox) -> None:
    for _ in range(50):
        guard.take_of(guard.Limit("home", 1), inbox, ip_address("127.0.0.1"))
        guard.take_of(guard.Limit("home", 1), inbox, None)


# --- HTTP answers ---------------------------------------------------------------------------


def send(client: Client, inbox: Inbox, token: str = "", body: str = "Hello") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    frame = {"cid": str(uuid.uuid4()), "body": body}
    return client.post(f"/chat/{inbox.key}/messages/", frame, "application/json", headers=headers)


def test_too_many_texts_are_told_when_to_go_on(client: Client) -> None:
    inbox = factories.inbox(settings={"texts_per_minute": 3})
    token = send(client, inbox).json()["token"]
    for _ in range(3):
        assert send(client, inbox, token).status_code == 201
    refused = send(client, inbox, token)
    told = refused.json()
    assert (refused.status_code, told["code"], told["retryable"]) == (429, "slow_down", True)
    assert 0 < told["retry_ms"] <= 120_000
    assert int(refused["Retry-After"]) * 1000 >= told["retry_ms"]


def test_new_sessions_of_one_address(client: Client, inbox: Inbox) -> None:
    first = send(client, inbox).json()["token"]
    codes = [send(client, inbox).status_code for _ in range(21)]
    assert codes == [201] * 19 + [429] * 2
    assert send(client, inbox, first).status_code == 201, "who is known is not new"
    assert send(Client(REMOTE_ADDR="203.0.113.8"), inbox).status_code == 201


def test_uploads_of_a_minute(client: Client, inbox: Inbox) -> None:
    token = send(client, inbox).json()["token"]
    codes = [upload(client, inbox, "a.txt", b"hello", token).status_code for _ in range(11)]
    assert codes == [201] * 10 + [429]


def upload(client: Client, inbox: Inbox, name: str, data: bytes, token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    file = SimpleUploadedFile("x", data)
    file._name = name  # type: ignore[attr-defined]
    return client.post(f"/chat/{inbox.key}/attachments/", {"file": file}, headers=headers)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("setup.exe", b"MZ\x90\x00" + b"\x00" * 60),
        ("photo.jpg", b"MZ\x90\x00" + b"\x00" * 60),
        ("photo.jpg", b"\x7fELF\x02\x01\x01" + b"\x00" * 60),
        ("run", b"#!/bin/sh\nrm -rf /\n"),
        ("invoice.pdf.exe", b"hello"),
        ("invoice.SCR", b"hello"),
        ("invoice.bat.", b"hello"),
        ("invoice\u202egpj.exe", b"hello"),
        ("list.vbs ", b"hello"),
        ("page.hta", b"<script></script>"),
    ],
)
def test_programs_are_refused(client: Client, inbox: Inbox, name: str, data: bytes) -> None:
    refused = upload(client, inbox, name, data)
    assert (refused.status_code, refused.json()["code"]) == (415, "forbidden_type")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("drawing.svg", SVG),
        ("photo.png", SVG),
        ("a.pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"),
        ("notes.txt", b"MZungu is a word"[1:]),
    ],
)
def test_what_may_carry_scripts_is_only_ever_a_download(
    client: Client, inbox: Inbox, name: str, data: bytes
) -> None:
    kept = upload(client, inbox, name, data)
    assert kept.status_code == 201
    token, pk = kept.json()["token"], kept.json()["id"]
    bearer = {"Authorization": f"Bearer {token}"}
    frame = {"cid": str(uuid.uuid4()), "body": "see", "attachments": [pk]}
    client.post(f"/chat/{inbox.key}/messages/", frame, "application/json", headers=bearer)
    got = client.get(f"/chat/{inbox.key}/files/{pk}/", headers=bearer)
    assert got.status_code == 200
    assert got["Content-Disposition"].startswith("attachment")
    assert got["Content-Type"] == "application/octet-stream"
    assert "sandbox" in got["Content-Security-Policy"]
    got.close()


def test_size_and_emptiness_have_codes(settings: Any, client: Client, inbox: Inbox) -> None:
    settings.MAX_ATTACHMENT_BYTES = 10
    big = upload(client, inbox, "a.txt", b"x" * 11)
    assert (big.status_code, big.json()["code"], big.json()["limit"]) == (413, "too_large", 10)
    assert upload(client, inbox, "a.txt", b"").json()["code"] == "empty_file"


# --- Bans -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(BanKind))
def test_a_banned_visitor_is_told_so_until_it_ends(
    client: Client, inbox: Inbox, kind: BanKind
) -> None:
    token = send(client, inbox).json()["token"]
    conversation = Conversation.objects.get()
    until = datetime.now(UTC) + timedelta(hours=1)
    value = guard.value_of(conversation, kind)
    assert value
    guard.ban(inbox, kind, value, until=until, reason="spam", by=None)
    refused = send(client, inbox, token)
    told = refused.json()
    assert (refused.status_code, told["code"], told["retryable"]) == (403, "banned", False)
    assert told["until"] == until.isoformat(timespec="seconds")
    assert upload(client, inbox, "a.txt", b"hi", token).status_code == 403
    assert send(client, factories.inbox()).status_code == 201, "a ban is of one widget"
    stranger = Client(REMOTE_ADDR="203.0.113.8")
    assert send(stranger, inbox).status_code == 201
    with travel(until + timedelta(seconds=1)):
        assert send(client, inbox, token).status_code == 201


def test_a_second_ban_replaces_the_first(inbox: Inbox) -> None:
    now = datetime.now(UTC)
    for hours in (1, -1):
        until = now + timedelta(hours=hours)
        guard.ban(inbox, BanKind.VISITOR, "v", until=until, reason="", by=None)
    visitor = sessions.open_session(inbox, "")
    visitor.address = "v"
    guard.admit(visitor)


# --- The form -------------------------------------------------------------------------------


def test_people_and_robots() -> None:
    assert guard.human(trap="", took_ms=3500)
    assert not guard.human(trap="http://pills.example", took_ms=35_000)
    assert not guard.human(trap="", took_ms=800)
    with travel(datetime(2026, 5, 1, 12, tzinfo=UTC), tick=False) as clock:
        shown = guard.stamp()
        assert not guard.human(trap="", took_ms=9999, shown=shown), "not three seconds ago"
        clock.shift(10)
        assert guard.human(trap="", took_ms=9999, shown=shown)
        assert not guard.human(trap="", took_ms=9999, shown=shown[:-1] + "~")
        assert not guard.human(trap="", took_ms=9999, shown="")
        clock.shift(guard.FORM_LIVES)
        assert not guard.human(trap="", took_ms=9999, shown=shown)


# --- Those who ban --------------------------------------------------------------------------


def test_an_agent_bans_the_visitor_of_a_conversation(client: Client) -> None:
    team = factories.team()
    inbox = factories.inbox(teams=[team])
    token = send(client, inbox).json()["token"]
    conversation = Conversation.objects.get()
    desk, stranger = Client(), Client()
    desk.force_login(factories.agent(teams=[team]))
    stranger.force_login(factories.agent(teams=[factories.team()]))
    address = f"/api/v1/conversations/{conversation.pk}/ban/"
    asked = {"kind": "visitor", "hours": 2, "reason": "Swears"}
    assert stranger.post(address, asked, "application/json").status_code == 404
    assert Client().post(address, asked, "application/json").status_code == 403
    for wrong in ({"kind": "x"}, {"hours": 0}, {"hours": 10**6}):
        assert desk.post(address, {**asked, **wrong}, "application/json").status_code == 400
    assert send(client, inbox, token).status_code == 201
    assert desk.post(address, asked, "application/json").status_code == 201
    assert send(client, inbox, token).json()["code"] == "banned"


def test_bans_in_the_admin(client: Client) -> None:
    team = factories.team()
    inbox, other = factories.inbox(teams=[team]), factories.inbox()
    token = send(client, inbox).json()["token"]
    number = Conversation.objects.get().pk
    desk = Client()
    desk.force_login(factories.agent(teams=[team], role="supervisor"))

    def add(who: str, kind: str = "network", where: Inbox = inbox) -> str:
        fields = {"inbox": where.pk, "kind": kind, "who": who, "days": 7, "reason": "Spam"}
        return desk.post("/admin/chat/ban/add/", fields).content.decode()

    assert "Nobody was found" in add("nonsense")
    assert "Nobody was found" in add("999999", "visitor")
    assert "Select a valid choice" in add("203.0.113.7", where=other)
    assert not Ban.objects.exists()
    assert add("203.0.113.7") == add("203.0.113.7") == ""
    ban = Ban.objects.get()
    assert "203.0.113" not in str(Ban.objects.values().get())
    assert send(client, inbox, token).json()["code"] == "banned"
    page = desk.get("/admin/chat/ban/").content.decode()
    assert "Spam" in page
    assert desk.get(f"/admin/chat/ban/{ban.pk}/change/").status_code == 200
    desk.post(f"/admin/chat/ban/{ban.pk}/delete/", {"post": "yes"})
    assert send(client, inbox, token).status_code == 201
    assert add(f"#{number}", "visitor") == ""
    assert send(client, inbox, token).json()["code"] == "banned"
    assert ban.inbox_id == inbox.pk
