"""The set-up pages: who may, what is shown of secrets, what is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from channels_social import watching
from channels_social.setup.fields import NETWORKS
from helpdesk.adapters import PermanentError
from helpdesk.models import Inbox, Role, Team
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "EAAG-very-secret"


@pytest.fixture
def team() -> Team:
    return factories.team()


@pytest.fixture
def admin(client: Client, team: Team) -> Client:
    client.force_login(factories.agent(role=Role.ADMIN, teams=[team]))
    return client


def typed(provider: str, team: Team) -> dict[str, Any]:
    fields = {one.name: f"{one.name}1" for one in NETWORKS[provider].fields}
    return {"name": "Shop", "teams": [str(team.pk)], **fields, "address": "shop"}


def made(admin: Client, provider: str, team: Team) -> Inbox:
    answer = admin.post(f"/settings/social/new/{provider}/", typed(provider, team))
    assert answer.status_code == 302
    return Inbox.objects.get(provider=provider)


@pytest.mark.parametrize("provider", NETWORKS)
def test_an_account_is_made_and_its_secrets_are_never_shown(
    admin: Client, team: Team, provider: str
) -> None:
    assert admin.get(f"/settings/social/new/{provider}/").status_code == 200
    inbox = made(admin, provider, team)
    url = f"/settings/social/{inbox.pk}/"
    secret = next(one.name for one in NETWORKS[provider].fields if one.where == "secret")
    assert admin.post(url, {**typed(provider, team), secret: SECRET}).status_code == 302
    inbox.refresh_from_db()
    shown = admin.get(url)

    assert inbox.secrets[secret] == SECRET
    assert shown.status_code == 200
    body = shown.content.decode()
    assert SECRET not in body
    assert f"/hooks/{provider}/{inbox.key}" in body
    if NETWORKS[provider].verify:
        assert inbox.secrets["verify_token"] in body
    assert inbox.secrets["webhook_secret"] not in body
    logged = "".join(LogEntry.objects.values_list("change_message", flat=True))
    assert SECRET not in logged
    assert secret in logged


def test_an_empty_secret_keeps_the_old_one_and_mistakes_are_told(admin: Client, team: Team) -> None:
    inbox = made(admin, "whatsapp", team)
    url = f"/settings/social/{inbox.pk}/"
    right = {**typed("whatsapp", team), "app_secret": "", "access_token": ""}
    assert admin.post(url, right).status_code == 302
    inbox.refresh_from_db()
    assert inbox.secrets["app_secret"] == "app_secret1"
    for wrong in ({"name": ""}, {"phone_number_id": ""}, {"access_token": "a b"}):
        answer = admin.post(url, {**right, **wrong})
        assert answer.status_code == 400
    assert admin.post("/settings/social/new/whatsapp/", typed("whatsapp", team)).status_code == 400
    alone = {**typed("line", team), "teams": []}
    assert admin.post("/settings/social/new/line/", alone).status_code == 400


def test_only_editors_come_in(client: Client, admin: Client, team: Team) -> None:
    inbox = made(admin, "telegram", team)
    paths = ["/settings/social/new/telegram/", f"/settings/social/{inbox.pk}/"]
    assert admin.get("/settings/social/new/myspace/").status_code == 404
    assert admin.post(f"/settings/social/{inbox.pk}/explode/").status_code == 404
    assert admin.get(f"/settings/social/{inbox.pk}/check/").status_code == 405
    agent = Client()
    agent.force_login(factories.agent(teams=[team]))
    for path in paths:
        assert agent.get(path).status_code == 403
        assert Client().get(path).status_code == 302
    assert agent.post(f"/settings/social/{inbox.pk}/check/").status_code == 403


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("", "knows our address"),
        ("not_subscribed", "press “Connect”"),
        ("own words of the provider", "own words of the provider"),
    ],
)
def test_a_check_tells_what_it_found(
    admin: Client, team: Team, monkeypatch: pytest.MonkeyPatch, found: str, words: str
) -> None:
    inbox = made(admin, "viber", team)
    monkeypatch.setattr(watching, "check", lambda _inbox: found)
    answer = admin.post(f"/settings/social/{inbox.pk}/check/", follow=True)

    assert words in answer.content.decode()


def test_a_refusal_is_told_in_the_providers_words(
    admin: Client, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = made(admin, "viber", team)

    def refuse(*_args: Any) -> None:
        raise PermanentError("Viber refused: <b>bad url</b>")

    monkeypatch.setattr("channels_social.providers.viber.ViberAdapter.connect", refuse)
    answer = admin.post(f"/settings/social/{inbox.pk}/connect/", follow=True)

    assert "Viber refused: &lt;b&gt;bad url" in answer.content.decode()
