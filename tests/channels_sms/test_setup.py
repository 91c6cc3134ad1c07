"""The guided set-up of a number: who may, what is kept, what is never shown, and a test text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from channels_sms.setup.fields import GATEWAYS, Gateway
from helpdesk import outbound_http
from helpdesk.adapters import adapter_for
from helpdesk.models import ChannelHealth, Inbox, Role
from helpdesk.outbound_http import Answer
from tests import factories

pytestmark = pytest.mark.django_db
each_gateway = pytest.mark.parametrize("gateway", GATEWAYS, ids=lambda one: one.provider)


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(factories.agent(role=Role.ADMIN))
    return client


def made(admin: Client, gateway: Gateway) -> Inbox:
    team = factories.team()
    facts = {"provider": gateway.provider, "address": "+386 40 123 456", "name": "Texts"}
    answer: Any = admin.post("/settings/phone/new/", {**facts, "teams": [str(team.pk)]})
    inbox = Inbox.objects.get(provider=gateway.provider)
    assert answer.status_code == 302
    assert answer.headers["location"] == f"/settings/phone/{inbox.pk}/"
    return inbox


def filled(gateway: Gateway) -> dict[str, str]:
    sending = json.dumps({"url": "https://box.example/send"})
    values = {"json": sending, "tick": "1", "number": "2775"}
    return {
        "address": "+386 40 123 457",
        **{
            field.name: field.choices[0]
            if field.choices
            else values.get(field.kind, f"my-{field.name}")[: field.octets or None]
            for field in gateway.fields
        },
    }


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, None])
def test_only_administrators_connect(client: Client, role: Role | None) -> None:
    inbox = factories.inbox(channel="sms", provider="twilio", address="+38640123456")
    if role:
        client.force_login(factories.agent(role=role))
    for path in ("/settings/phone/new/", f"/settings/phone/{inbox.pk}/"):
        assert client.get(path).status_code == (403 if role else 302)
    for path in ("/settings/phone/new/", f"/settings/phone/{inbox.pk}/test/"):
        assert client.post(path).status_code == (403 if role else 302)


@each_gateway
def test_from_nothing_to_a_connection(admin: Client, gateway: Gateway, settings: Any) -> None:
    inbox = made(admin, gateway)
    page = f"/settings/phone/{inbox.pk}/"
    shown = admin.get(page).content.decode()
    assert (f"/hooks/{gateway.provider}/{inbox.key}" in shown) is gateway.hooked
    assert ("#rc=3" in shown) == gateway.retries
    assert adapter_for(inbox).channel == gateway.channel

    assert admin.post(page, filled(gateway)).status_code == 302

    inbox.refresh_from_db()
    assert inbox.address.endswith("+38640123457")
    secret = [field.name for field in gateway.fields if field.kind == "secret"]
    sent = filled(gateway)
    assert {name: inbox.secrets[name] for name in secret} == {name: sent[name] for name in secret}
    assert not set(secret) & set(inbox.settings)
    own = [field.name for field in gateway.fields if field.kind == "words"]
    kept = inbox.settings.get("opt_texts", {})
    assert kept == {name.partition(".")[2]: f"my-{name}" for name in own}
    shown = admin.get(page).content.decode()
    assert not [name for name in secret if f"my-{name}" in shown]
    assert LogEntry.objects.filter(object_id=str(inbox.pk)).count() == 2

    again = {**filled(gateway), **dict.fromkeys(secret, "")}
    admin.post(page, again)
    inbox.refresh_from_db()
    assert set(inbox.secrets) >= set(secret)


@each_gateway
def test_what_is_missing_or_wrong_is_said_beside_its_field(admin: Client, gateway: Gateway) -> None:
    inbox = made(admin, gateway)
    answer: Any = admin.post(f"/settings/phone/{inbox.pk}/", {"address": "12"})

    assert answer.status_code == 400
    needed = {field.name for field in gateway.fields if field.needed}
    assert set(answer.context["errors"]) == {"address", *needed}


@pytest.mark.parametrize("text", ["[1]", "{", '{"statuses":["x"],"url":"u"}', "{}", "x" * 4001])
def test_a_description_that_cannot_be_used_is_refused(admin: Client, text: str) -> None:
    gateway = next(one for one in GATEWAYS if one.provider == "gateway")
    inbox = made(admin, gateway)

    answer: Any = admin.post(f"/settings/phone/{inbox.pk}/", {**filled(gateway), "send": text})

    assert "send" in answer.context["errors"]


@pytest.mark.parametrize(
    "wrong",
    [{"address": "me"}, {"name": ""}, {"teams": []}, {"provider": "carrier pigeon"}],
    ids=str,
)
def test_a_number_that_cannot_be_is_refused(admin: Client, wrong: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"provider": "twilio", "address": "+38640123456", "name": "Texts"}
    answer: Any = admin.post(
        "/settings/phone/new/", {**facts, "teams": [str(factories.team().pk)], **wrong}
    )

    assert answer.status_code == 400
    assert list(answer.context["errors"]) == list(wrong)
    assert not Inbox.objects.exists()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(201, {}, b'{"sid":"SM1"}'), "took it"),
        (Answer(401, {}, b'{"code":20003}'), "refuses our credentials"),
        (Answer(400, {}, b'{"code":21211}'), "not a valid phone number"),
    ],
)
def test_a_test_text_says_what_became_of_it(
    admin: Client, monkeypatch: pytest.MonkeyPatch, answer: Answer, said: str
) -> None:
    sent: list[Any] = []

    def post(url: str, **facts: Any) -> Answer:
        sent.append(facts["form"])
        return answer

    monkeypatch.setattr(outbound_http, "post", post)
    inbox = made(admin, GATEWAYS[0])
    page = admin.post(f"/settings/phone/{inbox.pk}/test/", {"to": "+386 40 999 888"}, follow=True)

    assert said in page.content.decode()
    assert sent[0]["To"] == "+38640999888"
    health = ChannelHealth.objects.get(inbox=inbox, way="test")
    assert (health.failing_since is None) == answer.ok


def test_a_test_needs_a_number(admin: Client) -> None:
    inbox = made(admin, GATEWAYS[0])
    page = admin.post(f"/settings/phone/{inbox.pk}/test/", {"to": "me"}, follow=True)

    assert "country code" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("password", "nine-long", "room for 8 signs, and this has 9"),
        ("password", "hasło", "only Latin letters"),
        ("system_id", "x" * 16, "room for 15 signs"),
        ("system_type", "x" * 13, "room for 12 signs"),
    ],
)
def test_what_smpp_would_cut_is_refused(admin: Client, name: str, value: str, words: str) -> None:
    gateway = next(one for one in GATEWAYS if one.provider == "smpp")
    inbox = made(admin, gateway)
    answer = admin.post(f"/settings/phone/{inbox.pk}/", {**filled(gateway), name: value})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    inbox.refresh_from_db()
    assert not inbox.secrets
