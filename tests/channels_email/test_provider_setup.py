"""The set-up of a mailbox by a provider: what it asks, what it keeps to itself, the live test."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from channels_email import trial
from helpdesk.models import Inbox, Role
from helpdesk.sandbox.control import Control
from helpdesk.sandbox.providers import HOST, Host
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(factories.agent(role=Role.ADMIN))
    return client


@pytest.fixture
def inbox() -> Inbox:
    team = factories.team()
    return factories.inbox(channel="email", address="help@shop.example", teams=[team])


@pytest.fixture
def fake(settings: Any) -> Iterator[int]:
    """Mailgun's fake; its port."""
    with Host(("channels_email.esp_fakes.MailgunFake",)) as host:
        thread = threading.Thread(target=host.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        port = host.server_address[1]
        settings.OUTBOUND_ALLOWED_HOSTS = [f"{HOST}:{port}"]
        yield int(port)
        host.shutdown()


def save(admin: Client, inbox: Inbox, **fields: str) -> Any:
    answer = admin.post(f"/settings/mail/{inbox.pk}/", {"part": "going", **fields})
    inbox.refresh_from_db()
    return answer


def test_a_provider_needs_its_keys_and_gets_a_password(admin: Client, inbox: Inbox) -> None:
    assert save(admin, inbox, way="mailgun", api_key="k").status_code == 400
    assert inbox.provider == ""
    assert save(admin, inbox, way="nobody").status_code == 400
    assert save(admin, inbox, way="postal", api_key="k", hook_keys="x").status_code == 400
    assert save(admin, inbox, way="mailjet", api_key="k").status_code == 400

    saved = save(admin, inbox, way="mailgun", api_key="canary-api", hook_keys="canary-hook")
    assert saved.status_code == 302
    assert inbox.provider == "mailgun"
    assert len(inbox.secrets["hook_secret"]) >= 20
    page = admin.get(f"/settings/mail/{inbox.pk}/").content.decode()
    assert f"/hooks/mailgun/{inbox.key}?mime" in page
    assert "canary" not in page
    assert inbox.secrets["hook_secret"] not in page
    assert "canary" not in str(list(LogEntry.objects.values_list("change_message", flat=True)))

    assert save(admin, inbox, way="mailgun").status_code == 302  # what is stored stays
    assert inbox.secrets["api_key"] == "canary-api"
    assert save(admin, inbox, way="postmark", api_key="other").status_code == 302
    assert "hook_keys" not in inbox.secrets, "another provider does not get it"
    assert save(admin, inbox, way="").status_code == 302
    assert inbox.provider == ""
    assert "api_key" not in inbox.secrets


def test_a_refused_form_gives_no_secret_back(admin: Client, inbox: Inbox) -> None:
    refused = save(admin, inbox, way="mailgun", api_key="canary-api", password="canary-pass")
    assert refused.status_code == 400
    assert b"canary" not in refused.content


def test_the_password_of_the_address_is_shown_once(admin: Client, inbox: Inbox) -> None:
    assert admin.post(f"/settings/mail/{inbox.pk}/hook/").status_code == 404
    save(admin, inbox, way="postmark", api_key="k")
    before = inbox.secrets["hook_secret"]
    shown = admin.post(f"/settings/mail/{inbox.pk}/hook/")
    inbox.refresh_from_db()
    secret = inbox.secrets["hook_secret"]
    assert secret != before
    (url,) = re.findall(r'value="(https?://parley:[^"]+)"', shown.content.decode())
    assert f"parley:{secret}@" in url
    assert url.endswith(f"/hooks/postmark/{inbox.key}")
    assert "no-store" in shown["Cache-Control"]
    assert admin.get(f"/settings/mail/{inbox.pk}/hook/").status_code == 405


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_only_administrators_see_it(client: Client, inbox: Inbox, role: Role) -> None:
    client.force_login(factories.agent(role=role))
    assert client.post(f"/settings/mail/{inbox.pk}/hook/").status_code == 403


def test_the_live_test_goes_through_the_provider(admin: Client, inbox: Inbox, fake: int) -> None:
    base = f"http://{HOST}:{fake}/v3"
    save(admin, inbox, way="mailgun", api_key="k", hook_keys="key", api_base=base)
    control = Control(fake, "mailgun")
    control.reset()
    started = admin.post(f"/settings/mail/{inbox.pk}/test/").json()
    assert started["state"] == "waiting"
    (sent,) = control.sends()
    assert sent["to"].startswith("help+")
    assert trial.HEADER.lower() in sent["headers"]

    control.fault("error", code=401)
    failed = admin.post(f"/settings/mail/{inbox.pk}/test/").json()
    assert failed["state"] == "failed"
    assert "Mailgun" in failed["words"]
    assert "key" in failed["advice"]
