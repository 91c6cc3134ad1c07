"""The screen of a mailbox, with a real Dovecot and a real HTTP server that plays the provider."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from channels_email import fetching, oauth
from channels_email.fetching import Fetcher
from channels_email.imap import LostError, Session
from channels_email.models import FetchedMailbox, MailboxState, MailFolder, SkippedMail
from helpdesk.models import ChannelHealth, InboundEvent, Inbox, Role
from tests import factories
from tests.channels_email import dovecot
from tests.channels_email.samples import ADDRESS
from tests.channels_email.test_fetching import (
    inbox,
    letter,
    mailbox,
    person,
    running,
    server,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not shutil.which("dovecot", path="/usr/sbin:/usr/bin"), reason="needs dovecot-imapd"
    ),
]
__all__ = ["inbox", "running", "server"]


@pytest.fixture
def admin(inbox: Inbox) -> Client:
    client = Client()
    client.force_login(factories.agent(role=Role.ADMIN))
    return client


def connection_form(server: dovecot.Dovecot, **facts: object) -> dict[str, object]:
    return {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": dovecot.USER,
        "sign_in": "password",
        "password": dovecot.PASSWORD,
        **facts,
    }


def test_connect_look_choose_and_start(
    admin: Client, inbox: Inbox, server: dovecot.Dovecot
) -> None:
    place = f"/settings/fetching/{inbox.pk}/"
    server.drop(letter(1), letter(2))
    server.drop(letter(3), age_days=20)
    assert admin.get(place).status_code == 200
    assert admin.post(place, connection_form(server)).status_code == 302
    looked = admin.post(f"{place}look/").content.decode()
    assert 'num">2</dd>' in looked
    assert 'num">3</dd>' in looked
    assert "Ann Example" in looked
    with person(server) as somebody:
        assert somebody.search(None, "SEEN")[1] == [b""], "looking marks nothing"
    assert not InboundEvent.objects.exists()
    chosen = {"folders": ["INBOX"], "fill": "7", "move_to": ""}
    assert admin.post(f"{place}start/", chosen).status_code == 302
    made = FetchedMailbox.objects.get()
    assert made.state == MailboxState.RUNNING
    assert Fetcher(made.pk).pass_once() == 2
    page = admin.get(place).content.decode()
    assert "Last looked at" in page
    assert dovecot.PASSWORD not in page
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == [
        "mailbox connection changed",
        "mailbox started",
    ]


def test_secrets_are_encrypted_kept_and_never_shown(
    admin: Client, inbox: Inbox, server: dovecot.Dovecot
) -> None:
    place = f"/settings/fetching/{inbox.pk}/"
    admin.post(place, connection_form(server))
    admin.post(place, connection_form(server, password=""))
    assert FetchedMailbox.objects.get().secrets == {"password": dovecot.PASSWORD}
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM channels_email_fetchedmailbox")
        assert dovecot.PASSWORD.encode() not in bytes(cursor.fetchone()[0])
    assert dovecot.PASSWORD not in admin.get(place).content.decode()
    admin.post(place, connection_form(server, password="", host="other.example"))
    assert FetchedMailbox.objects.get().secrets == {}, "a password is not sent to another server"


def test_a_wrong_password_is_told_at_once(
    admin: Client, inbox: Inbox, server: dovecot.Dovecot
) -> None:
    place = f"/settings/fetching/{inbox.pk}/"
    admin.post(place, connection_form(server, password="wrong"))
    page = admin.post(f"{place}look/").content.decode()
    assert "It does not work yet" in page
    assert admin.post(place, connection_form(server, port=70000)).status_code == 400


def test_only_administrators(inbox: Inbox, server: dovecot.Dovecot) -> None:
    mailbox(inbox, server)
    team = factories.team()
    inbox.teams.add(team)
    client = Client()
    client.force_login(factories.agent(role=Role.SUPERVISOR, teams=[team]))
    place = f"/settings/fetching/{inbox.pk}/"
    assert client.get(place).status_code == 403
    for verb in ("look", "start", "pause", "resume", "again"):
        assert client.post(f"{place}{verb}/").status_code == 403
    assert client.get(f"{place}connect/").status_code == 403
    assert Client().get(place).status_code == 302


def test_a7_one_click_resumes_a_broken_mailbox(
    admin: Client, inbox: Inbox, server: dovecot.Dovecot
) -> None:
    box = mailbox(inbox, server, password="wrong")
    for _ in range(fetching.SIGN_IN_TRIES):
        Fetcher(box.pk).run()
        FetchedMailbox.objects.update(retry_at=None, lease_until=None)
    place = f"/settings/fetching/{inbox.pk}/"
    assert "Stopped: nothing comes in" in admin.get(place).content.decode()
    assert "cannot be reached: nothing comes in there" in admin.get("/settings/").content.decode()
    FetchedMailbox.objects.update(secrets={"password": dovecot.PASSWORD})
    admin.post(f"{place}resume/")
    server.drop(letter(1))
    assert Fetcher(box.pk).pass_once() == 1
    assert not ChannelHealth.objects.filter(broken=True).exists()
    admin.post(f"{place}pause/")
    FetchedMailbox.objects.update(lease_until=None)
    assert Fetcher(box.pk).pass_once() == 0


def test_a6_what_was_passed_by_is_shown_and_tried_again(
    admin: Client, inbox: Inbox, server: dovecot.Dovecot
) -> None:
    box = mailbox(inbox, server)
    folder = MailFolder.objects.get(mailbox=box)
    SkippedMail.objects.create(folder=folder, uidvalidity=1, uid=77, error="no content")
    place = f"/settings/fetching/{inbox.pk}/"
    page = admin.get(place).content.decode()
    assert "UID 77" in page
    assert "no content" in page
    admin.post(f"{place}again/")
    assert SkippedMail.objects.get().again


class Provider:
    """Plays the token endpoint; `answers` are used up in order, `asked` is what came."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answers: list[tuple[int, dict[str, object]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                form = parse_qs(self.rfile.read(size).decode())
                outer.asked.append({name: value[0] for name, value in form.items()})
                status, told = outer.answers.pop(0)
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    made = Provider()
    there = {
        "authorize_url": "https://accounts.example/authorize",
        "token_url": f"http://{made.place}/token",
        "scope": "mail",
    }
    monkeypatch.setattr(settings, "MAIL_OAUTH", {"google": there, "microsoft": there})
    monkeypatch.setattr(settings, "OUTBOUND_ALLOWED_HOSTS", [made.place])
    yield made
    made.stop()


