"""The settings: who finds what, the basics of inboxes, the vocabulary of tags."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from helpdesk.models import AddressForm, Agent, Inbox, Role, SavedView, Tag
from helpdesk.services import tags
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def admin() -> Agent:
    return factories.agent(role=Role.ADMIN)


def links(client: Client) -> list[str]:
    page = client.get("/settings/").content.decode()
    body = page[page.index('class="page settings"') : page.index("</main>")]
    return [part.split('"')[0] for part in body.split('<a href="')[1:]]


def test_every_way_in_opens_for_who_is_shown_it(desk: Desk) -> None:
    assert Client().get("/settings/").status_code == 302
    for who, least in ((desk.agent, 3), (desk.supervisor, 12), (admin(), 20)):
        client = signed_in(who)
        found = links(client)
        assert len(found) == len(set(found)) >= least
        for one in found:
            assert client.get(one).status_code == 200, (who.role, one)
    assert "/settings/tags/" not in links(signed_in(desk.agent))
    assert "/admin/helpdesk/inbox/" not in links(signed_in(desk.supervisor))


@pytest.mark.parametrize(
    "path",
    ["/settings/inboxes/", "/settings/inboxes/1/", "/settings/tags/", "/settings/tags/1/"],
)
def test_agents_change_nothing_of_it(desk: Desk, path: str) -> None:
    assert Client().get(path).status_code == 302
    client = signed_in(desk.agent)
    assert client.get(path).status_code == 403
    assert client.post(path).status_code in (403, 405)


def form(**facts: Any) -> dict[str, Any]:
    return {"name": "Help", "language": "pl", "form.pl": "formal", "form.": "informal", **facts}


def test_a_supervisor_tunes_the_own_inboxes_only(desk: Desk) -> None:
    foreign = factories.inbox(name="Elsewhere")
    client = signed_in(desk.supervisor)
    page = client.get("/settings/inboxes/").content.decode()
    assert desk.inbox.name in page
    assert "Elsewhere" not in page
    place = f"/settings/inboxes/{foreign.pk}/"
    assert client.get(place).status_code == client.post(place, form()).status_code == 404
    foreign.refresh_from_db()
    assert foreign.name == "Elsewhere"
    assert signed_in(admin()).get(place).status_code == 200


def test_the_basics_are_kept_and_written_into_the_log(desk: Desk) -> None:
    Inbox.objects.filter(pk=desk.inbox.pk).update(secrets={"token": "canary-secret"})
    client = signed_in(desk.supervisor)
    place = f"/settings/inboxes/{desk.inbox.pk}/"
    sent = form(channel="email", secrets="{}", enabled="", settings="{}")
    assert client.post(place, sent).status_code == 302
    desk.inbox.refresh_from_db()
    assert (desk.inbox.name, desk.inbox.language, desk.inbox.enabled) == ("Help", "pl", True)
    assert desk.inbox.secrets == {"token": "canary-secret"}
    kept = dict(AddressForm.objects.values_list("language", "register"))
    assert kept == {"pl": "formal", "": "informal"}
    (entry,) = LogEntry.objects.all()
    assert entry.user_id == desk.supervisor.pk
    assert "address_forms" in entry.change_message
    assert client.post(place, form()).status_code == 302
    assert LogEntry.objects.count() == 1, "nothing changed, nothing is said"
    assert "canary-secret" not in client.get(place).content.decode()
    assert "/admin/" not in client.get(place).content.decode().split("Set elsewhere")[1]


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"language": "xx"}, {"form.pl": "rude"}, {"name": "x" * 121}]
)
def test_what_is_wrong_changes_nothing(desk: Desk, wrong: dict[str, str]) -> None:
    before = desk.inbox.name
    place = f"/settings/inboxes/{desk.inbox.pk}/"
    answer = signed_in(desk.supervisor).post(place, form(**wrong))
    assert answer.status_code == 400
    desk.inbox.refresh_from_db()
    assert desk.inbox.name == before
    assert not AddressForm.objects.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_tags_are_made_renamed_merged_and_put_away(desk: Desk) -> None:
    client = signed_in(desk.supervisor)
    assert client.post("/settings/tags/", {"name": " Delivery "}).status_code == 302
    assert client.post("/settings/tags/", {"name": "delivery"}).status_code == 400
    assert client.post("/settings/tags/", {"name": "  "}).status_code == 400
    one = Tag.objects.get()
    talk = factories.conversation(desk.inbox)
    tags.tag(talk.pk, by=desk.agent, add=["Delivery"])
    rows = [{"field": "tag", "op": "any", "value": ["Delivery"]}]
    view = SavedView.objects.create(owner=desk.agent, name="V", filters=rows)
    place = f"/settings/tags/{one.pk}/"
    assert "1 open" in client.get("/settings/tags/").content.decode()
    assert client.post(place, {"name": "Parcels", "colour": "240"}).status_code == 302
    talk.refresh_from_db()
    view.refresh_from_db()
    assert talk.tags == ["Parcels"]
    assert view.filters[0]["value"] == ["Parcels"]
    assert client.post(place, {"name": "Parcels", "colour": "1"}).status_code == 400
    client.post(f"{place}away/")
    assert client.get("/api/v1/tags/").json()["results"] == []
    with pytest.raises(tags.UnknownTagError):
        tags.tag(factories.conversation(desk.inbox).pk, by=desk.agent, add=["Parcels"])
    talk.refresh_from_db()
    assert talk.tags == ["Parcels"], "it stays where it is"
    tags.tag(factories.conversation(desk.inbox).pk, by=desk.supervisor, add=["parcels"])
    assert not Tag.objects.get().archived, "who keeps the vocabulary brings it back by using it"
    other = Tag.objects.create(name="Returns")
    assert client.post(f"{place}merge/", {"into": other.pk}).status_code == 302
    talk.refresh_from_db()
    assert talk.tags == ["Returns"]
    gone = client.post(f"/settings/tags/{other.pk}/merge/", {"into": other.pk})
    assert gone.status_code == 302
    assert client.post(f"/settings/tags/{other.pk}/delete/").status_code == 302
    assert not Tag.objects.exists()
    for verb, status in (("delete", 404), ("burn", 404)):
        assert client.post(f"/settings/tags/{other.pk}/{verb}/").status_code == status
    assert LogEntry.objects.filter(user=desk.supervisor).count() == 5


def test_a_rule_still_sets_a_tag_that_was_put_away(desk: Desk) -> None:
    Tag.objects.create(name="Old", archived=True)
    talk = factories.conversation(desk.inbox)
    tags.tag(talk.pk, by=None, add=["Old"])
    talk.refresh_from_db()
    assert talk.tags == ["Old"]


@pytest.mark.parametrize(
    ("path", "most"), [("/settings/", 4), ("/settings/inboxes/", 8), ("/settings/tags/", 6)]
)
def test_the_pages_ask_the_same_whatever_there_is(
    desk: Desk, path: str, most: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        Tag.objects.create(name=f"Tag {number}")
        factories.inbox(name=f"Inbox {number}").teams.add(*desk.inbox.teams.all())
    client = signed_in(desk.supervisor)
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200
