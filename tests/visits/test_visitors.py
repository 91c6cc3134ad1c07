"""The agents' live list, trail and invitation: who may see whom, at what cost, as plain text."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat.visits import live
from chat.visits.models import Visit
from helpdesk.models import Inbox, Role, Team
from helpdesk.quick_redis import client as valkey
from tests import factories
from tests.visits.conftest import ORIGIN, Page

pytestmark = pytest.mark.django_db
LIST = "/api/v1/visitors/"
NASTY = '</script><img src=x onerror="alert(1)">'


def signed_in(*teams: Team, **facts: Any) -> Client:
    client = Client()
    client.force_login(factories.agent(teams=teams, **facts))
    return client


@pytest.fixture
def agent(team: Team) -> Client:
    return signed_in(team)


def again() -> None:
    """The second for which a list is kept has passed."""
    for key in valkey().scan_iter("visits:list:*"):
        valkey().delete(key)


def rows(client: Client) -> list[dict[str, Any]]:
    again()
    found: list[dict[str, Any]] = client.get(LIST).json()["visitors"]
    return found


def invite(client: Client, pk: int, text: str = "Need a hand?") -> Any:
    body = {"text": text}
    return client.post(f"{LIST}{pk}/invite/", body, content_type="application/json")


def test_row_tells_where_he_is_and_what_he_wants(page: Page, agent: Client) -> None:
    page.hit()
    page.hit("cart", data={"items": 2, "value": 128, "currency": "EUR", "step": "address"})
    page.hit("search", data={"term": "sage", "results": 0})
    page.hit("distress", data={"kind": "error", "count": 3})
    (row,) = rows(agent)
    visit = Visit.objects.get()
    assert row["id"] == visit.pk
    assert (row["url"], row["title"], row["pages"]) == (page.url, "Duvets", 1)
    assert row["cart"]["value"] == "128.00"
    assert (row["step"], row["search"], row["results"]) == ("address", "sage", 0)
    assert (row["errors"], row["status"], row["name"]) == (3, "", "")
    assert len(row["code"]) == 4
    assert visit.key not in str(row)
    page.hit("bye", seconds=3)
    trail = agent.get(f"{LIST}{visit.pk}/").json()
    assert [(one["url"], one["seconds"]) for one in trail["pages"]] == [(page.url, 3)]
    assert trail["searches"] == ["sage"]


def test_agent_of_another_team_sees_and_reaches_nobody(page: Page, team: Team) -> None:
    page.hit()
    pk = Visit.objects.get().pk
    stranger = signed_in(factories.team())
    assert stranger.get(LIST).json() == {"widgets": [], "visitors": [], "more": 0}
    assert stranger.get(f"{LIST}{pk}/").status_code == 404
    assert invite(stranger, pk).status_code == 404
    assert page.url not in stranger.get("/visitors/").content.decode()
    assert Client().get(LIST).status_code in {401, 403}
    assert Client().get("/visitors/").status_code == 302
    assert len(rows(signed_in(role=Role.ADMIN))) == 1
    assert len(rows(signed_in(team, role=Role.SUPERVISOR))) == 1


def test_invitation_comes_with_the_next_beat_once(page: Page, agent: Client) -> None:
    page.hit()
    pk = Visit.objects.get().pk
    assert invite(agent, pk, "Need a <b>hand</b>?").status_code == 202
    assert rows(agent)[0]["status"] == "invited"
    assert invite(agent, pk).status_code == 409
    shown = page.hit("beat")["invite"]
    assert (shown["text"], shown["action"]) == ("Need a <b>hand</b>?", "bubble")
    assert set(shown["agent"]) == {"name", "initials", "hue", "photo", "bio"}
    assert page.hit("beat")["invite"] is None
    page.hit("declined", data={"id": shown["id"]})
    assert rows(agent)[0]["status"] == "declined"
    assert "declined" in invite(agent, pk).json()["detail"]


@pytest.mark.parametrize("text", ["", "   ", "x" * 301])
def test_odd_invitations_are_refused(page: Page, agent: Client, text: str) -> None:
    page.hit()
    assert invite(agent, Visit.objects.get().pk, text).status_code == 400


def test_who_has_left_cannot_be_invited(page: Page, agent: Client) -> None:
    page.hit()
    live.forget(page.inbox.pk, [page.visit])
    assert invite(agent, Visit.objects.get().pk).status_code == 409


def test_unchanged_list_is_not_sent_again(page: Page, agent: Client) -> None:
    page.hit()
    first = agent.get(LIST)
    page.hit("beat", seconds=5, scroll=30)
    again()
    same = agent.get(LIST, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    page.hit("cart", data={"items": 1, "value": 5})
    again()
    assert agent.get(LIST, headers={"If-None-Match": first["ETag"]}).status_code == 200


def statements(client: Client) -> int:
    with CaptureQueriesContext(connection) as seen:
        client.get(LIST)
    return len(seen.captured_queries)


def test_cost_does_not_grow_with_visitors_or_watchers(
    inbox: Inbox, team: Team, agent: Client
) -> None:
    for number in range(3):
        page = Page(inbox)
        page.hit()
        talk = factories.conversation(inbox, f"visitor-number-{number}")
        Visit.objects.filter(key=page.visit).update(conversation=talk)
        live.forget(inbox.pk, [page.visit])
        page.hit("beat")
    again()
    built = statements(agent)
    for _number in range(20):
        Page(inbox).hit()
    again()
    assert statements(agent) == built <= 6
    assert statements(signed_in(team)) == built - 2


def test_payloads_of_strangers_stay_text(page: Page, agent: Client) -> None:
    page.url = ORIGIN + "/<script>alert(1)</script>?q=" + NASTY
    page.hit(page={"url": page.url, "title": NASTY, "referrer": "javascript:alert(1)"})
    page.hit("search", data={"term": NASTY, "results": 0}, page={})
    (row,) = rows(agent)
    assert row["title"] == NASTY
    assert row["search"] == NASTY
    shown = agent.get("/visitors/").content.decode()
    assert "<img src=x" not in shown
    assert "<script>alert" not in shown
    assert "\\u003Cimg src=x" in shown


def test_without_valkey_the_page_is_empty_and_works(
    page: Page, agent: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.hit()
    monkeypatch.setattr(live, "present", lambda _inbox: ([], 0))
    assert rows(agent) == []
    assert agent.get("/visitors/").status_code == 200
