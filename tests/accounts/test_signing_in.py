"""Signing in by password and second factor, a forgotten password, and what strangers learn."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import get_hashers
from django.core import mail
from django.test import Client

from helpdesk import quick_redis
from helpdesk.models import Agent, Notice
from helpdesk.services import notices
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "seven wet stones in a row"


@pytest.fixture
def agent(db: None) -> Agent:
    return factories.agent(email="mo@desk.example", first_name="Mo")


def sign_in(client: Client, password: str = factories.PASSWORD, **more: Any) -> Any:
    form = {"username": more.pop("email", "mo@desk.example"), "password": password}
    return client.post("/login/", form, **more)


def is_in(client: Client) -> bool:
    return client.get("/you/").status_code == 200


def test_a_password_opens_the_desk(agent: Agent) -> None:
    client = Client()
    answer = client.post(
        "/login/?next=/you/", {"username": " MO@desk.example ", "password": factories.PASSWORD}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/you/")
    assert is_in(client)
    assert client.post("/logout/").status_code == 302
    assert not is_in(client)


@pytest.mark.parametrize(
    "after", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_led_away(agent: Agent, after: str) -> None:
    form = {"username": agent.email, "password": factories.PASSWORD, "next": after}
    assert Client().post("/login/", form)["Location"] == "/"


def test_the_key_of_the_session_changes_at_sign_in(agent: Agent) -> None:
    """SEC-24: a session that somebody planted is worth nothing."""
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = planted = session.session_key or ""
    sign_in(client)
    assert client.cookies["sessionid"].value not in ("", planted)
    assert is_in(client)


def test_argon_is_the_first_hasher(settings: Any) -> None:
    from config.settings import base

    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    assert next(one.algorithm for one in get_hashers()) == "argon2"


def shown(answer: Any) -> str:
    """A page without what is new in each."""
    text = re.sub(r'(csrfmiddlewaretoken" value|csrf-token" content)="\w+"', "", answer.text)
    return text.replace("mo@desk.example", "?").replace("no@desk.example", "?")


def test_strangers_learn_nothing_of_accounts(agent: Agent) -> None:
    """SEC-23: the same status and page for an address of ours, another, and one switched off."""
    factories.agent(email="off@desk.example", is_active=False)
    for path, field in (("/login/", "username"), ("/account/forgotten/", "email")):
        told = []
        for email in ("mo@desk.example", "no@desk.example", "off@desk.example"):
            answer = Client().post(path, {field: email, "password": "not this one"})
            page = shown(answer).replace("off@desk.example", "?")
            told.append((answer.status_code, answer.get("Location"), page))
        assert told[0] == told[1] == told[2], path


def test_guessing_becomes_slow_and_an_owner_elsewhere_is_not_locked_out(agent: Agent) -> None:
    client = Client()
    for _try in range(5):
        assert "do not match" in sign_in(client, "wrong wrong wrong").text
    refused = sign_in(client, "wrong wrong wrong")
    assert "Too many tries" in refused.text
    assert not is_in(client)
    assert "Too many tries" in sign_in(client).text, "also with the right one, for a while"
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert sign_in(elsewhere).status_code == 302


def test_forged_headers_raise_no_limit(agent: Agent) -> None:
    """SEC-34: only a proxy of ours may name another address."""
    answers = [
        sign_in(Client(headers={"x-forwarded-for": f"198.51.100.{n}"}), "wrong wrong")
        for n in range(8)
    ]
    assert "Too many tries" in answers[-1].text


def test_without_valkey_nobody_signs_in(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    import redis

    gone = redis.Redis(unix_socket_path="/nonexistent/socket")
    client = Client()
    with monkeypatch.context() as patch:
        patch.setattr(quick_redis, "client", lambda: gone)
        answer = sign_in(client)
    assert "not possible at this moment" in answer.text
    assert not is_in(client)


def test_a_huge_password_is_not_hashed(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> bool:
        pytest.fail("a megabyte was hashed")

    monkeypatch.setattr(Agent, "check_password", never)
    assert "At most 1024" in sign_in(Client(), "x" * 1025).text


def link_of(notice: Notice) -> str:
    text: str = notice.words["text"]
    return next(line for line in text.splitlines() if "://" in line)


def test_a_forgotten_password(agent: Agent, settings: Any) -> None:
    """SEC-22, 25: the link has our own address, works once, and ends what was open."""
    settings.PUBLIC_BASE_URL = "https://desk.example"
    elsewhere = Client()
    elsewhere.force_login(agent)
    hosts: list[dict[str, str]] = [
        {"host": "evil.example"},
        {"x-forwarded-host": "evil.example"},
        {"x-forwarded-proto": "gopher", "forwarded": "host=evil.example"},
    ]
    for headers in hosts:
        Client(headers=headers).post("/account/forgotten/", {"email": "MO@desk.example"})
    links = [link_of(one) for one in Notice.objects.all()]
    assert len(links) == 3
    assert all(one.startswith("https://desk.example/account/new-password/") for one in links)
    client = Client()
    path = links[0].removeprefix("https://desk.example")
    form = client.get(path)["Location"]
    chosen = client.post(form, {"password1": "short", "password2": "short"})
    assert "12" in chosen.text
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    assert not is_in(elsewhere)
    assert sign_in(Client(), NEW).status_code == 302
    again = Client()
    assert "password1" not in again.get(path, follow=True).text, "once"


def test_notices_are_sent_and_forgotten(agent: Agent) -> None:
    made = notices.post(agent.email, "Words", "A link")
    assert b"A link" not in bytes(Notice.objects.values_list("words", flat=True)[0])
    assert notices.send(made.pk)
    assert [(one.to, one.subject, one.body) for one in mail.outbox] == [
        ([agent.email], "Words", "A link")
    ]
    made.refresh_from_db()
    assert (made.words, made.due_at) == ({}, None)
    assert not notices.send(made.pk), "once"


def test_a_notice_that_fails_is_tried_again_and_says_why(agent: Agent, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    made = notices.post(agent.email, "Words", "A link")
    assert not notices.send(made.pk)
    made.refresh_from_db()
    assert "Refused" in made.error
    assert made.due_at is not None
    assert made.words["text"] == "A link"


def with_app(agent: Agent) -> str:
    secret: str = totp.generate_totp_secret()
    totp.TOTP.activate(agent, secret)
    return secret


def code(secret: str) -> str:
    value: str = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    return value


def test_an_app_is_asked_after_the_password(agent: Agent) -> None:
    secret = with_app(agent)
    client = Client()
    assert sign_in(client)["Location"] == "/account/second-factor/authenticate/"
    assert not is_in(client)
    page = "/account/second-factor/authenticate/"
    assert client.post(page, {"code": "000000"}).status_code == 200
    assert client.post(page, {"code": code(secret)}).status_code == 302
    assert is_in(client)


def test_guessing_codes_is_limited(agent: Agent) -> None:
    secret = with_app(agent)
    client = Client()
    sign_in(client)
    page = "/account/second-factor/authenticate/"
    for _try in range(5):
        client.post(page, {"code": "000000"})
    assert client.post(page, {"code": code(secret)}).status_code == 200
    assert not is_in(client)


def test_a_code_of_an_app_works_once_as_long_as_it_works(agent: Agent) -> None:
    """RFC 6238, 5.2: whoever read it over a shoulder is late, also where clocks differ."""
    secret = with_app(agent)
    page = "/account/second-factor/authenticate/"
    stolen = code(secret)
    for written, expected in ((stolen, 302), (stolen, 200), (f"{stolen[:3]} {stolen[3:]}", 200)):
        client = Client()
        sign_in(client)
        for key in quick_redis.client().scan_iter("*allauth.mfa.totp.used*"):
            quick_redis.client().delete(key)  # as after thirty seconds, when it is good for sixty
        assert client.post(page, {"code": written}).status_code == expected


def test_recovery_codes_work_once(agent: Agent) -> None:
    with_app(agent)
    codes = RecoveryCodes.activate(agent).get_unused_codes()
    assert len(codes) == 10
    page = "/account/second-factor/authenticate/"
    for expected in (302, 200):
        client = Client()
        sign_in(client)
        assert client.post(page, {"code": codes[0]}).status_code == expected


def test_secrets_are_sealed_and_a_lost_key_opens_nothing(agent: Agent, settings: Any) -> None:
    secret = with_app(agent)
    kept = Authenticator.objects.get(user=agent).data["secret"]
    assert secret not in kept
    assert get_adapter().decrypt(kept) == secret
    settings.FIELD_ENCRYPTION_KEYS = ["bm90LXRoZS1rZXktbm90LXRoZS1rZXktbm90LXRoZTA="]
    opened = {get_adapter().decrypt(kept) for _try in range(2)}
    assert len(opened) == 2
    assert not {secret, ""} & opened


def test_nobody_signs_up(agent: Agent) -> None:
    for path in ("/account/signup/", "/signup/", "/account/email/"):
        assert Client().get(path).status_code == 404
