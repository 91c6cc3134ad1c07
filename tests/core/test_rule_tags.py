"""Rules that wait for tags and ask for them, and whose name stands over what they wrote."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.models import Conversation, Message, Tag, Visibility
from helpdesk.realtime import payloads
from helpdesk.ruling import conditions
from helpdesk.services import assignments, rule_trial, tags
from helpdesk.services.rules import Draft
from helpdesk.web import rule_words
from tests import factories
from tests.core.conftest import Desk
from tests.core.ruling import nothing_kept, only_if, outcomes, rule, settle

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["nothing_kept"]


@pytest.fixture
def chat(desk: Desk) -> Conversation:
    for name in ("Return", "Urgent"):
        Tag.objects.create(name=name)
    return factories.conversation(desk.inbox, "v")


@pytest.mark.parametrize(
    ("op", "value", "fact", "holds"),
    [
        ("has", "return", ["Return", "Urgent"], True),
        ("has", "Retur", ["Return"], False),
        ("has", "Return", [], False),
        ("has", "Return", None, False),
        ("has_not", "Return", ["return"], False),
        ("has_not", "Return", None, True),
    ],
)
def test_a_tag_is_there_or_not(op: str, value: str, fact: list[str] | None, holds: bool) -> None:
    asked = only_if(("tag", op, value))
    assert not conditions.problems(asked)
    assert conditions.evaluate(asked, {"tag": fact}).holds is holds


def test_a_rule_waits_for_a_tag(desk: Desk, chat: Conversation) -> None:
    put_on = rule(
        desk.admin, "tagged", ("priority", 2), conditions=only_if(("tag_added", "has", "Return"))
    )
    taken_off = rule(
        desk.admin, "tagged", ("priority", 0), conditions=only_if(("tag_removed", "has", "Return"))
    )
    settle()
    tags.tag(chat.pk, by=desk.agent, add=["Urgent"])
    settle()
    assert outcomes(put_on) == []
    tags.tag(chat.pk, by=desk.agent, add=["return"])
    settle()
    assert (outcomes(put_on), outcomes(taken_off)) == (["fired"], [])
    chat.refresh_from_db()
    assert (chat.priority, chat.tags) == (2, ["Urgent", "Return"])
    tags.tag(chat.pk, by=desk.agent, remove=["Return"])
    settle()
    assert outcomes(taken_off) == ["fired"]


def test_any_other_event_may_ask_for_tags(desk: Desk, chat: Conversation) -> None:
    made = rule(
        desk.admin, "assigned", ("priority", 2), conditions=only_if(("tag", "has", "Return"))
    )
    tags.tag(chat.pk, by=desk.agent, add=["Return"])
    assignments.assign(chat.pk, desk.agent, by=desk.agent)
    settle()
    assert outcomes(made) == ["fired"]


def test_a_rule_that_tags_does_not_set_itself_off(desk: Desk, chat: Conversation) -> None:
    made = rule(desk.admin, "tagged", ("tag", "Urgent"))
    tags.tag(chat.pk, by=desk.agent, add=["Return"])
    settle()
    assert outcomes(made) == ["fired", "looped"]


def test_the_dry_run_and_the_words_know_tags(desk: Desk, chat: Conversation) -> None:
    tags.tag(chat.pk, by=desk.agent, add=["Return"])
    for asked, fires in (("Return", [True]), ("Urgent", [False])):
        draft = Draft(
            name="T",
            kind="tagged",
            conditions=only_if(("tag_added", "has", asked)),
            actions=[{"act": "priority", "value": 2}],
        )
        trial = rule_trial.run(draft, by=desk.admin)
        assert [one.holds for one in trial] == fires
    known = rule_words.choices(desk.admin)
    without = only_if(("tag", "has_not", "Return"))
    assert rule_words.conditions(without, known) == "Tags do not have Return"
    schema = rule_words.schema(desk.admin, for_rule=True)
    names = {one["name"]: one["kind"] for one in schema["fields"]}
    assert names["tag"] == names["tag_added"] == "choice"
    assert ("Return", "Return") in known["tag"]
    assert "tagged" in rule_words.kinds()


def test_a_note_says_which_rule_wrote_it_and_no_customer_sees_that(
    desk: Desk, chat: Conversation
) -> None:
    rule(desk.admin, "tagged", ("note", "Look at it"), name="Returns desk")
    tags.tag(chat.pk, by=desk.agent, add=["Return"])
    settle()
    note = Message.objects.get(visibility=Visibility.INTERNAL)
    shown: dict[str, Any] = payloads.message(note)
    assert (shown["rule"], shown["author"]) == ("Returns desk", None)
    assert "rule" not in payloads.visitor_message(shown)
