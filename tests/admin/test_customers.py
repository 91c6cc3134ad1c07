"""Companies and custom fields in the admin."""

from __future__ import annotations

import pytest
from django.test import Client

from helpdesk.models import Company, CustomField, Role
from tests import factories

FIELD = {"label": "Bed size", "key": "bed-size", "kind": "choice", "position": "0"}


@pytest.fixture
def client(db: None) -> Client:
    made = Client()
    made.force_login(factories.agent(role=Role.SUPERVISOR))
    return made


def test_a_supervisor_defines_a_field(client: Client) -> None:
    url = "/admin/helpdesk/customfield/"
    assert client.get(f"{url}add/").status_code == 200
    empty = client.post(f"{url}add/", {**FIELD, "choices": " \n"})
    assert "Write at least one choice." in empty.content.decode()
    made = {**FIELD, "choices": "140\n90\n\n140", "label_pl": "Rozmiar"}
    assert client.post(f"{url}add/", made).status_code == 302
    field = CustomField.objects.get()
    assert (field.choices, field.translations) == (["140", "90"], {"pl": "Rozmiar"})
    shown = client.get(f"{url}{field.pk}/change/").content.decode()
    assert "Rozmiar" in shown
    client.post(f"{url}{field.pk}/change/", {**made, "key": "another", "label_pl": ""})
    field.refresh_from_db()
    assert (field.key, field.translations) == ("bed-size", {})


def test_companies(client: Client) -> None:
    url = "/admin/helpdesk/company/"
    client.post(f"{url}add/", {"name": "Loom", "domain": "loom.example", "notes": ""})
    again = client.post(f"{url}add/", {"name": "LOOM", "domain": "", "notes": ""})
    assert again.status_code == 200, "a name that differs by its letters' size is the same"
    assert Company.objects.get().domain == "loom.example"
    assert "loom.example" in client.get(url).content.decode()


def test_agents_define_nothing(db: None) -> None:
    client = Client()
    client.force_login(factories.agent())
    for model in ("customfield", "company"):
        assert client.get(f"/admin/helpdesk/{model}/").status_code in {302, 403}
