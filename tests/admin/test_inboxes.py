"""Secrets go in and never come out."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from helpdesk.models import Inbox
from tests.admin.desk import CANARY, Desk

NEW = "freshly-typed-0a1b2c3d4e5f"


def change(inbox: Inbox) -> str:
    return reverse("admin:helpdesk_inbox_change", args=[inbox.pk])


def fields(inbox: Inbox, **changed: Any) -> dict[str, Any]:
    return {
        "name": inbox.name,
        "address": inbox.address,
        "language": "en",
        "settings": json.dumps(inbox.settings),
        "teams": [team.pk for team in inbox.teams.all()],
        "enabled": "on",
        "new_secrets": "",
        "address_forms-TOTAL_FORMS": 0,
        "address_forms-INITIAL_FORMS": 0,
        **changed,
    }


def every_page(client: Client, desk: Desk) -> str:
    addresses = [
        reverse("admin:index"),
        reverse("admin:helpdesk_inbox_changelist"),
        change(desk.own),
        reverse("admin:helpdesk_inbox_history", args=[desk.own.pk]),
        reverse("admin:helpdesk_team_change", args=[desk.team.pk]),
        reverse("admin:helpdesk_inboundevent_change", args=[desk.own_event.pk]),
        reverse("admin:helpdesk_delivery_changelist"),
    ]
    pages = [client.get(one) for one in addresses]
    assert all(page.status_code == 200 for page in pages)
    return "".join(page.content.decode() for page in pages)


def test_stored_secrets_are_on_no_page(desk: Desk) -> None:
    html = every_page(desk.browser("admin"), desk)
    assert CANARY not in html
    assert "auth_token" in html
    assert f"…{CANARY[-4:]}" in html
    assert "1234" not in html, "a short secret shows nothing of itself"


def test_new_secrets_are_mixed_in_and_never_shown(desk: Desk) -> None:
    client = desk.browser("admin")
    Inbox.objects.filter(pk=desk.own.pk).update(health="broken", health_note="refused")
    typed = json.dumps({"api_key": NEW, "pin": None})
    answer = client.post(change(desk.own), fields(desk.own, new_secrets=typed))
    assert answer.status_code == 302
    desk.own.refresh_from_db()
    assert desk.own.secrets == {"auth_token": CANARY, "api_key": NEW}
    assert desk.own.health == "ok"
    html = every_page(client, desk)
    assert NEW not in html
    assert CANARY not in html
    for entry in LogEntry.objects.all():
        assert NEW not in entry.change_message + entry.object_repr


def test_leaving_the_field_empty_keeps_them(desk: Desk) -> None:
    answer = desk.browser("admin").post(change(desk.own), fields(desk.own, name="Renamed"))
    assert answer.status_code == 302
    desk.own.refresh_from_db()
    assert desk.own.name == "Renamed"
    assert desk.own.secrets == {"auth_token": CANARY, "pin": "1234"}


def test_a_mistake_does_not_echo_the_secret(desk: Desk) -> None:
    client = desk.browser("admin")
    for typed in (f'{{"auth_token": "{NEW}"', f'["{NEW}"]', f'{{"a": {{"b": "{NEW}"}}}}'):
        answer = client.post(change(desk.own), fields(desk.own, new_secrets=typed))
        assert answer.status_code == 200
        html = answer.content.decode()
        assert "JSON object of texts" in html
        assert NEW not in html
    answer = client.post(
        change(desk.own), fields(desk.own, name="", new_secrets=json.dumps({"auth_token": NEW}))
    )
    assert answer.status_code == 200
    assert NEW not in answer.content.decode()
    desk.own.refresh_from_db()
    assert desk.own.secrets["auth_token"] == CANARY


def test_webhook_address_and_widget_line(desk: Desk, settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "https://help.example"
    client = desk.browser("admin")
    html = client.get(change(desk.own)).content.decode()
    assert f"https://help.example/hooks/twilio/{desk.own.key}" in html
    widget = Inbox.objects.create(name="Widget", channel="chat")
    html = client.get(change(widget)).content.decode()
    assert f"data-widget=&quot;{widget.key}&quot;" in html
    assert "/hooks/" not in html


def test_a_new_inbox(desk: Desk) -> None:
    client = desk.browser("admin")
    new = {
        "name": "Third",
        "kind": "sms/twilio",
        "address": "+447700900009",
        "language": "pl",
        "settings": "{}",
        "enabled": "on",
        "new_secrets": json.dumps({"auth_token": NEW}),
        "address_forms-TOTAL_FORMS": 1,
        "address_forms-INITIAL_FORMS": 0,
        "address_forms-0-language": "ru",
        "address_forms-0-register": "formal",
    }
    page = reverse("admin:helpdesk_inbox_add")
    assert client.get(page).status_code == 200
    assert client.post(page, new).status_code == 302
    made = Inbox.objects.get(name="Third")
    assert (made.channel, made.provider, made.language) == ("sms", "twilio", "pl")
    assert made.secrets == {"auth_token": NEW}
    assert [(one.language, one.register) for one in made.address_forms.all()] == [("ru", "formal")]
    again = client.post(page, {**new, "name": "Fourth"})
    assert again.status_code == 200
    assert "has this address already" in again.content.decode()


def test_reconnect(desk: Desk) -> None:
    Inbox.objects.filter(pk=desk.own.pk).update(health="broken")
    order = {"action": "reconnect", "_selected_action": [desk.own.pk]}
    desk.browser("admin").post(reverse("admin:helpdesk_inbox_changelist"), order)
    desk.own.refresh_from_db()
    assert desk.own.health == "ok"
