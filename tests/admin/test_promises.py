"""Queues, hours, promises and capacity: what is refused, what is warned of, what is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from helpdesk import nudge
from helpdesk.models import (
    Agent,
    AgentLanguage,
    BusinessHours,
    CapacityProfile,
    Queue,
    Skill,
    SLAClock,
    SLAPolicy,
)
from helpdesk.sla import policies, stored
from tests.admin.desk import Desk, customer
from tests.admin.test_people import account, page_of, rows


@pytest.fixture
def client(desk: Desk) -> Client:
    return desk.browser("supervisor")


def send(client: Client, model: str, given: dict[str, Any], pk: int | None = None) -> str:
    """Post a form of the admin; the page that comes back, also after a redirect."""
    page = f"admin:helpdesk_{model}_" + ("add" if pk is None else "change")
    address = reverse(page, args=[] if pk is None else [pk])
    assert client.get(address).status_code == 200
    return client.post(address, given, follow=True).content.decode()


HOURS = {"name": "Office", "zone": "Europe/Warsaw", "mon": "9-12, 13:00–17:00"}


def test_hours_are_written_as_people_write_them(client: Client) -> None:
    given = {**HOURS, "country": "PL", "exceptions": "2026-12-24 09:00-13:00 Eve\n05-02 Bridge"}
    send(client, "businesshours", given)
    kept = BusinessHours.objects.get()
    assert kept.calendar["week"]["mon"] == [["09:00", "12:00"], ["13:00", "17:00"]]
    assert kept.calendar["exceptions"] == [
        {"date": "2026-12-24", "name": "Eve", "open": [["09:00", "13:00"]]},
        {"date": "05-02", "name": "Bridge", "open": []},
    ]
    assert any(day["date"].endswith("-05-03") for day in kept.calendar["holidays"])
    page = client.get(reverse("admin:helpdesk_businesshours_change", args=[kept.pk]))
    text = page.content.decode()
    assert "09:00-12:00, 13:00-17:00" in text
    assert "2026-12-24 09:00-13:00 Eve" in text
    assert "{&quot;" not in text
    before = kept.calendar
    send(client, "businesshours", {**given, "mon": "09:00-12:00, 13:00-17:00"}, kept.pk)
    kept.refresh_from_db()
    assert kept.calendar == before


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"mon": "09:00-12:00, 11:00-15:00"}, "These hours overlap: 09:00-12:00 | 11:00-15:00"),
        ({"mon": "22:00-06:00"}, "The end is before the start"),
        ({"mon": "09:00-09:00"}, "begins and ends at the same time"),
        ({"mon": "nine to five"}, "are no opening hours"),
        ({"mon": "9-25"}, "are no opening hours"),
        ({"mon": ""}, "at least one opening time"),
        ({"zone": "Mars/Base"}, "Select a valid choice"),
        ({"exceptions": "24.12.2026 closed"}, "Line 1 (24.12.2026)"),
        ({"exceptions": "12-24\n12-24"}, "is there twice"),
        ({"country": "PL", "region": "XX"}, "This region is not known"),
    ],
)
def test_bad_hours_are_refused(client: Client, changed: dict[str, str], said: str) -> None:
    page = send(client, "businesshours", {**HOURS, **changed})
    assert said in page
    assert not BusinessHours.objects.exists()


PROMISE = {
    "name": "Chat",
    "position": "10",
    "enabled": "on",
    "objective": "80",
    "kinds": ["live"],
    "frt_normal": "30 s",
    "frt_urgent": "0,25 min",
    "frt_urgent_goal": "5 s",
    "frt_normal_goal": "10 s",
    "frt_normal_most": "2 min",
    "nrt_normal": "1",
    "nrt_business": "on",
    "warning_0_percent": "75",
    "warning_0_level": "agent",
    "step_0_after": "20 s",
    "step_0_action": "nudge",
    "step_0_metric": "frt",
    "step_0_since": "waiting",
    "vip": "no",
}


def test_a_promise_is_written_in_fields(client: Client) -> None:
    send(client, "slapolicy", PROMISE)
    kept = SLAPolicy.objects.get()
    policy = stored.policy_of(kept)
    assert policies.problems(policy) == []
    assert policy.conditions == policies.Conditions(kinds=frozenset({"live"}), vip=False)
    assert policy.targets["frt"]["urgent"] == policies.Target(seconds=15, goal=5)
    assert policy.objective == policies.Objective(share=0.8)
    assert policy.targets["frt"]["normal"] == policies.Target(seconds=30, goal=10, most=120)
    assert policy.targets["nrt"]["normal"] == policies.Target(seconds=60, business=True)
    assert policy.warnings == (policies.Warned(75, "agent"),)
    assert policy.steps == (policies.Step(20, "nudge"),)
    page = client.get(reverse("admin:helpdesk_slapolicy_change", args=[kept.pk]))
    assert 'value="30 s"' in page.content.decode()
    assert "{&quot;" not in page.content.decode()
    send(client, "slapolicy", PROMISE, kept.pk)
    assert stored.policy_of(SLAPolicy.objects.get()) == policy


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"frt_normal": "", "frt_urgent": "", "nrt_normal": "", "step_0_after": ""},
         "write at least one time"),
        ({"frt_normal": ""}, "Write the time for the normal priority"),
        ({"frt_normal": "soon"}, "Write a time such as"),
        ({"frt_normal": "0"}, "more than nothing"),
        ({"frt_normal": "-5"}, "Write a time such as"),
        ({"frt_normal": "99999 h"}, "at most a year"),
        ({"frt_normal_goal": "40 s"}, "not longer than the target"),
        ({"frt_urgent_goal": "20 s"}, "not longer than the target"),
        ({"frt_low_most": "5 min"}, "Write the time of this priority too"),
        ({"objective": "0"}, "greater than or equal to 1"),
        ({"objective": "101"}, "less than or equal to 100"),
        ({"frt_normal_most": "20 s"}, "not shorter than the target"),
        ({"step_0_metric": "update"}, "a target for what it waits for"),
        ({"warning_0_percent": "101"}, "less than or equal to 100"),
        ({"warning_1_percent": "75", "warning_1_level": "info"}, "The same is there twice"),
    ],
)  # fmt: skip
def test_bad_promises_are_refused(client: Client, changed: dict[str, str], said: str) -> None:
    page = send(client, "slapolicy", {**PROMISE, **changed})
    assert said in page
    assert not SLAPolicy.objects.exists()


def test_a_promise_that_is_never_used_is_warned_of(client: Client) -> None:
    send(client, "slapolicy", {**PROMISE, "kinds": [], "vip": ""})
    page = send(client, "slapolicy", {**PROMISE, "name": "Second", "position": "20"})
    assert page.count("Never used") == 2
    assert SLAPolicy.objects.count() == 2


def test_the_products_own_promises_can_be_written_down(client: Client, desk: Desk) -> None:
    listed = reverse("admin:helpdesk_slapolicy_changelist")
    assert "those of the product hold" in client.get(listed).content.decode()
    address = reverse("admin:helpdesk_slapolicy_defaults")
    assert client.get(address).status_code == 403
    assert desk.browser("agent").post(address).status_code == 302
    assert not SLAPolicy.objects.exists()
    for _ in range(2):
        assert client.post(address).status_code == 302
    found = [policy for _row, policy in stored.in_force()]
    assert [one.targets for one in found] == [one.targets for one in policies.defaults()]
    assert [one.steps for one in found] == [one.steps for one in policies.defaults()]
    assert "those of the product hold" not in client.get(listed).content.decode()


def test_a_change_is_brought_to_what_runs(
    client: Client,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """Also without a broker: then it is done at once."""
    monkeypatch.setattr(nudge, "wake", lambda *_, **_facts: False)
    customer(desk.own, "+447700900009")  # who waits; the others were called
    running = SLAClock.objects.filter(open=True, metric="frt").get()
    assert running.clock["target"] == 300
    with django_capture_on_commit_callbacks(execute=True):
        send(client, "slapolicy", {**PROMISE, "kinds": [], "vip": "", "frt_normal": "90 s"})
    running.refresh_from_db()
    assert running.clock["target"] == 90


def queue(desk: Desk, *needs: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"name": "Chats", "primary": [desk.team.pk], **rows("needs", *needs), **changed}


def test_a_queue_with_a_skill_that_nobody_has(client: Client, desk: Desk) -> None:
    skill = Skill.objects.get()
    page = send(client, "queue", queue(desk, {"skill": skill.pk, "level": 3, "hard": "on"}))
    made = Queue.objects.get()
    assert made.needs.get().level == 3
    assert "never done without: its customers wait for ever" in page
    made.needs.update(hard=False)
    shown = client.get(reverse("admin:helpdesk_queue_change", args=[made.pk])).content.decode()
    assert "Nobody in its teams has the skill “Polish”." in shown
    assert "No inbox sends its work here." in page
    desk.own.queue = made
    desk.own.save()
    desk.agent.agent_skills.create(skill=skill, level=2)
    shown = client.get(reverse("admin:helpdesk_queue_change", args=[made.pk])).content.decode()
    assert "has the skill “Polish” at level 3" in shown
    desk.agent.agent_skills.update(level=3)
    shown = client.get(reverse("admin:helpdesk_queue_changelist")).content.decode()
    assert "Nobody in its teams" not in shown
    assert "No inbox" not in shown


def test_a_queue_without_agents_is_warned_of(client: Client, desk: Desk) -> None:
    Agent.objects.filter(pk__in=(desk.agent.pk, desk.supervisor.pk)).update(is_active=False)
    Agent.objects.filter(pk=desk.supervisor.pk).update(is_active=True)
    desk.team.memberships.update(active=False)
    page = send(client, "queue", queue(desk))
    assert "Nobody works in its teams" in page
    assert Queue.objects.exists()


def test_a_queue_whose_agents_may_not_see_its_inbox(client: Client, desk: Desk) -> None:
    send(client, "queue", queue(desk))
    desk.other.queue = Queue.objects.get()
    desk.other.save()
    page = client.get(reverse("admin:helpdesk_queue_changelist")).content.decode()
    assert "Nobody in its teams may see the inbox “Other”." in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"secondary": "team"}, "asked first already: Help"), ({"name": ""}, "required")],
)
def test_bad_queues_are_refused(
    client: Client, desk: Desk, changed: dict[str, Any], said: str
) -> None:
    given = {name: [desk.team.pk] if one == "team" else one for name, one in changed.items()}
    assert said in send(client, "queue", queue(desk, **given))
    assert not Queue.objects.exists()
    level = queue(desk, {"skill": Skill.objects.get().pk, "level": 6})
    assert "Select a valid choice" in send(client, "queue", level)


def test_the_list_of_queues_does_not_ask_for_each(
    client: Client, desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        made = Queue.objects.create(name=f"Queue {number}")
        made.primary.add(desk.team)
        made.needs.create(skill=Skill.objects.get(), level=2)
    with django_assert_max_num_queries(18):
        assert client.get(reverse("admin:helpdesk_queue_changelist")).status_code == 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"units": "-1"}, "greater than or equal to 1"),
        ({"units": "0"}, "greater than or equal to 1"),
        ({"units": "1000"}, "less than or equal to 100"),
        ({"limit_sms": "-1"}, "greater than or equal to 0"),
    ],
)
def test_bad_capacity_is_refused(client: Client, changed: dict[str, str], said: str) -> None:
    given = {"name": "Trainee", "units": "4"} | changed
    assert said in send(client, "capacityprofile", given)
    assert not CapacityProfile.objects.exists()


def test_capacity_by_channel(client: Client) -> None:
    send(client, "capacityprofile", {"name": "Trainee", "units": "4", "limit_sms": "1"})
    kept = CapacityProfile.objects.get()
    assert (kept.units, kept.limits) == (4, {"sms": 1})
    send(client, "capacityprofile", {"name": "Trainee", "units": "4", "limit_sms": "0"}, kept.pk)
    kept.refresh_from_db()
    assert kept.limits == {"sms": 0}


def test_what_an_agent_takes(desk: Desk) -> None:
    profile = CapacityProfile.objects.create(name="Trainee", units=4)
    given = account(desk.agent, capacity=profile.pk, auto_accept="on", flex=["sms"]) | rows(
        "languages", {"language": "pl", "level": 4}
    )
    assert desk.browser("admin").post(page_of(desk.agent), given).status_code == 302
    desk.agent.refresh_from_db()
    assert (desk.agent.capacity, desk.agent.auto_accept) == (profile, True)
    assert desk.agent.flex == ["sms"]
    assert AgentLanguage.objects.get().level == 4
    wrong = given | rows("languages", {"language": "xx", "level": 9})
    assert desk.browser("admin").post(page_of(desk.agent), wrong).status_code == 200
