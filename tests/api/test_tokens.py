"""Tokens of the API (AUT-6): what they open, for how long, from where, and that they die."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from helpdesk.models import Agent, ApiToken, Conversation, Message, Scope, TeamMembership
from helpdesk.permissions import Action, can, limit, visible
from helpdesk.selectors import tokens as found
from helpdesk.services import messages, sign_ins, tokens
from tests import factories
from tests.api.conftest import EVERYTHING, Program, program
from tests.core.conftest import Desk

SEC = ["conversations:read"]


def test_a_token_acts_as_its_agent(desk: Desk, robot: Program, talk: Conversation) -> None:
    me = robot.get("me/").json()
    assert me["agent"]["id"] == desk.agent.pk
    assert me["inboxes"] == [desk.inbox.pk]
    foreign = factories.conversation(desk.elsewhere)
    assert robot.get(f"conversations/{talk.pk}/").status_code == 200
    assert robot.get(f"conversations/{foreign.pk}/").status_code == 404
    TeamMembership.objects.filter(agent=desk.agent).update(active=False)
    assert robot.get(f"conversations/{talk.pk}/").status_code == 404


def test_only_its_digest_is_kept(desk: Desk) -> None:
    made, text = tokens.create(by=desk.supervisor, name="x", scopes=SEC, days=1)
    prefix, number, secret = text.split("_", 2)
    assert (prefix, number, len(secret)) == ("oh", str(made.pk), 43)
    made.refresh_from_db()
    kept = {name: str(one) for name, one in vars(made).items()}
    assert not any(secret in one for one in kept.values())
    assert found.find(text, None) == made
    assert found.find(text[:-1] + ("a" if text[-1] != "a" else "b"), None) is None


def test_it_opens_nothing_once_it_is_over(desk: Desk) -> None:
    one = program(desk.agent)
    token = ApiToken.objects.get()
    assert one.get("me/").status_code == 200
    with pytest.raises(PermissionError):
        tokens.revoke(token, by=desk.stranger)
    tokens.revoke(token, by=desk.agent)
    refused = one.get("me/")
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"] == "Bearer"
    long_ago = datetime.now(UTC) - timedelta(days=9)
    ApiToken.objects.update(revoked_at=None, expires_at=long_ago, created_at=long_ago)
    assert one.get("me/").status_code == 401


def test_it_dies_with_its_agent(desk: Desk) -> None:
    one = program(desk.agent)
    Agent.objects.filter(pk=desk.agent.pk).update(is_active=False)
    assert one.get("me/").status_code == 401
    assert tokens.keep() == 1
    Agent.objects.filter(pk=desk.agent.pk).update(is_active=True)
    assert one.get("me/").status_code == 401, "for good"


def test_it_dies_when_its_agent_is_signed_out_everywhere(desk: Desk) -> None:
    one = program(desk.agent)
    sign_ins.end_all(desk.agent)
    assert one.get("me/").status_code == 401
    assert tokens.keep() == 1
    assert program(desk.agent).get("me/").status_code == 200, "a new one is good"


@pytest.mark.parametrize(
    "text", ["", "oh_", "oh_1_x", "oh_0_" + "a" * 43, "oh_9999999999999999999_" + "a" * 43, "\x00"]
)
def test_what_is_no_token_is_refused(desk: Desk, text: str) -> None:
    assert Program(text).get("me/").status_code == 401


def test_nobody_without_one_gets_in(desk: Desk) -> None:
    assert Client().get("/api/v1/me/").status_code == 403


@pytest.mark.parametrize(("network", "code"), [("127.0.0.0/8", 200), ("192.0.2.0/24", 401)])
def test_from_where_it_may_be_used(desk: Desk, network: str, code: int) -> None:
    assert program(desk.agent, networks=[network]).get("me/").status_code == code


@pytest.mark.parametrize("scope", EVERYTHING)
def test_each_scope_opens_its_own_and_no_more(desk: Desk, talk: Conversation, scope: str) -> None:
    one = program(desk.supervisor, [scope])
    place = f"conversations/{talk.pk}"
    tries = {
        "conversations:read": one.get(f"{place}/"),
        "conversations:write": one.post(f"{place}/read/", {"seq": 1}),
        "messages:write": one.post(f"{place}/messages/", {"body": "Hi"}),
        "contacts:read": one.get("customers/"),
        "contacts:write": one.send("patch", f"customers/{talk.customer_id}/", {"city": "Leeds"}),
        "templates:read": one.get("templates/"),
        "reports": one.get("reports/promises/"),
        "admin": one.post("queue/agents/999999/", {"back": True}),
    }
    codes = {name: answer.status_code for name, answer in tries.items()}
    assert {name for name, code in codes.items() if code != 403} == {scope} & set(tries), codes


def test_notes_are_for_who_may_read_them(desk: Desk, talk: Conversation) -> None:
    messages.note(talk.pk, by=desk.agent, body="Between us")
    note = Message.objects.get(body="Between us")
    few = [one for one in EVERYTHING if one != Scope.NOTES_READ]
    blind, seeing = program(desk.agent, few), program(desk.agent)
    paths = ("", "messages/", "events/?after=0")
    for path in (*(f"conversations/{talk.pk}/{one}" for one in paths), "events/?after=0"):
        assert "Between us" not in blind.get(path).content.decode(), path
        assert "note_added" not in blind.get(path).content.decode(), path
        assert "Between us" in seeing.get(path).content.decode(), path
    assert blind.get(f"messages/{note.pk}/").status_code == 404
    assert blind.get("search/?q=between").status_code == 403
    refused = blind.post(f"conversations/{talk.pk}/messages/", {"body": "x", "internal": True})
    assert refused.status_code == 403
    assert Message.objects.count() == 2


@pytest.mark.parametrize("who", ["agent", "admin"])
def test_a_token_may_be_for_some_inboxes(desk: Desk, who: str) -> None:
    second = factories.inbox(teams=[desk.mine])
    here, there = factories.conversation(desk.inbox), factories.conversation(second)
    one = program(getattr(desk, who), inbox_ids=[desk.inbox.pk])
    assert [row["id"] for row in one.get("conversations/").json()["results"]] == [here.pk]
    assert one.get(f"conversations/{there.pk}/").status_code == 404
    assert one.get(f"customers/{there.customer_id}/").status_code == 404
    assert [box["id"] for box in one.get("inboxes/").json()["results"]] == [desk.inbox.pk]
    desk.inbox.conversations.all().delete()
    ApiToken.objects.get().inboxes.clear()
    assert one.get("conversations/").json()["results"] == []


def test_pages_of_the_desk_are_closed_to_tokens(desk: Desk, robot: Program) -> None:
    for path in ("conversations/counts/", "preferences/", "for-me/", "visitors/", "rush/"):
        assert robot.get(path).status_code == 403, path
    assert robot.client.get("/inbox/").status_code == 302


def test_can_and_visible_are_narrowed(desk: Desk, talk: Conversation) -> None:
    made, _text = tokens.create(by=desk.admin, name="x", scopes=SEC, days=1)
    limit(made.agent, made)
    assert not [act for act in Action if can(made.agent, act)]
    assert visible(made.agent, Conversation).get() == talk


def test_who_may_make_one_for_whom(desk: Desk) -> None:
    def fault(by: Agent, agent: Agent | None = None, **facts: object) -> set[str]:
        given = {"name": "x", "scopes": SEC, "days": 30, **facts}
        try:
            tokens.create(by=by, agent=agent, **given)  # type: ignore[arg-type]
        except tokens.InvalidTokenError as error:
            return set(error.errors)
        return set()

    assert fault(desk.supervisor) == fault(desk.admin, desk.agent) == set()
    assert fault(desk.agent) == fault(desk.supervisor, desk.agent) == {"agent"}
    assert fault(desk.admin, name=" ", scopes=["all"], days=366) == {"name", "scopes", "days"}
    assert fault(desk.supervisor, inbox_ids=[desk.elsewhere.pk]) == {"inboxes"}
    assert fault(desk.supervisor, inbox_ids=[]) == {"inboxes"}
    assert fault(desk.supervisor, networks=["home"]) == {"networks"}
    Agent.objects.filter(pk=desk.agent.pk).update(is_active=False)
    desk.agent.refresh_from_db()
    assert fault(desk.admin, desk.agent) == {"agent"}
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.update(expires_at=datetime.now(UTC) + timedelta(days=400))


def test_its_use_is_written_down_once_a_minute(desk: Desk, robot: Program) -> None:
    robot.get("me/")
    first = ApiToken.objects.get().used_at
    robot.get("me/")
    assert first is not None
    assert ApiToken.objects.get().used_at == first
    ApiToken.objects.update(used_at=first - timedelta(minutes=2))
    robot.get("me/")
    assert ApiToken.objects.get().used_at >= first  # type: ignore[operator]
