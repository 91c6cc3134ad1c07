"""Rules: exactly once for an event, never in circles, never in the way of a message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.models import (
    ConversationEvent,
    Message,
    Role,
    Rule,
    RuleFiring,
    RuleRun,
    State,
    Visibility,
)
from helpdesk.realtime import payloads
from helpdesk.services import (
    acts,
    messages,
    rules,
)
from helpdesk.services.rules import Draft, InvalidRuleError
from tests import factories
from tests.core.conftest import Desk
from tests.core.ruling import nothing_kept, only_if, outcomes, rule, settle, writes

pytestmark = pytest.mark.django_db(transaction=True)


__all__ = ["nothing_kept"]


def test_a_rule_acts_after_the_commit_and_says_so(desk: Desk, nudges: list[Any]) -> None:
    conditions = only_if(("body", "contains", "ZWROT"), ("vip", "is", False))
    made = rule(
        desk.admin,
        "message_received",
        ("priority", 2),
        ("note", "A return of {{ customer.name }}"),
        conditions=conditions,
    )
    chat = factories.conversation(desk.inbox, "v", "Proszę o zwrot")
    chat.refresh_from_db()
    assert chat.priority == 1, "nothing happens in the message's own transaction"
    run = RuleRun.objects.get()
    assert ("helpdesk.run_rules", run.pk) in nudges
    settle()
    chat.refresh_from_db()
    assert chat.priority == 2
    note = Message.objects.get(visibility=Visibility.INTERNAL)
    assert (note.body, note.author) == ("A return of Tom Reed", None)
    changed = ConversationEvent.objects.get(kind="priority_changed")
    assert changed.actor is None
    assert (changed.payload["rule"], changed.payload["chain"]) == (made.pk, [made.pk])
    firing = RuleFiring.objects.get()
    assert (firing.outcome, firing.conversation_id) == ("fired", chat.pk)
    assert firing.detail["changed"] == [True, True]
    writes(desk, chat, "Anything else")
    settle()
    assert RuleFiring.objects.count() == 1, "what does not match leaves no row"


def test_a_rules_note_never_reaches_the_customer(desk: Desk, phone: Any) -> None:
    rule(desk.admin, "message_received", ("note", "Keep this inside"))
    chat = factories.conversation(phone, "+48600", kind="phone")
    settle()
    note = Message.objects.get(visibility=Visibility.INTERNAL)
    assert note.public_seq is None
    assert not hasattr(note, "delivery")
    assert payloads.message(note)["internal"] is True
    chat.refresh_from_db()
    assert chat.public_seq == 1
    assert "inside" not in chat.last_preview


def test_an_answer_by_a_rule_is_sent_and_keeps_no_promise(desk: Desk, phone: Any) -> None:
    rule(desk.admin, "conversation_started", ("reply", "Thank you, {{ customer.first_name }}."))
    chat = factories.conversation(phone, "+48600", kind="phone")
    settle()
    sent = Message.objects.get(direction="out")
    assert (sent.body, sent.author) == ("Thank you, Tom.", None)
    assert sent.delivery.state == "queued"
    chat.refresh_from_db()
    assert (chat.assignee, chat.state) == (None, State.NEW)
    assert chat.waiting_since is not None, "the customer still waits for a person"


def test_a_text_with_an_open_gap_is_not_sent(desk: Desk) -> None:
    made = rule(desk.admin, "message_received", ("priority", 3), ("reply", "{{ agent.name }} here"))
    chat = factories.conversation(desk.inbox)
    settle()
    assert outcomes(made) == ["refused"]
    assert "agent.name" in made.firings.get().detail["why"]
    assert made.firings.get().detail["at"] == 1
    assert not Message.objects.filter(direction="out").exists()
    chat.refresh_from_db()
    assert chat.priority == 1, "all or nothing"


def test_order_and_stop_after(desk: Desk) -> None:
    first = rule(desk.admin, "message_received", ("priority", 3), stop_after=True)
    second = rule(desk.admin, "message_received", ("note", "second"))
    chat = factories.conversation(desk.inbox, "v")
    settle()
    assert (outcomes(first), outcomes(second)) == (["fired"], [])
    rules.move(second, up=True, by=desk.admin)
    writes(desk, chat, "Again")
    settle()
    assert (outcomes(first), outcomes(second)) == (["fired", "fired"], ["fired"])


def test_a_later_rule_sees_what_an_earlier_one_did(desk: Desk) -> None:
    rule(desk.admin, "message_received", ("priority", 3))
    urgent = only_if(("priority", "at_least", 3))
    second = rule(desk.admin, "message_received", ("note", "urgent"), conditions=urgent)
    factories.conversation(desk.inbox)
    settle()
    assert outcomes(second) == ["fired"]


def test_what_cannot_be_done_is_refused_with_its_reason(desk: Desk) -> None:
    made = rule(desk.admin, "message_received", ("assign", desk.stranger.pk))
    factories.conversation(desk.inbox)
    settle()
    assert outcomes(made) == ["refused"]
    assert "does not work in" in made.firings.get().detail["why"]


@pytest.mark.parametrize(
    ("act", "value", "state"),
    [
        ("pending", None, State.PENDING),
        ("snooze", 4, State.SNOOZED),
        ("resolve", "duplicate", State.RESOLVED),
        ("spam", None, State.SPAM),
    ],
)
def test_states(desk: Desk, act: str, value: Any, state: State) -> None:
    made = rule(desk.admin, "message_received", (act, value))
    chat = factories.conversation(desk.inbox)
    settle()
    chat.refresh_from_db()
    assert (chat.state, outcomes(made)) == (state, ["fired"])
    if state == State.SNOOZED:
        assert chat.due_at is not None
        assert abs(chat.due_at - datetime.now(UTC) - timedelta(hours=4)) < timedelta(minutes=1)
    assert acts.run(chat.pk, [{"act": act, "value": value}], by=None) == [act == "snooze"]


def test_into_another_line(desk: Desk) -> None:
    from helpdesk.models import Queue, WorkItem

    queue = Queue.objects.create(name="Second line")
    queue.primary.add(desk.mine)
    desk.inbox.queue = Queue.objects.create(name="First line")
    desk.inbox.save()
    other = factories.inbox(teams=[desk.mine], queue=queue)
    assert other.queue == queue
    made = rule(desk.supervisor, "message_received", ("queue", queue.pk), ("read", None))
    chat = factories.conversation(desk.inbox)
    settle()
    assert outcomes(made) == ["fired"]
    assert WorkItem.objects.get(conversation=chat).queue == queue
    chat.refresh_from_db()
    assert chat.unread == 0


def test_a_supervisors_rule_acts_in_their_inboxes_alone(desk: Desk) -> None:
    made = rule(desk.supervisor, "message_received", ("priority", 3))
    assert not made.everywhere
    assert list(made.inboxes.all()) == [desk.inbox]
    here, there = factories.conversation(desk.inbox), factories.conversation(desk.elsewhere)
    settle()
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.priority, there.priority) == (3, 1)
    everywhere = rule(desk.admin, "message_received", ("priority", 0))
    assert everywhere.everywhere
    assert not rules.may_edit(everywhere, desk.supervisor)
    assert rules.may_edit(made, desk.supervisor)
    assert rules.may_edit(made, desk.admin)
    assert not rules.may_edit(made, desk.agent)
    other = factories.agent(teams=[desk.others], role=Role.SUPERVISOR)
    assert not rules.may_edit(made, other)


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"name": " "}, "name", "name"),
        ({"kind": "full_moon"}, "kind", "full_moon"),
        ({"conditions": only_if(("colour", "is", "red"))}, "conditions.0", "colour"),
        ({"conditions": only_if(("vip", "sounds_like", True))}, "conditions.0", "sounds_like"),
        ({"conditions": only_if(("inbox", "is", 999_999))}, "conditions.0", "inbox"),
        ({"conditions": "x"}, "conditions", "not complete"),
        ({"inboxes": [999_999]}, "inboxes", "inbox"),
        ({"actions": []}, "actions", "at least one"),
        ({"actions": [{"act": "launch", "value": 1}]}, "actions.0.act", "launch"),
        ({"actions": [{"act": "take", "value": None}]}, "actions.0.act", "take"),
        ({"actions": [{"act": "assign", "value": 999_999}]}, "actions.0.value", "Assign"),
        ({"actions": [{"act": "snooze", "value": 0}]}, "actions.0.value", "Snooze"),
        ({"actions": [{"act": "resolve", "value": "bored"}]}, "actions.0.value", "Resolve"),
        ({"actions": [{"act": "priority", "value": 9}]}, "actions.0.value", "priority"),
        ({"actions": [{"act": "reply", "value": "{{ a.b }}"}]}, "actions.0.value", "a.b"),
        ({"actions": [{"act": "reply", "value": "Hi {{ customer"}]}, "actions.0.value", "broken"),
        ({"actions": [{"act": "note", "value": "{{ Customer.Name }}"}]}, "actions.0.value", "Add"),
    ],
)
def test_bad_input_is_refused_by_its_name(
    desk: Desk, change: dict[str, Any], place: str, words: str
) -> None:
    fair = {"name": "Fair", "kind": "rated", "actions": [{"act": "read", "value": None}]}
    with pytest.raises(InvalidRuleError) as caught:
        rules.save(Rule(), Draft(**{**fair, **change}), by=desk.supervisor)
    assert list(caught.value.errors) == [place]
    assert words in caught.value.errors[place]
    assert not Rule.objects.exists()


def test_every_fault_is_told_at_once_and_names_are_unique(desk: Desk) -> None:
    with pytest.raises(InvalidRuleError) as caught:
        rules.save(Rule(), Draft(name="", kind="x", conditions=None), by=desk.admin)
    assert set(caught.value.errors) == {"name", "kind", "conditions", "actions"}
    rule(desk.admin, "rated", ("read", None), name="Twice")
    with pytest.raises(InvalidRuleError) as caught:
        rule(desk.admin, "rated", ("read", None), name="Twice")
    assert list(caught.value.errors) == ["name"]


def test_facts_of_a_verdict(desk: Desk) -> None:
    from helpdesk.services import surveys

    poor = only_if(("score", "at_most", 2), ("assigned", "is", False), ("open_hours", "is", True))
    made = rule(desk.admin, "rated", ("priority", 3), conditions=poor)
    chat = factories.conversation(desk.inbox)
    messages.note(chat.pk, by=desk.agent, body="x")
    surveys.rate(chat.pk, score=1)
    settle()
    assert outcomes(made) == ["fired"]
