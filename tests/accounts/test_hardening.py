"""Keys, headers, cookies and links of an installation that strangers can reach."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client

from config import keys
from helpdesk.models import Inbox, Notice
from tests import factories
from tests.accounts.conftest import Staff, signed_in

GOOD = "kJ2-9wQxV7mR4tZ8bN1cL6fH3dS5gA0pYuEoIiTrWqXv7Lq2Zc8Mn4Bp"
FIELD = Fernet.generate_key().decode()


@pytest.mark.parametrize(
    ("secret", "fields"),
    [
        ("short", [FIELD]),
        ("x" * 60, [FIELD]),
        ("django-insecure-" + GOOD, [FIELD]),
        ("only-for-tests-and-never-anywhere-else-0123456789", [FIELD]),
        (GOOD, ["dGVzdHMtb25seS1rZXktdGVzdHMtb25seS1rZXktISE="]),
        (GOOD, [FIELD, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]),
        (GOOD, ["not base64!"]),
        (FIELD, [FIELD]),
    ],
    ids=(
        "short",
        "one sign",
        "Django's",
        "tests'",
        "tests' field",
        "zeros",
        "none",
        "one for both",
    ),
)
def test_a_start_refuses_keys_that_others_may_know(secret: str, fields: list[str]) -> None:
    with pytest.raises(ImproperlyConfigured):
        keys.refuse_weak(secret, fields)


def test_good_keys_pass() -> None:
    keys.refuse_weak(GOOD, [FIELD, Fernet.generate_key().decode()])


PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": GOOD,
    "FIELD_ENCRYPTION_KEYS": FIELD,
    "ALLOWED_HOSTS": "desk.example",
    "PUBLIC_BASE_URL": "https://desk.example",
}
SAYS = """
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME)
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN)
print(s.SESSION_COOKIE_PATH, s.SESSION_COOKIE_HTTPONLY,
      s.SESSION_COOKIE_SAMESITE, s.SECURE_HSTS_SECONDS >= 31536000, s.DEBUG)
"""


def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    known = {**os.environ, **PRODUCTION, **more}
    return subprocess.run(
        [sys.executable, *command], env=known, capture_output=True, text=True, check=False
    )


def test_production_is_clean_and_its_cookies_are_bound_to_the_host() -> None:
    checked = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
    said = run("-c", SAYS).stdout.split()
    names = ["__Host-session", "__Host-csrf", "__Host-language"]
    assert said == [*names, "True", "True", "None", "/", "True", "Lax", "True", "False"]
    beside = run("-c", SAYS, PUBLIC_BASE_URL="https://desk.example:8443").stdout.split()
    assert beside[:3] == [f"{one}-8443" for one in names], "another desk of the same host"
    for port in ("8000", "8150"):
        here = f"http://127.0.0.1:{port}"
        local = {"DJANGO_SETTINGS_MODULE": "config.settings.local", "PUBLIC_BASE_URL": here}
        assert run("-c", SAYS, **local).stdout.split()[0] == f"session-{port}"
    refused = run("manage.py", "check", PUBLIC_BASE_URL="http://desk.example")
    assert refused.returncode != 0
    assert "PUBLIC_BASE_URL" in refused.stderr


@pytest.mark.django_db
def test_every_page_says_what_browsers_may_do(staff: Staff) -> None:
    for client, path in ((Client(), "/login/"), (signed_in(staff.admin), "/settings/people/")):
        answer = client.get(path)
        assert "camera=()" in answer["Permissions-Policy"]
        assert "publickey-credentials-get=(self)" in answer["Permissions-Policy"]
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]


HOSTS: tuple[dict[str, str], ...] = (
    {"host": "evil.example"},
    {"host": "desk.example.evil.example"},
    {"host": "desk.example:evil"},
    {"host": "evil.example:443"},
    {"x-forwarded-host": "evil.example"},
    {"x-forwarded-host": "evil.example, desk.example"},
    {"x-forwarded-server": "evil.example"},
    {"x-host": "evil.example"},
    {"forwarded": "host=evil.example;proto=http"},
    {"x-original-url": "https://evil.example/"},
)


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(len(HOSTS)))
def test_links_have_our_own_address_whatever_is_asked(
    staff: Staff, settings: Any, number: int
) -> None:
    """SEC-22: new passwords and invitations."""
    settings.PUBLIC_BASE_URL = "https://desk.example"
    headers = HOSTS[number]
    Client(headers=headers).post("/account/forgotten/", {"email": staff.agent.email})
    admin = Client(headers=headers)
    admin.force_login(staff.admin)
    admin.post("/settings/people/", {"email": "nia@desk.example", "role": "agent"})
    texts = [one.words["text"] for one in Notice.objects.all()]
    assert len(texts) == (2 if number != 2 else 0), "a host that is none is refused"
    for text in texts:
        assert text.count("://") == text.count("https://desk.example/") == 1


@pytest.mark.django_db
def test_secrets_move_to_the_newest_key(staff: Staff, settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    inbox = factories.inbox(channel="email", secrets={"password": "canary"})
    data = {"secret": get_adapter().encrypt("JBSWY3DPEHPK3PXP")}
    factor = Authenticator.objects.create(user=staff.agent, type="totp", data=data)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    call_command("reencrypt")
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert Inbox.objects.get(pk=inbox.pk).secrets == {"password": "canary"}
    factor.refresh_from_db()
    assert get_adapter().decrypt(factor.data["secret"]) == "JBSWY3DPEHPK3PXP"
    call_command("reencrypt")


@pytest.mark.django_db
def test_a_secret_that_no_key_opens_is_told_of_and_left(staff: Staff, settings: Any) -> None:
    old = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    inbox = factories.inbox(channel="email", secrets={"password": "canary"})
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="1 secrets"):
        call_command("reencrypt")
    settings.FIELD_ENCRYPTION_KEYS = [old]
    assert Inbox.objects.get(pk=inbox.pk).secrets == {"password": "canary"}
