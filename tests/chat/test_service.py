"""Where a visitor stands, and what he can do beside writing, over HTTP as the panel does it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from chat import here
from helpdesk import by_customer, quick_redis
from helpdesk.models import (
    Agent,
    Conversation,
    CustomerIdentity,
    Delivery,
    Inbox,
    Message,
    Rating,
)
from helpdesk.services import messages
from tests import factories
from tests.chat.standing import (
    Panel,
    _no_broker,
    _nothing_remembered,
    agent,
    inbox,
    mail,
    panel,
    refusal,
    team,
)

pytestmark = pytest.mark.django_db(transaction=True)


__all__ = ["_no_broker", "_nothing_remembered", "agent", "inbox", "mail", "panel", "team"]


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
    def _often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(here, "EVERY", 0.0)

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

    def test_a_fault_about_one_keeps_nobody_else_back(
        self, panel: Panel, agent: Agent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        panel.say()
        pk = panel.conversation.pk
        messages.reply(pk, by=agent, body="Hello?")
        here.seen(pk, pk + 1)
        for number, one in enumerate((pk + 1, pk)):
            quick_redis.client().zincrby(here.KEY, -300 + number, str(one))
        real = by_customer.gone

        def gone(conversation_id: int) -> bool:
            if conversation_id != pk:
                raise LookupError
            return real(conversation_id)

        monkeypatch.setattr(by_customer, "gone", gone)
        assert here.sweep() == 1
        assert panel.conversation.state == "pending"
        assert quick_redis.client().zrange(here.KEY, 0, -1) == [str(pk + 1).encode()]
        quick_redis.client().zincrby(here.KEY, -here.GIVEN_UP_AFTER, str(pk + 1))
        assert here.sweep() == 0
        assert quick_redis.client().zcard(here.KEY) == 0

    def test_valkey_away_costs_nothing(self, panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken() -> None:
            raise OSError

        panel.say()
        monkeypatch.setattr(quick_redis, "client", broken)
        assert panel.standing["promise"] == "offline"
        assert here.sweep() == 0
