"""Where a visitor stands: in the line, with an agent, before closed doors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import service, sessions, waiting
from helpdesk.models import (
    Agent,
    BusinessHours,
    Conversation,
    Inbox,
    Message,
    Presence,
    Queue,
    Rush,
    Team,
)
from helpdesk.services import assignments, messages, presence
from tests import factories
from tests.chat.standing import (
    Panel,
    _no_broker,
    _nothing_remembered,
    agent,
    full,
    inbox,
    mail,
    panel,
    team,
)
from tests.taking import take

pytestmark = pytest.mark.django_db(transaction=True)


__all__ = ["_no_broker", "_nothing_remembered", "agent", "inbox", "mail", "panel", "team"]


class TestStanding:
    def test_a_newcomer_is_promised_what_there_is(self, panel: Panel, agent: Agent) -> None:
        found = panel.standing
        assert (found["open"], found["promise"], found["queue"]) == (True, "online", None)
        assert [one["id"] for one in found["questions"]] == ["order", "topic", "mail", "who"]
        assert not found["ended"]
        assert not found["offer_email"]
        presence.set_presence(agent, Presence.OFFLINE)
        assert panel.standing["promise"] == "offline"

    def test_a_widget_without_hours_keeps_those_of_its_queue(
        self, panel: Panel, inbox: Inbox, agent: Agent
    ) -> None:
        hours = BusinessHours.objects.create(name="Office", calendar={"zone": "UTC", "week": {}})
        queue = Queue.objects.create(name="Shop", hours=hours)
        Inbox.objects.filter(pk=inbox.pk).update(queue=queue)
        assert not panel.standing["open"]
        hours.calendar = {"zone": "Europe/Warsaw", "week": {"mon": [["09:00", "17:00"]]}}
        hours.save()
        assert panel.standing["hours"] == [[0, "09:00", "17:00"]]
        assert panel.standing["tz"] == "Europe/Warsaw"

    def test_in_a_rush_nobody_is_invited(self, inbox: Inbox, agent: Agent) -> None:
        assert service.capacity(inbox)[0] > 0
        now = datetime.now(UTC)
        Rush.objects.create(since=now, measured_at=now)
        assert service.capacity(inbox)[0] == 0

    def test_a_pulse_starts_from_the_one_before(
        self, panel: Panel, inbox: Inbox, agent: Agent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        full(inbox, agent)
        panel.say()
        visitor = sessions.open_session(inbox, panel.token)
        frame, last = pulse(visitor)
        with monkeypatch.context() as patch:
            patch.setattr(service, "conversation_of", pytest.fail)
            assert pulse(visitor, last) == (frame, last)
        assert frame["service"]["queue"]["place"] == 1
        assignments.assign(panel.conversation.pk, agent, by=agent, why="He knows her", force=True)
        taken, last = pulse(visitor, last)
        assert taken["service"] == service.state(visitor)
        assert taken["service"]["queue"] is None
        assert pulse(visitor, last).frame == taken
        panel.do("end")
        assert pulse(visitor, last).frame["service"]["ended"]

    def test_one_who_came_between_two_readings_stands_behind(
        self, panel: Panel, inbox: Inbox, agent: Agent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        full(inbox, agent)
        panel.say()
        assert panel.standing["queue"]["place"] == 1
        monkeypatch.setattr(waiting.queues, "seconds", 60.0)
        others = [Panel(inbox) for _ in range(3)]
        for one in others:
            one.say()
        assert [one.standing["queue"]["place"] for one in others] == [2, 3, 4]
        assert panel.standing["queue"]["place"] == 1

    def test_questions_speak_the_visitors_language(self, panel: Panel) -> None:
        panel.say(language="pl")
        first, second, *_rest = panel.standing["questions"]
        assert (first["label"], second["choices"]) == ("Zamówienie", ["Rozmiary", "Returns"])

    def test_the_queue_in_order(self, panel: Panel, inbox: Inbox, agent: Agent) -> None:
        full(inbox, agent)
        other = Panel(inbox)
        panel.say()
        other.say()
        assert not take(), "she has no room"
        first, second = panel.standing, other.standing
        assert (first["promise"], first["queue"]["place"]) == ("queue", 1)
        assert second["queue"]["place"] == 2
        assert 0 < first["queue"]["p50"] < second["queue"]["p50"] <= second["queue"]["p90"]
        assert first["queue"]["about"], "nothing was measured yet"
        assert Panel(inbox).standing["queue"] is None

    def test_whoever_is_taken_leaves_the_queue(
        self, panel: Panel, inbox: Inbox, agent: Agent
    ) -> None:
        busy = full(inbox, agent)
        other = Panel(inbox)
        panel.say()
        other.say()
        messages.reply(busy[0].pk, by=agent, body="Bye", then="resolved")
        assert take() == 1
        assert (panel.standing["promise"], panel.standing["queue"]) == ("online", None)
        assert panel.conversation.assignee == agent
        assert other.standing["queue"]["place"] == 1

    def test_one_without_an_owner_who_comes_back_is_placed(
        self, panel: Panel, agent: Agent
    ) -> None:
        panel.say()
        panel.do("end")
        panel.say("Still there?")
        assert panel.conversation.state == "open"
        assert take() == 1

    def test_a_long_wait_offers_mail(
        self, panel: Panel, inbox: Inbox, agent: Agent, mail: Inbox
    ) -> None:
        full(inbox, agent)
        panel.say()
        for _ in range(3):
            Panel(inbox).say()
        late = Panel(inbox)
        late.say()
        assert late.standing["offer_email"]
        assert not panel.standing["left"]
        Conversation.objects.filter(pk=panel.conversation.pk).update(
            waiting_since=datetime.now(UTC) - timedelta(seconds=121)
        )
        assert panel.standing["offer_email"], "he has waited two minutes himself"
        assert Panel(inbox).standing["promise"] == "offline", "nobody is let into a queue like that"

    def test_outside_the_hours_it_is_the_form(
        self, inbox: Inbox, agent: Agent, mail: Inbox
    ) -> None:
        inbox.settings = {"hours": {"tz": "Europe/Warsaw", "week": {}, "closed": []}}
        inbox.save()
        found = Panel(inbox).standing
        assert (found["open"], found["promise"], found["offer_email"]) == (False, "offline", True)
        assert (found["tz"], found["hours"], found["opens_at"]) == ("Europe/Warsaw", [], None)

    def test_a_chat_goes_on_when_the_shop_closes(self, inbox: Inbox, agent: Agent) -> None:
        panel = Panel(inbox)
        panel.say()
        assert take() == 1
        inbox.settings = {"hours": {"week": {}}}
        inbox.save()
        assert (panel.standing["open"], panel.standing["promise"]) == (False, "online")

    def test_the_estimate_follows_what_chats_took(self, inbox: Inbox, agent: Agent) -> None:
        start = datetime.now(UTC) - timedelta(hours=3)
        for number in range(12):
            made = factories.conversation(inbox)
            assert take() == 1
            messages.reply(made.pk, by=agent, body="Hi", then="resolved")
            Conversation.objects.filter(pk=made.pk).update(
                created_at=start, last_message_at=start + timedelta(seconds=200)
            )
            Message.objects.filter(conversation=made, direction="out").update(
                created_at=start + timedelta(seconds=number)
            )
        served = waiting.queue(inbox).served
        assert served.samples == 12
        assert served.aht == pytest.approx(200, abs=1)
        assert served.longest == pytest.approx(11, abs=1)

    def test_capacity(self, inbox: Inbox, agent: Agent) -> None:
        assert service.capacity(inbox) == (3, 0.0, True)
        busy = full(inbox, agent)
        free, p50, is_open = service.capacity(inbox)
        assert (free, is_open) == (0, True)
        assert p50 > 0
        messages.reply(busy[0].pk, by=agent, body="Bye", then="resolved")
        Panel(inbox).say()
        assert service.capacity(inbox)[0] == 0, "the place is for him who waits"
        presence.set_presence(agent, Presence.BUSY)
        assert service.capacity(inbox) == (0, float("inf"), True)

    def test_an_agent_of_two_widgets_counts_for_each_by_her_part(
        self, inbox: Inbox, team: Team, agent: Agent
    ) -> None:
        factories.inbox(teams=[team])
        assert waiting.queue(inbox).slots == pytest.approx(1.5)

    def test_all_who_watch_cost_one_reading(
        self, inbox: Inbox, agent: Agent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        full(inbox, agent)
        panels = [Panel(inbox) for _ in range(3)]
        for one in panels:
            one.say()
        visitors = [sessions.open_session(inbox, one.token) for one in panels]
        told = [service.state(one) for one in visitors]
        for kept in (waiting.queues, service._mail, service._queue_hours):
            monkeypatch.setattr(kept, "seconds", 60.0)
        waiting.queue(inbox)
        with CaptureQueriesContext(connection) as seen:
            again = [service.refreshed(one, last) for one, last in zip(visitors, told, strict=True)]
        assert len(seen) == 0
        assert [one["queue"]["place"] for one in again] == [1, 2, 3]

    def test_a_place_that_got_worse_is_explained(self, inbox: Inbox, agent: Agent) -> None:
        full(inbox, agent)
        panel = Panel(inbox)
        panel.say()
        visitor = sessions.open_session(inbox, panel.token)
        before = service.state(visitor)
        assert service.refreshed(visitor, before)["queue"]["why"] == ""
        Panel(inbox).say()
        urgent = Conversation.objects.exclude(pk=visitor.conversation_id or 0).latest("pk")
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        Conversation.objects.filter(pk=urgent.pk).update(waiting_since=long_ago)
        assert service.refreshed(visitor, before)["queue"]["why"] == "urgent"


def pulse(
    visitor: sessions.Visitor, last: tuple[int, dict[str, Any]] | None = None
) -> sessions.Pulse:
    beat = sessions.Beat(visitor, last)
    return sessions.pulse(beat, sessions.glances([beat]))
