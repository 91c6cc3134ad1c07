"""Where a visitor stands, and what he can do beside writing, over HTTP as the panel does it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat import here, service, sessions, waiting
from chat.kept import Kept
from helpdesk import nudge, quick_redis
from helpdesk.models import (
    Agent,
    BusinessHours,
    Conversation,
    CustomerIdentity,
    Delivery,
    Inbox,
    Message,
    Presence,
    Queue,
    Rating,
    Rush,
    Team,
)
from helpdesk.services import assignments, messages, presence
from tests import factories
from tests.taking import take

pytestmark = pytest.mark.django_db(transaction=True)

QUESTIONS = [
    {"id": "order", "kind": "text", "label": {"en": "Order", "pl": "Zamówienie"}, "when": "before"},
    {"id": "topic", "kind": "choice", "label": "Topic", "when": "waiting",
     "choices": [{"en": "Sizes", "pl": "Rozmiary"}, "Returns"]},
    {"id": "mail", "kind": "email", "label": "E-mail", "when": "waiting"},
    {"id": "who", "kind": "name", "label": "Name", "when": "waiting"},
]  # fmt: skip


KEPT: tuple[Kept[Any], ...] = (
    *(waiting.queues, waiting.served),
    *(service._mail, service._queue_hours, sessions._present),
)


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudge, "wake", lambda *_: True)


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    for kept in KEPT:
        kept.forget_all()
        monkeypatch.setattr(kept, "seconds", -1.0)


@pytest.fixture
def team() -> Team:
    return factories.team()


@pytest.fixture
def inbox(team: Team) -> Inbox:
    return factories.inbox(teams=[team], name="Shop", settings={"questions": QUESTIONS})


@pytest.fixture
def mail(team: Team) -> Inbox:
    return factories.inbox(channel="email", address="help@parley.example", teams=[team])


@pytest.fixture
def agent(team: Team) -> Agent:
    made = factories.agent(teams=[team], first_name="Marta")
    presence.set_presence(made, Presence.ONLINE)
    return made


class Panel:
    """A visitor's panel without a socket."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.client = Client()
        self.token = ""

    def _post(self, where: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.post(
            f"/chat/{self.inbox.key}/{where}/",
            body,
            content_type="application/json",
            headers=headers,
        )

    def say(self, body: str = "Hello", **fields: Any) -> Any:
        answer = self._post("messages", {"cid": str(uuid.uuid4()), "body": body, **fields})
        assert answer.status_code == 201
        self.token = answer.json()["token"]
        return answer.json()

    def do(self, kind: str, **fields: Any) -> Any:
        answer = self._post("do", {"type": kind, **fields})
        assert answer.status_code == 200
        return answer.json()

    def form(self, **fields: Any) -> Any:
        return self._post("form", {"email": "tom@example.com", "text": "Hello", "consent": True,
                                   "took": 9000, **fields})  # fmt: skip

    @property
    def standing(self) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        found = self.client.get(f"/chat/{self.inbox.key}/events/", headers=headers)
        standing: dict[str, Any] = found.json()["service"]
        return standing

    @property
    def conversation(self) -> Conversation:
        visitor = sessions.open_session(self.inbox, self.token)
        return Conversation.objects.get(pk=visitor.conversation_id or 0)


@pytest.fixture
def panel(inbox: Inbox) -> Panel:
    return Panel(inbox)


def refusal(answer: Any, kind: str) -> str:
    assert (answer["type"], answer["for"]) == ("error", kind)
    code: str = answer["code"]
    return code


def full(inbox: Inbox, agent: Agent) -> list[Conversation]:
    """Chats that fill all places of an agent."""
    made = [factories.conversation(inbox) for _ in range(3)]
    for one in made:
        assignments.assign(one.pk, agent, by=agent)
    return made


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


class TestVerbs:
    def test_answers_before_the_first_text_travel_with_it(self, panel: Panel) -> None:
        panel.say(answers={"order": "4711", "topic": "nonsense", "unknown": "x"})
        assert panel.conversation.answers == {"order": "4711"}
        assert [one["id"] for one in panel.standing["questions"]] == ["topic", "mail", "who"]

    def test_answers_while_waiting(self, panel: Panel) -> None:
        panel.say()
        assert panel.do("answers", answers={"topic": "Rozmiary", "who": "Tom"}) == {
            "type": "answered"
        }
        assert panel.conversation.customer.name == "Tom"
        assert not panel.standing["email_known"]
        panel.do("answers", answers={"mail": "tom@example.com"})
        assert panel.standing["email_known"]
        assert refusal(panel.do("answers", answers={"topic": "x"}), "answers") == "choice"
        assert refusal(panel.do("answers", answers={"mail": "x"}), "answers") == "email"

    def test_leaving(self, panel: Panel, agent: Agent, mail: Inbox) -> None:
        panel.say()
        assert refusal(panel.do("leave", email="tom@example.com"), "leave") == "consent"
        assert refusal(panel.do("leave", email="tom", consent=True), "leave") == "email"
        assert panel.do("leave", email="tom@example.com", consent=True) == {"type": "left"}
        found = panel.standing
        assert (found["left"], found["email_known"], found["offer_email"]) == (True, True, False)
        assert found["queue"] is None
        messages.reply(panel.conversation.pk, by=agent, body="Hi")
        assert Delivery.objects.get().to == "tom@example.com"
        assert not CustomerIdentity.objects.get(kind="email").verified

    def test_without_an_inbox_for_mail(self, panel: Panel) -> None:
        panel.say()
        left = panel.do("leave", email="tom@example.com", consent=True)
        assert refusal(left, "leave") == "no_email"
        assert refusal(panel.do("transcript", email="t@example.com"), "transcript") == "no_email"
        assert panel.form().json()["code"] == "no_email"
        assert not panel.standing["offer_email"]

    def test_the_end_and_what_follows(self, panel: Panel, mail: Inbox) -> None:
        panel.say()
        assert panel.do("end") == {"type": "ended"}
        assert panel.standing["ended"]
        assert panel.do("rate", score=4, text="ok", solved=True) == {"type": "rated"}
        assert panel.standing["rating"] == {"score": 4, "text": "ok", "solved": True}
        sent = panel.do("transcript", email="tom@example.com")
        assert sent == {"type": "transcript_sent"}
        again = panel.do("transcript", email="tom@example.com")
        assert refusal(again, "transcript") == "too_soon"
        panel.say("One more thing")
        assert not panel.standing["ended"]

    def test_what_the_widget_switched_off(self, inbox: Inbox, mail: Inbox) -> None:
        inbox.settings = {"rating": False, "transcript": False}
        inbox.save()
        panel = Panel(inbox)
        panel.say()
        assert refusal(panel.do("rate", score=4), "rate") == "refused"
        assert refusal(panel.do("transcript", email="t@example.com"), "transcript") == "refused"
        assert not Rating.objects.exists()

    @pytest.mark.parametrize("kind", ["answers", "leave", "end", "rate", "transcript", "press"])
    def test_without_a_conversation_there_is_nothing_to_do(
        self, panel: Panel, mail: Inbox, kind: str
    ) -> None:
        fields = {
            "email": "t@example.com",
            "consent": True,
            "score": 3,
            "message": str(uuid.uuid4()),
        }
        assert refusal(panel.do(kind, **fields), kind) == "refused"
        assert not Conversation.objects.exists()

    def test_a_quick_reply_is_a_text_of_his_once(self, panel: Panel, agent: Agent) -> None:
        panel.say()
        asked, _created = messages.reply(
            panel.conversation.pk, by=agent, body="Solved?", meta={"quick": ["Yes", "No"]}
        )
        first = panel.do("press", message=str(asked.pk), button=1)
        assert panel.do("press", message=str(asked.pk), button=1) == first
        assert Message.objects.get(pk=first["id"]).body == "No"
        assert refusal(panel.do("press", message=str(asked.pk), button=2), "press") == "unknown"

    def test_marks_and_typing(self, panel: Panel, agent: Agent) -> None:
        panel.say()
        messages.reply(panel.conversation.pk, by=agent, body="Hi")
        assert panel.do("read", seq=2) == {"type": "ok"}
        assert panel.conversation.customer_read_seq == 2
        for state in ("composing", "paused", "gone", "nonsense"):
            assert panel.do("typing", state=state) == {"type": "ok"}

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"{", b"[]", b"7", b"{}", b'{"type":7}', b'{"type":"send"}', b'{"type":"hello"}',
            b'{"type":"rate","score":"5"}', b'{"type":"rate","score":true}',
            b'{"type":"rate","score":5,"solved":"yes"}', b'{"type":"rate","score":5,"text":["x"]}',
            b'{"type":"answers","answers":["x"]}', b'{"type":"answers","answers":{"order":7}}',
            b'{"type":"leave","email":7}', b'{"type":"leave","email":"x","consent":"yes"}',
            b'{"type":"press","message":"x"}', b'{"type":"press","message":"x","button":-1}',
            b'{"type":"read","seq":-1}', b"[" * 60_000, b"x" * 100_000, b"\xff\xfe",
        ],
    )  # fmt: skip
    def test_bad_frames_are_refused(self, panel: Panel, body: bytes) -> None:
        panel.say()
        headers = {"Authorization": f"Bearer {panel.token}"}
        found = panel.client.post(
            f"/chat/{panel.inbox.key}/do/", body, content_type="application/json", headers=headers
        )
        assert found.status_code == 400
        assert found.json()["type"] == "error"

    @pytest.mark.parametrize("score", [0, 6])
    def test_scores_are_one_to_five(self, panel: Panel, score: int) -> None:
        panel.say()
        assert refusal(panel.do("rate", score=score), "rate") == "bad_score"

    def test_a_foreign_token_does_nothing(self, panel: Panel, inbox: Inbox) -> None:
        panel.say()
        stranger = Panel(factories.inbox())
        stranger.token = panel.token
        assert refusal(stranger.do("end"), "end") == "refused"
        assert panel.conversation.state == "new"

    def test_an_unknown_widget(self) -> None:
        for where in ("do", "form"):
            found = Client().post(f"/chat/nonsense/{where}/", "{}", content_type="application/json")
            assert found.status_code == 404


