"""Clocks of real conversations: started, fulfilled, paused, cancelled; what fires, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine

from helpdesk import inbound
from helpdesk.events import Kind, locked, record
from helpdesk.models import (
    Agent,
    BusinessHours,
    Conversation,
    Inbox,
    Queue,
    SLAClock,
    SLAPolicy,
    State,
    Timer,
    WorkItem,
)
from helpdesk.services import (
    assignments,
    automatic,
    business_hours,
    conversations,
    firing,
    messages,
    promises,
)
from helpdesk.sla import clocks, stored
from tests import factories
from tests.core.parallel import at_once
from tests.sla.promising import Time, clock, events, fired, open_clocks

pytestmark = pytest.mark.django_db(transaction=True)
BREACHES = ("promise_warned", "promise_broken")


@pytest.fixture
def chat() -> Inbox:
    return factories.inbox(teams=[factories.team()])


@pytest.fixture
def agent(chat: Inbox) -> Agent:
    return factories.agent(teams=chat.teams.all())


@pytest.fixture
def letters(chat: Inbox) -> Inbox:
    """An inbox of letters whose queue works on weekdays from nine to five in Warsaw."""
    calendar = {
        "zone": "Europe/Warsaw",
        "week": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    }
    hours = BusinessHours.objects.create(name="Office", calendar=calendar)
    queue = Queue.objects.create(name="Letters", hours=hours)
    return factories.inbox(
        channel="email", address="a@shop.example", queue=queue, teams=chat.teams.all()
    )


def more(conversation: Conversation, **facts: Any) -> None:
    inbound.receive(
        conversation.inbox,
        factories.inbound_message(
            conversation.customer.identities.get().address,
            conversation_id=conversation.pk,
            **facts,
        ),
    )


def put(at: Time, moment: str) -> None:
    at.start = at.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_a_first_message_starts_the_first_reply(at: Time, chat: Inbox) -> None:
    made = factories.conversation(chat)
    assert open_clocks(made) == {"frt", "resolution"}
    assert clock(made, "frt").due_at == at.start + timedelta(seconds=30)
    item = WorkItem.objects.get(conversation=made)
    assert (item.due_at, item.target) == (at.start + timedelta(seconds=30), 30)


def test_a_persons_answer_keeps_it_and_the_next_turn_is_a_new_clock(
    at: Time, chat: Inbox, agent: Agent
) -> None:
    made = factories.conversation(chat)
    at.after(12)
    messages.reply(made.pk, by=agent, body="Hello")
    first = clock(made, "frt")
    assert not first.open
    assert clocks.elapsed(stored.clock_of(first), at.now) == 12
    assert open_clocks(made) == {"resolution"}
    assert not Timer.objects.filter(clock=first, fired_at__isnull=True).exists()
    at.after(100)
    more(made)
    at.after(110)
    more(made)
    assert open_clocks(made) == {"nrt", "resolution"}
    assert clock(made, "nrt").started_at == at.start + timedelta(seconds=100)


def test_what_no_person_wrote_keeps_nothing(at: Time, chat: Inbox, agent: Agent) -> None:
    made = factories.conversation(chat)
    with locked(made.pk) as conversation:
        automatic.append_automatic(conversation, subject="", body="We will answer.", html="")
    messages.note(made.pk, by=agent, body="Who knows this?")
    assert open_clocks(made) == {"frt", "resolution"}


def test_a_robots_mail_makes_nobody_wait(at: Time, letters: Inbox) -> None:
    made = factories.conversation(letters, kind="email", automated=True)
    assert open_clocks(made) == {"resolution"}


def test_whom_we_wrote_first_gets_no_first_reply(at: Time, letters: Inbox, agent: Agent) -> None:
    person = factories.conversation(letters, kind="email", automated=True)
    messages.reply(person.pk, by=agent, body="We have a question.")
    more(person, kind="email")
    assert open_clocks(person) == {"nrt", "resolution"}


def test_answered_too_late_is_broken_though_no_sweeper_looked(
    at: Time, chat: Inbox, agent: Agent
) -> None:
    made = factories.conversation(chat)
    at.after(31)
    messages.reply(made.pk, by=agent, body="Sorry")
    assert clock(made, "frt").breached_at == at.start + timedelta(seconds=30)
    at.sweep(40)
    assert [kind for kind, _ in events(made, "promise_broken")] == ["promise_broken"]


@pytest.mark.parametrize("to", [State.SPAM, State.RESOLVED])
def test_spam_and_resolved_end_the_waiting(at: Time, chat: Inbox, agent: Agent, to: State) -> None:
    made = factories.conversation(chat)
    conversations.change_state(made.pk, to, by=agent, reason="no answer needed")
    assert open_clocks(made) == set()
    assert clocks.state(stored.clock_of(clock(made, "frt")), at.after(99)) == "cancelled"
    expected = "cancelled" if to == State.SPAM else "met"
    assert clocks.state(stored.clock_of(clock(made, "resolution")), at.now) == expected
    at.sweep(500)
    assert events(made, *BREACHES, "step_taken") == []


def test_pending_stops_resolution_until_the_customer_writes(
    at: Time, chat: Inbox, agent: Agent
) -> None:
    made = factories.conversation(chat)
    at.after(10)
    messages.reply(made.pk, by=agent, body="Which size?", then="pending")
    assert clock(made, "resolution").due_at is None
    at.after(1010)
    more(made)
    assert clock(made, "resolution").due_at == at.start + timedelta(days=1, seconds=1000)


def test_snooze_hides_nobody_who_waits(at: Time, chat: Inbox, agent: Agent) -> None:
    made = factories.conversation(chat)
    assignments.assign(made.pk, agent, by=agent)
    later = datetime.now(UTC) + timedelta(days=1)
    conversations.change_state(made.pk, State.SNOOZED, by=agent, reason="later", due_at=later)
    assert clock(made, "frt").due_at == at.start + timedelta(seconds=30)
    assert clock(made, "resolution").due_at


def test_reopened_resolution_goes_on(at: Time, chat: Inbox, agent: Agent) -> None:
    made = factories.conversation(chat)
    at.after(100)
    messages.reply(made.pk, by=agent, body="Done", then="resolved")
    at.after(5100)
    more(made)
    again = clock(made, "resolution")
    assert SLAClock.objects.filter(conversation=made, metric="resolution").count() == 1
    assert (again.open, stored.clock_of(again).cycle) == (True, 1)
    assert clocks.elapsed(stored.clock_of(again), at.now) == 100


def test_warnings_come_once_and_the_breach_after_the_target(at: Time, chat: Inbox) -> None:
    made = factories.conversation(chat)
    for second in (14, 15, 16, 22, 23, 27, 28, 30):
        at.sweep(second)
    told = [(kind, facts.get("percent")) for kind, facts in events(made, *BREACHES)]
    assert told == [("promise_warned", 50), ("promise_warned", 75), ("promise_warned", 90)]
    at.sweep(31)
    at.sweep(31)
    broken = [facts for kind, facts in events(made, *BREACHES) if kind == "promise_broken"]
    assert broken == [{"metric": "frt", "target": 30, "late": False}]
    assert clock(made, "frt").breached_at == at.start + timedelta(seconds=30)


def test_business_hours_count_only_what_is_open(at: Time, letters: Inbox) -> None:
    put(at, "2026-03-06T15:30")  # Friday, 16:30 in Warsaw
    made = factories.conversation(letters, kind="email")
    with locked(made.pk) as conversation:
        conversation.priority = 2
        record(conversation, Kind.PRIORITY_CHANGED)
    due = clock(made, "frt").due_at
    assert due == datetime(2026, 3, 9, 9, 30, tzinfo=UTC)  # two hours: Monday 10:30
    at.sweep(3600)
    assert events(made, *BREACHES) == []


def test_another_priority_keeps_what_has_elapsed(at: Time, letters: Inbox) -> None:
    put(at, "2026-03-09T08:00")
    made = factories.conversation(letters, kind="email")
    at.after(1800)
    with locked(made.pk) as conversation:
        conversation.priority = 3
        record(conversation, Kind.PRIORITY_CHANGED)
    row = clock(made, "frt")
    assert row.due_at == at.start + timedelta(hours=1)
    assert clocks.elapsed(stored.clock_of(row), at.now) == 1800
    assert WorkItem.objects.get(conversation=made).target == 3600
    at.sweep(1801)
    assert [facts["percent"] for _kind, facts in events(made, *BREACHES)] == [50]


def test_new_hours_count_from_now_on(at: Time, letters: Inbox) -> None:
    put(at, "2026-03-09T15:00")  # Monday, 16:00 in Warsaw; closes at five
    made = factories.conversation(letters, kind="email")
    assert clock(made, "frt").due_at == datetime(2026, 3, 10, 11, tzinfo=UTC)
    hours = BusinessHours.objects.get()
    hours.calendar["week"]["mon"] = [["09:00", "20:00"]]
    hours.save()
    at.after(1800)
    assert promises.review(promises.concerned(hours)) == 1
    # One hour and three more that evening; none is left for Tuesday.
    assert clock(made, "frt").due_at == datetime(2026, 3, 9, 19, tzinfo=UTC)


def test_each_year_brings_its_holidays(
    at: Time, letters: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(business_hours, "_looked", [])
    put(at, "2026-05-01T08:00")  # a Friday, and a holiday in Poland
    BusinessHours.objects.update(country="PL")
    made = factories.conversation(letters, kind="email")
    assert clock(made, "frt").due_at == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert [business_hours.keep_up() for _ in range(2)] == [1, 0]
    assert clock(made, "frt").due_at == datetime(2026, 5, 4, 11, tzinfo=UTC)
    put(at, "2027-01-01T00:00")
    assert business_hours.keep_up() == 1
    days = [day["date"] for day in BusinessHours.objects.get().calendar["holidays"]]
    assert (min(days), max(days)) == ("2027-01-01", "2029-12-26")


def test_written_policies_replace_the_products_own(at: Time, chat: Inbox) -> None:
    SLAPolicy.objects.create(
        name="Others", conditions={"channels": ["email"]}, targets={"frt": {"normal": {}}}
    )
    assert open_clocks(factories.conversation(chat)) == set()
    SLAPolicy.objects.create(
        name="All",
        targets={"frt": {"normal": {"seconds": 60}}},
        steps=[{"after": 5, "action": "raise_priority", "metric": "frt", "since": "waiting"}],
    )
    made = factories.conversation(chat)
    assert open_clocks(made) == {"frt"}
    at.sweep(5)
    made.refresh_from_db()
    assert made.priority == 2
    assert [kind for kind, _ in events(made, "priority_changed", "step_taken")] == [
        "priority_changed",
        "step_taken",
    ]
    at.sweep(61)
    assert events(made, "promise_broken")


def test_steps_since_accepted_belong_to_who_has_it(at: Time, chat: Inbox, agent: Agent) -> None:
    made = factories.conversation(chat)
    at.after(5)
    assignments.assign(made.pk, agent, by=agent)
    at.sweep(19)
    taken = events(made, "step_taken")
    assert taken == []
    at.sweep(20.5)
    since = [(facts["since"], facts["action"]) for _kind, facts in events(made, "step_taken")]
    assert sorted(since) == [("accepted", "nudge"), ("waiting", "nudge")]


def test_an_unanswered_one_is_taken_back(at: Time, chat: Inbox, agent: Agent) -> None:
    SLAPolicy.objects.create(
        name="All",
        targets={"frt": {"normal": {"seconds": 60}}},
        steps=[{"after": 30, "action": "reassign", "metric": "frt", "since": "accepted"}],
    )
    made = factories.conversation(chat)
    assignments.assign(made.pk, agent, by=agent)
    at.sweep(30)
    made.refresh_from_db()
    assert made.assignee is None
    assert WorkItem.objects.get(conversation=made).state == "queued"


def test_after_an_outage_each_fires_once_and_is_late(at: Time, chat: Inbox) -> None:
    made = factories.conversation(chat)
    at.sweep(7200)
    at.sweep(7201)
    told = [facts for _kind, facts in events(made, *BREACHES, "step_taken")]
    assert told
    assert all(facts["late"] for facts in told)
    assert len(fired()) == len(set(fired())) == len(told)


def test_two_sweepers_fire_once(at: Time, chat: Inbox) -> None:
    many = [factories.conversation(chat) for _ in range(10)]
    now = at.after(125)
    done = at_once([partial(firing.fire_due, now)] * 4)
    assert sum(done) == len(fired()) == len(set(fired()))
    for made in many:
        assert len(events(made, "promise_broken")) == 1
        taken = [facts["action"] for _kind, facts in events(made, "step_taken")]
        assert taken == ["nudge", "second_agent", "supervisor", "alternatives"]


@pytest.mark.parametrize("hours", [-2, 2])
def test_our_own_clock_may_be_wrong(chat: Inbox, nudges: list[object], hours: int) -> None:
    wrong = datetime.now(UTC) + timedelta(hours=hours)
    with time_machine.travel(wrong, tick=True):
        made = factories.conversation(chat)
        assert firing.fire_due() == 0
    started = clock(made, "frt").started_at
    assert abs(started - stored.database_now()) < timedelta(seconds=30)
    assert firing.fire_due() == 0


def test_one_faulty_conversation_stops_no_other(
    at: Time, chat: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = factories.conversation(chat), factories.conversation(chat)
    SLAClock.objects.filter(conversation=bad).update(clock={"metric": "frt"})
    at.sweep(16)
    assert events(good, "promise_warned")
    assert not events(bad, "promise_warned")


@pytest.mark.timeout(300)
def test_two_hundred_chats_and_silent_agents(at: Time, chat: Inbox, agent: Agent) -> None:
    """Every step at the right second; nobody passes 120 s without another way."""
    many = [factories.conversation(chat) for _ in range(200)]
    for made in many[:100]:
        assignments.assign(made.pk, agent, by=agent, force=True, why="test")
    for second in range(1, 122):
        at.sweep(second)
        if second == 120:
            offered = Conversation.objects.filter(context__alternatives=True)
            assert offered.count() == 200
    right = {
        "nudge": 20, "second_agent": 30, "supervisor": 90, "alternatives": 120,
    }  # fmt: skip
    rows = Timer.objects.filter(fired_at__isnull=False, clock__metric="frt")
    steps = rows.filter(kind__startswith="step:waiting:")
    assert steps.count() == 800
    for timer in steps:
        assert timer.fired_at == at.start + timedelta(seconds=right[timer.facts["action"]])
        assert not timer.late
    accepted = rows.filter(kind__startswith="step:accepted:")
    assert accepted.count() == 200
    assert {timer.fired_at for timer in accepted} == {
        at.start + timedelta(seconds=second) for second in (15, 20)
    }
    assert len(fired()) == len(set(fired()))
    assert SLAClock.objects.filter(metric="frt", breached_at=at.start + timedelta(seconds=30)
    ).count() == 200  # fmt: skip


def test_an_answer_takes_the_offer_of_alternatives_back(
    at: Time, chat: Inbox, agent: Agent
) -> None:
    made = factories.conversation(chat)
    at.sweep(121)
    made.refresh_from_db()
    assert made.context["alternatives"] is True
    messages.reply(made.pk, by=agent, body="Here I am")
    made.refresh_from_db()
    assert "alternatives" not in made.context