def tokens(**more: object) -> tuple[int, dict[str, object]]:
    return 200, {"access_token": "at-1", "refresh_token": "rt-1", "expires_in": 3600, **more}


def token_mailbox(inbox: Inbox, **facts: object) -> FetchedMailbox:
    return FetchedMailbox.objects.create(
        inbox=inbox,
        host="127.0.0.1",
        port=1,
        security="none",
        username=ADDRESS,
        sign_in="google",
        client_id="client-1",
        state=MailboxState.RUNNING,
        **facts,
    )


def test_oauth_code_flow_with_pkce(admin: Client, inbox: Inbox, provider: Provider) -> None:
    token_mailbox(inbox, secrets={"client_secret": "cs"})
    gone = admin.get(f"/settings/fetching/{inbox.pk}/connect/")["Location"]
    asked = {name: value[0] for name, value in parse_qs(urlsplit(gone).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["client_id"] == "client-1"
    provider.answers.append(tokens())
    back = "/settings/fetching/connected/"
    assert admin.get(back, {"code": "c", "state": asked["state"]}).status_code == 302
    [form] = provider.asked
    verified = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
    assert verified.decode().rstrip("=") == asked["code_challenge"]
    assert (form["grant_type"], form["client_secret"]) == ("authorization_code", "cs")
    assert form["redirect_uri"] == asked["redirect_uri"]
    kept = FetchedMailbox.objects.get()
    assert kept.secrets == {"client_secret": "cs", "access_token": "at-1", "refresh_token": "rt-1"}
    again = admin.get(back, {"code": "c", "state": asked["state"]})
    assert again.status_code == 403, "a state is good once"


def test_oauth_a_foreign_state_is_refused(admin: Client, inbox: Inbox, provider: Provider) -> None:
    token_mailbox(inbox)
    admin.get(f"/settings/fetching/{inbox.pk}/connect/")
    back = "/settings/fetching/connected/"
    assert admin.get(back, {"code": "c", "state": "guessed"}).status_code == 403
    assert provider.asked == []


def test_oauth_tokens_are_renewed_early_and_replaced(inbox: Inbox, provider: Provider) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=5)
    box = token_mailbox(
        inbox, token_until=soon, secrets={"access_token": "old", "refresh_token": "rt-0"}
    )
    provider.answers.append(tokens())
    assert oauth.access_token(box) == "at-1"
    assert oauth.access_token(box) == "at-1"
    assert [form["grant_type"] for form in provider.asked] == ["refresh_token"]
    assert FetchedMailbox.objects.get().secrets["refresh_token"] == "rt-1"


def test_oauth_a_withdrawn_permission_is_an_alarm_before_it_is_a_failure(
    inbox: Inbox, provider: Provider
) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=5)
    box = token_mailbox(
        inbox, token_until=soon, secrets={"access_token": "old", "refresh_token": "rt-0"}
    )
    provider.answers += [(400, {"error": "invalid_grant"})] * 2
    assert oauth.access_token(box) == "old"
    health = ChannelHealth.objects.get()
    assert (health.way, health.advice, health.broken) == ("token", "reconnect", False)
    assert "invalid_grant" in health.error
    box.token_until = datetime.now(UTC) - timedelta(seconds=1)
    with pytest.raises(oauth.TokenError):
        oauth.access_token(box)


def test_oauth_a_provider_that_is_away_is_tried_again(inbox: Inbox, provider: Provider) -> None:
    box = token_mailbox(inbox, secrets={"refresh_token": "rt-0"})
    provider.answers.append((503, {}))
    with pytest.raises(LostError):
        oauth.access_token(box)


def test_a7_a_withdrawn_permission_ends_in_a_broken_mailbox(
    inbox: Inbox, provider: Provider
) -> None:
    box = token_mailbox(inbox, secrets={"refresh_token": "rt-0"})
    provider.answers += [(400, {"error": "invalid_grant"})] * fetching.SIGN_IN_TRIES
    for _ in range(fetching.SIGN_IN_TRIES):
        Fetcher(box.pk).run()
        FetchedMailbox.objects.update(retry_at=None, lease_until=None)
    box.refresh_from_db()
    assert box.state == MailboxState.BROKEN
    assert ChannelHealth.objects.get(way="imap").advice == "reconnect"


def test_oauth_the_words_of_xoauth2(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bytes] = []

    class Wire:
        capabilities = ("IDLE",)

        def authenticate(self, mechanism: str, words: object) -> None:
            assert mechanism == "XOAUTH2"
            assert callable(words)
            said.extend([words(b""), words(b"eyJzdGF0dXMiOiI0MDAifQ==")])

        def capability(self) -> tuple[str, list[bytes]]:
            return "OK", [b"IMAP4REV1 IDLE"]

    session = Session.__new__(Session)
    monkeypatch.setattr(session, "_imap", Wire(), raising=False)
    session.xoauth2("help@x.example", "token")
    assert said == [b"user=help@x.example\x01auth=Bearer token\x01\x01", b""]