class TestForm:
    def test_it_makes_a_conversation_by_mail(self, panel: Panel, mail: Inbox) -> None:
        page = {"url": "https://shop.example/shirt", "title": "Shirt"}
        found = panel.form(name="Tom", text="Where is my order?", page=page)
        assert (found.status_code, found.json()) == (201, {"ok": True})
        made = Conversation.objects.get()
        assert (made.inbox, made.state, made.customer.name) == (mail, "new", "Tom")
        stored = Message.objects.get()
        assert (stored.body, stored.meta["page"]) == ("Where is my order?", page)
        identity = CustomerIdentity.objects.get()
        assert (identity.address, identity.verified) == ("tom@example.com", False)

    def test_the_answer_goes_to_him(self, panel: Panel, mail: Inbox, agent: Agent) -> None:
        panel.form()
        messages.reply(Conversation.objects.get().pk, by=agent, body="Hi")
        assert Delivery.objects.get().to == "tom@example.com"

    def test_a_double_click_is_one(self, panel: Panel, mail: Inbox) -> None:
        for _ in range(2):
            assert panel.form().status_code == 201
        assert Message.objects.count() == 1
        panel.form(text="Another")
        assert Message.objects.count() == 2

    @pytest.mark.parametrize("fields", [{"trap": "x"}, {"took": 10}])
    def test_a_robots_text_is_kept_apart(
        self, panel: Panel, mail: Inbox, fields: dict[str, Any]
    ) -> None:
        found = panel.form(**fields)
        assert (found.status_code, found.json()) == (201, {"ok": True})
        assert Conversation.objects.get().state == "spam"

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"text": " "}, "empty"),
            ({"text": "x" * 20_001}, "too_long"),
            ({"email": "x"}, "email"),
            ({"email": ""}, "email"),
            ({"consent": False}, "consent"),
            ({"consent": None}, "consent"),
            ({"text": 7}, "refused"),
            ({"name": ["x"]}, "refused"),
            ({"took": "x"}, "refused"),
        ],
    )
    def test_what_is_missing_is_said(
        self, panel: Panel, mail: Inbox, fields: dict[str, Any], code: str
    ) -> None:
        found = panel.form(**fields)
        assert (found.status_code, found.json()["code"]) == (400, code)
        assert not Conversation.objects.exists()

    def test_only_post(self, panel: Panel) -> None:
        assert panel.client.get(f"/chat/{panel.inbox.key}/form/").status_code == 405


class TestGone:
    @pytest.fixture(autouse=True)
    def _clean(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        client = quick_redis.client()
        monkeypatch.setattr(here, "EVERY", 0.0)
        client.delete(here.KEY)
        yield
        client.delete(here.KEY)

    def test_an_answered_chat_rests_when_its_visitor_has_gone(
        self, panel: Panel, agent: Agent
    ) -> None:
        panel.say()
        pk = panel.conversation.pk
        messages.reply(pk, by=agent, body="Hello?")
        assert panel.standing
        assert here.sweep() == 0
        quick_redis.client().zincrby(here.KEY, -200, str(pk))
        assert here.sweep() == 1
        assert panel.conversation.state == "pending"
        assert here.sweep() == 0
        panel.say("I am back")
        assert panel.conversation.state == "open"

    def test_valkey_away_costs_nothing(self, panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken() -> None:
            raise OSError

        panel.say()
        monkeypatch.setattr(quick_redis, "client", broken)
        assert panel.standing["promise"] == "offline"
        assert here.sweep() == 0
