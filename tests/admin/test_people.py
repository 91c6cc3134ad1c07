"""Agents, teams, skills, templates and customers: what their screens do."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from helpdesk.admin import rights
from helpdesk.models import Agent, AgentSkill, CustomerIdentity, Role, Skill
from tests.admin.desk import Desk


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Whose sockets were told to check their rights."""
    found: list[int] = []
    monkeypatch.setattr(rights, "rights_changed", found.append)
    return found


def rows(prefix: str, *forms: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    fields: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(forms),
        f"{prefix}-INITIAL_FORMS": initial,
    }
    for number, form in enumerate(forms):
        fields |= {f"{prefix}-{number}-{name}": value for name, value in form.items()}
    return fields


def account(agent: Agent, **changed: Any) -> dict[str, Any]:
    return {
        "email": agent.email,
        "first_name": agent.first_name,
        "last_name": agent.last_name,
        "language": "en",
        "role": agent.role,
        "is_active": "on",
        **rows("agent_skills"),
        **rows("languages"),
        **rows("memberships"),
        **changed,
    }


def page_of(agent: Agent) -> str:
    return reverse("admin:helpdesk_agent_change", args=[agent.pk])


def test_skills_with_levels(
    desk: Desk,
    told: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client, skill = desk.browser("admin"), Skill.objects.get()
    given = account(desk.stranger) | rows("agent_skills", {"skill": skill.pk, "level": 4})
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page_of(desk.stranger), given).status_code == 302
    assert AgentSkill.objects.get(agent=desk.stranger).level == 4
    assert told == [desk.stranger.pk]
    wrong = account(desk.agent) | rows("agent_skills", {"skill": skill.pk, "level": 6})
    assert client.post(page_of(desk.agent), wrong).status_code == 200
    assert not AgentSkill.objects.filter(agent=desk.agent).exists()


def test_a_new_account_signs_in_by_address(desk: Desk) -> None:
    client = desk.browser("admin")
    page = reverse("admin:helpdesk_agent_add")
    assert client.get(page).status_code == 200
    new = {
        "email": "new@desk.example",
        "first_name": "Nia",
        "last_name": "New",
        "role": "agent",
        "password1": "something-quite-long-9",
        "password2": "something-quite-long-9",
    }
    assert client.post(page, new).status_code == 302
    agent = Agent.objects.get(email="new@desk.example")
    assert agent.check_password("something-quite-long-9")
    assert (agent.role, agent.is_superuser) == (Role.AGENT, False)
    short = {**new, "email": "short@desk.example", "password1": "short", "password2": "short"}
    assert client.post(page, short).status_code == 200
    assert not Agent.objects.filter(email="short@desk.example").exists()


@pytest.mark.parametrize("changed", [{"role": "agent"}, {"is_active": ""}])
def test_the_last_administrator_stays(desk: Desk, changed: dict[str, str]) -> None:
    client = desk.browser("admin")
    answer = client.post(page_of(desk.admin), account(desk.admin, **changed))
    assert answer.status_code == 200
    assert "last administrator" in answer.content.decode()
    Agent.objects.filter(pk=desk.stranger.pk).update(role=Role.ADMIN)
    answer = client.post(page_of(desk.admin), account(desk.admin, **changed))
    assert answer.status_code == 302


def test_leaving_a_team_is_announced(
    desk: Desk,
    told: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    kept, gone = desk.team.memberships.order_by("agent_id")
    forms = rows(
        "memberships",
        {"id": kept.pk, "team": desk.team.pk, "agent": kept.agent_id, "active": "on"},
        {"id": gone.pk, "team": desk.team.pk, "agent": gone.agent_id, "DELETE": "on"},
        initial=2,
    )
    page = reverse("admin:helpdesk_team_change", args=[desk.team.pk])
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.browser("admin").post(page, {"name": "Help", **forms})
    assert answer.status_code == 302
    assert set(told) == {kept.agent_id, gone.agent_id}
    assert not desk.team.memberships.filter(agent=gone.agent_id).exists()


def test_deleting_a_team_is_announced(
    desk: Desk,
    told: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    page = reverse("admin:helpdesk_team_delete", args=[desk.team.pk])
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.browser("admin").post(page, {"post": "yes"}).status_code == 302
    assert set(told) == {desk.supervisor.pk, desk.agent.pk}


def test_giving_an_inbox_to_a_team_is_announced(
    desk: Desk,
    told: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    page = reverse("admin:helpdesk_inbox_change", args=[desk.other.pk])
    fields = {
        "name": "Other",
        "address": desk.other.address,
        "language": "en",
        "settings": "{}",
        "teams": [desk.team.pk],
        "enabled": "on",
        **rows("address_forms"),
    }
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.browser("admin").post(page, fields).status_code == 302
    assert set(told) == {desk.supervisor.pk, desk.agent.pk, desk.stranger.pk}


def test_an_address_that_was_typed_in_says_so(desk: Desk) -> None:
    person = desk.own_customer
    known = person.identities.get()
    forms = rows(
        "identities",
        {"id": known.pk, "customer": person.pk, "kind": known.kind, "address": known.address},
        {"customer": person.pk, "kind": "email", "address": "c@mail.example"},
        initial=1,
    )
    page = reverse("admin:helpdesk_customer_change", args=[person.pk])
    given = {"name": "Corrected", "language": "pl", **forms}
    assert desk.browser("supervisor").post(page, given).status_code == 403
    assert desk.browser("admin").post(page, given).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.language) == ("Corrected", "pl")
    added = CustomerIdentity.objects.get(address="c@mail.example")
    assert "typed in by Ada" in added.evidence
