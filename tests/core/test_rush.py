"""A rush is noticed once however many look; what a supervisor eases holds, ends and is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from helpdesk.models import (
    Agent,
    AgentSkill,
    BusinessHours,
    CapacityProfile,
    Conversation,
    Presence,
    Queue,
    Relief,
    ReliefKind,
    Rush,
    Skill,
    SLAClock,
    State,
    WorkItem,
    WorkState,
)
from helpdesk.realtime import publish
from helpdesk.routing import engine, reliefs, snapshot
from helpdesk.routing.slots import slots
from helpdesk.routing.spike import Figures
from helpdesk.selectors import rush as measured
from helpdesk.services import conversations, relief, rush
from helpdesk.services.relief import InvalidReliefError, Wish
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once
from tests.core.test_queries import statements

HOUR = timedelta(hours=1)
JSON = "application/json"


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(publish, "send", lambda group, frame: found.append((group, frame)))
    return found


def online(*agents: Agent) -> None:
    for one in agents:
        one.presence, one.last_seen_at = Presence.ONLINE, datetime.now(UTC)
        one.save()


def come(desk: Desk, count: int, at: datetime | None = None) -> list[Conversation]:
    """So many customers, who came at a moment."""
    made = [factories.conversation(desk.inbox) for _ in range(count)]
    if at is not None:
        WorkItem.objects.filter(conversation__in=made).update(enqueued_at=at)
        SLAClock.objects.filter(conversation__in=made).update(started_at=at)
    return made


def history(desk: Desk, per_week: int, weeks: int = 4) -> None:
    now = datetime.now(UTC)
    for number in range(1, weeks + 1):
        for one in come(desk, per_week, now - number * measured.WEEK - timedelta(minutes=1)):
            WorkItem.objects.filter(conversation=one).update(
                state=WorkState.DONE, ended_at=datetime.now(UTC)
            )


# --- the figures ---


def test_a_desk_without_live_inboxes_has_no_figures(desk: Desk) -> None:
    desk.inbox.__class__.objects.update(enabled=False)
    assert measured.figures(datetime.now(UTC)) == Figures()


def test_arrivals_against_the_same_minutes_of_the_weeks_before(desk: Desk) -> None:
    history(desk, 2)
    come(desk, 7)
    found = measured.figures(datetime.now(UTC))
    assert (found.arrivals, found.forecast) == (7, 2)


def test_two_weeks_are_no_history(desk: Desk) -> None:
    history(desk, 2, weeks=2)
    assert measured.figures(datetime.now(UTC)).forecast is None


def test_the_same_minutes_on_the_wall_across_a_change_of_the_clocks() -> None:
    zone = ZoneInfo("Europe/Warsaw")
    monday = datetime(2026, 10, 26, 9, 0, tzinfo=zone)  # the clocks went back on Sunday
    (_start, before) = measured.weeks_before(monday, zone)[1]
    assert before.astimezone(zone).hour == 9
    assert monday.astimezone(UTC) - before == timedelta(days=7, hours=1)


def test_the_week_is_that_of_the_desk(desk: Desk) -> None:
    hours = BusinessHours.objects.create(
        name="Shop", calendar={"zone": "Asia/Tokyo", "week": {}, "holidays": [], "exceptions": []}
    )
    desk.inbox.queue = Queue.objects.create(name="Shop", hours=hours)
    assert str(measured._zone([desk.inbox])) == "Asia/Tokyo"
    assert measured._zone([desk.elsewhere]) is UTC


def test_the_service_level_counts_late_ones_who_still_wait(desk: Desk) -> None:
    answered, late, fresh = come(desk, 4), come(desk, 4), come(desk, 3)
    now = datetime.now(UTC)
    clocks = SLAClock.objects.filter(metric="frt")
    clocks.filter(conversation__in=answered).update(fulfilled_at=now, open=False)
    clocks.filter(conversation__in=late).update(breached_at=now)
    found = measured.figures(datetime.now(UTC))
    assert (found.level, found.target) == (0.5, 0.8)
    assert fresh  # may still be answered in time, so they count for nothing yet


def test_what_an_agent_ends_without_a_word_is_not_judged(desk: Desk) -> None:
    left, nuisances = come(desk, 5), come(desk, 5)
    for one in (*left, *nuisances):
        conversations.change_state(
            one.pk,
            State.RESOLVED,
            by=desk.agent if one in nuisances else None,
            reason="solved",
        )
    clocks = SLAClock.objects.filter(metric="frt")
    clocks.update(started_at=datetime.now(UTC) - timedelta(seconds=20))
    clocks.filter(conversation__in=left[:2]).update(breached_at=datetime.now(UTC))
    found = measured.figures(datetime.now(UTC))
    assert found.level == 0  # all five left unanswered


def test_a_handful_says_nothing_of_the_service_level(desk: Desk) -> None:
    late = come(desk, 4)
    SLAClock.objects.filter(conversation__in=late).update(breached_at=datetime.now(UTC))
    found = measured.figures(datetime.now(UTC))
    assert (found.level, found.target) == (None, None)


def test_the_wait_of_who_comes_now(desk: Desk) -> None:
    assert measured.figures(datetime.now(UTC)).wait is None
    come(desk, 5)
    assert measured.figures(datetime.now(UTC)).wait is None  # nobody serves
    online(desk.agent)
    wait = measured.figures(datetime.now(UTC)).wait
    assert wait is not None
    assert wait > 60
    WorkItem.objects.update(state=WorkState.DONE)
    assert measured.figures(datetime.now(UTC)).wait == 0


def test_the_figures_cost_the_same_for_any_number(desk: Desk) -> None:
    online(desk.agent)
    come(desk, 1)
    one = len(statements(lambda: measured.figures(datetime.now(UTC))))
    for _ in range(4):
        factories.inbox(teams=[desk.mine])
        online(factories.agent(teams=[desk.mine]))
    come(desk, 6)
    assert len(statements(lambda: measured.figures(datetime.now(UTC)))) == one <= 24


# --- noticing it ---


def begin(desk: Desk) -> datetime:
    """A rush by arrivals, measured just now."""
    history(desk, 1)
    come(desk, 6)
    now = datetime.now(UTC)
    rush.measure(now)
    assert rush.measure(now) == 1
    return now


def test_a_rush_begins_is_told_and_speeds_up_the_router(
    desk: Desk,
    pushed: list[tuple[str, dict[str, Any]]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        now = begin(desk)
    assert ("agents", {"type": "rush", "on": True}) in pushed
    row = Rush.objects.get()
    assert (row.since, row.signs) == (now, ["arrivals"])
    assert snapshot.world(now).settings.spike
    assert rush.measure(now + timedelta(seconds=14)) == 0
    assert Rush.objects.get().measured_at == now


def test_it_ends_after_ten_calm_minutes(
    desk: Desk,
    pushed: list[tuple[str, dict[str, Any]]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    now = begin(desk)
    WorkItem.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        changed = [rush.measure(now + timedelta(seconds=15 * n)) for n in range(1, 50)]
    assert sum(changed) == 1
    assert changed.index(1) == 40  # the first calm look, and ten minutes more
    assert pushed == [("agents", {"type": "rush", "on": False})]
    assert Rush.objects.get().since is None


def test_what_nobody_measures_is_no_rush(desk: Desk) -> None:
    begin(desk)
    Rush.objects.update(measured_at=datetime.now(UTC) - timedelta(minutes=3))
    assert not snapshot.world(datetime.now(UTC)).settings.spike
    assert rush_of(desk.agent)["since"] is None


@pytest.mark.django_db(transaction=True)
def test_of_many_sweepers_one_measures(
    desk: Desk, pushed: list[tuple[str, dict[str, Any]]]
) -> None:
    history(desk, 1)
    come(desk, 6)
    now = datetime.now(UTC)
    rush.measure(now)
    changed = at_once([lambda: rush.measure(now)] * 8)
    assert sum(changed) == 1
    assert [frame for _group, frame in pushed] == [{"type": "rush", "on": True}]
    assert Rush.objects.count() == 1


# --- what is eased ---


def ease(desk: Desk, *agents: Agent, **facts: Any) -> Relief:
    wish = {"kind": ReliefKind.LIMITS, "reason": "Rush", "lasts": HOUR, **facts}
    return relief.grant(Wish(**wish), agents or (desk.agent,), by=desk.supervisor)


def held(agent: Agent) -> int:
    return WorkItem.objects.filter(agent=agent).exclude(state=WorkState.DONE).count()


def test_a_raised_limit_is_used_and_ends_by_itself(desk: Desk) -> None:
    Agent.objects.filter(pk=desk.agent.pk).update(
        capacity=CapacityProfile.objects.create(name="One chat", units=4, limits={"chat": 1})
    )
    online(Agent.objects.get(pk=desk.agent.pk))
    come(desk, 4)
    engine.run()
    assert held(desk.agent) == 1
    made = ease(desk, channel="chat")
    engine.run()
    assert held(desk.agent) == 2
    assert slots(desk.inbox).slots == 2
    Relief.objects.filter(pk=made.pk).update(until=datetime.now(UTC))
    come(desk, 1)
    engine.run()
    assert held(desk.agent) == 2  # who is there stays; nobody more comes
    assert relief.end_due() == 1
    made.refresh_from_db()
    assert (made.ended_at, made.ended_by) == (made.until, None)
    assert relief.end_due() == 0


def test_only_those_it_is_for_are_eased(desk: Desk) -> None:
    ease(desk, desk.agent, desk.supervisor, channel="chat", more=2)
    now = datetime.now(UTC)
    assert set(reliefs.eases(now)) == {desk.agent.pk, desk.supervisor.pk}
    assert set(reliefs.eases(now, desk.agent.pk)) == {desk.agent.pk}
    assert snapshot.profile(desk.agent).units == 20
    assert snapshot.profile(desk.stranger).units == 12


def test_a_skill_for_a_while_is_not_his_own(desk: Desk) -> None:
    skill = Skill.objects.create(name="Returns")
    made = ease(desk, kind=ReliefKind.SKILL, skill=skill, level=4)
    assert not AgentSkill.objects.exists()
    assert state_of(desk.agent).skills == {skill.pk: 4}
    relief.take_back(made.pk, by=desk.supervisor)
    assert state_of(desk.agent).skills == {}
    made.refresh_from_db()
    assert made.ended_by == desk.supervisor


def state_of(agent: Agent) -> Any:
    (found,) = (one for one in snapshot.world(datetime.now(UTC)).agents if one.id == agent.pk)
    return found


@pytest.mark.parametrize("before", [None, 2])
def test_a_skill_for_good_is_his_own_and_can_be_taken_back(desk: Desk, before: int | None) -> None:
    skill = Skill.objects.create(name="Returns")
    if before:
        AgentSkill.objects.create(agent=desk.agent, skill=skill, level=before)
    made = ease(desk, kind=ReliefKind.SKILL, skill=skill, level=4, lasts=None)
    assert desk.agent.agent_skills.get().level == 4
    assert relief.end_due(datetime.now(UTC) + timedelta(days=400)) == 0
    relief.take_back(made.pk, by=desk.supervisor)
    relief.take_back(made.pk, by=desk.supervisor)
    assert [one.level for one in desk.agent.agent_skills.all()] == ([before] if before else [])


def test_what_somebody_changed_since_stays(desk: Desk) -> None:
    skill = Skill.objects.create(name="Returns")
    made = ease(desk, kind=ReliefKind.SKILL, skill=skill, level=4, lasts=None)
    AgentSkill.objects.update(level=5)
    relief.take_back(made.pk, by=desk.supervisor)
    assert desk.agent.agent_skills.get().level == 5


def test_reserves_help_at_once(desk: Desk) -> None:
    Agent.objects.filter(pk=desk.agent.pk).update(flex=["chat"])
    online(Agent.objects.get(pk=desk.agent.pk))
    come(desk, 1)
    assert engine.run() == 0
    ease(desk, kind=ReliefKind.RESERVES)
    assert not reliefs.emergency(datetime.now(UTC))
    assert engine.run() == 1


def test_second_teams_help_at_once(desk: Desk) -> None:
    first = factories.team()
    queue = Queue.objects.create(name="Shop")
    queue.primary.add(first)
    queue.secondary.add(desk.mine)
    desk.inbox.queue = queue
    desk.inbox.save()
    online(desk.agent)
    come(desk, 1)
    assert engine.run() == 0
    ease(desk, kind=ReliefKind.RESERVES, emergency=True)
    assert snapshot.world(datetime.now(UTC)).settings.protected_share == 0
    assert engine.run() == 1


@pytest.mark.django_db(transaction=True)
def test_it_ends_once_with_two_sweepers(
    desk: Desk, pushed: list[tuple[str, dict[str, Any]]]
) -> None:
    for number in range(6):
        ease(desk, more=1 + number % 3)
    Relief.objects.update(until=datetime.now(UTC))
    pushed.clear()
    assert sum(at_once([relief.end_due] * 4)) == 6
    assert len(pushed) == 6
    assert {group for group, _frame in pushed} == {f"agent.{desk.agent.pk}"}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"reason": "  "}, "reason"),
        ({"lasts": timedelta(minutes=1)}, "lasts"),
        ({"lasts": timedelta(days=2)}, "lasts"),
        ({"lasts": None}, "lasts"),
        ({"more": 4}, "more"),
        ({"more": 0}, "more"),
        ({"channel": "smoke"}, "channel"),
        ({"kind": ReliefKind.SKILL}, "skill"),
    ],
)
def test_what_cannot_be_is_refused(desk: Desk, facts: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidReliefError) as refused:
        ease(desk, **facts)
    assert refused.value.code == code
    assert not Relief.objects.exists()


def test_it_is_for_somebody(desk: Desk) -> None:
    with pytest.raises(InvalidReliefError, match="no_agents"):
        relief.grant(Wish(ReliefKind.RESERVES, "Rush", HOUR), [], by=desk.supervisor)


# --- over REST ---


def client(agent: Agent) -> Client:
    made = Client()
    made.force_login(agent)
    return made


def rush_of(agent: Agent) -> dict[str, Any]:
    found: dict[str, Any] = client(agent).get("/api/v1/rush/").json()
    return found


def post(agent: Agent, path: str = "reliefs/", /, **body: Any) -> Any:
    return client(agent).post(f"/api/v1/{path}", body, content_type=JSON)


LIMITS = {"kind": "limits", "minutes": 60, "reason": "Rush"}


def test_a_supervisor_eases_and_those_concerned_see_it(desk: Desk) -> None:
    answer = post(desk.supervisor, **LIMITS, channel="chat", more=2)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["text"] == "2 more at once: Chat on the site"
    assert (told["by"], told["reason"]) == (desk.supervisor.display_name, "Rush")
    (mine,) = rush_of(desk.agent)["mine"]
    assert mine["id"] == told["id"]
    assert rush_of(desk.stranger)["mine"] == []
    assert client(desk.agent).get("/api/v1/reliefs/").json()["choices"] is None
    listed = client(desk.supervisor).get("/api/v1/reliefs/").json()
    assert [one["id"] for one in listed["open"]] == [told["id"]]
    names = {one["name"] for one in listed["choices"]["agents"]}
    assert desk.agent.display_name in names
    assert desk.stranger.display_name not in names
    assert post(desk.supervisor, f"reliefs/{told['id']}/end/").status_code == 204
    assert rush_of(desk.agent)["mine"] == []


def test_agents_may_not(desk: Desk) -> None:
    made = ease(desk)
    assert post(desk.agent, **LIMITS).status_code == 403
    assert post(desk.agent, f"reliefs/{made.pk}/end/").status_code == 403
    assert Client().get("/api/v1/rush/").status_code in {401, 403}
    made.refresh_from_db()
    assert made.ended_at is None


def test_nobody_steers_a_team_that_is_not_his(desk: Desk) -> None:
    assert post(desk.supervisor, **LIMITS, agent=desk.stranger.pk).status_code == 400
    made = relief.grant(Wish(ReliefKind.LIMITS, "Rush", HOUR), [desk.stranger], by=desk.admin)
    assert post(desk.supervisor, f"reliefs/{made.pk}/end/").status_code == 404
    assert post(desk.admin, f"reliefs/{made.pk}/end/").status_code == 204


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({**LIMITS, "reason": ""}, "reason", "blank"),
        ({**LIMITS, "minutes": 2}, "minutes", "5 minutes"),
        ({**LIMITS, "minutes": None}, "minutes", "for good"),
        ({**LIMITS, "channel": "smoke"}, "channel", "no such channel"),
        ({**LIMITS, "more": 9}, "more", "3"),
        ({**LIMITS, "kind": "skill"}, "skill", "no such skill"),
        ({**LIMITS, "kind": "magic"}, "kind", "magic"),
        ({**LIMITS, "agent": 10**9}, "agents", "nobody"),
        ({**LIMITS, "shout": True}, "shout", "not known"),
    ],
)
def test_bad_input_gets_a_clear_word(
    desk: Desk, body: dict[str, Any], field: str, words: str
) -> None:
    answer = post(desk.supervisor, **body)
    assert answer.status_code == 400
    assert words in answer.json()[field][0]


def test_the_bar_says_which_signs_and_calls_in_who_does_other_work(desk: Desk) -> None:
    now = begin(desk)
    Agent.objects.filter(pk=desk.agent.pk).update(presence=Presence.BACK_OFFICE)
    told = rush_of(desk.agent)
    assert datetime.fromisoformat(told["since"]) - now < timedelta(milliseconds=1)
    assert told["signs"] == ["6 contacts in 5 minutes, usually 1"]
    assert told["call_in"]
    assert not rush_of(desk.supervisor)["call_in"]


def test_the_bar_costs_the_same_for_any_number(desk: Desk) -> None:
    begin(desk)
    ease(desk)
    browser = client(desk.agent)
    one = len(statements(lambda: browser.get("/api/v1/rush/")))
    for _ in range(5):
        ease(desk, desk.agent, factories.agent(teams=[desk.mine]))
    assert len(statements(lambda: browser.get("/api/v1/rush/"))) == one <= 12
