"""Rules: exactly once for an event, never in circles, never in the way of a message."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from helpdesk import inbound
from helpdesk.models import (
    Agent,
    Conversation,
    ConversationEvent,
    Message,
    Outcome,
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
    conversations,
    messages,
    rule_kinds,
    rule_runs,
    rule_trial,
    rules,
)
from helpdesk.services.rules import Draft, InvalidRuleError
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once
from tests.core.test_queries import statements

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """What other tests left in Redis is not asked for here, nor the other way round."""
    rule_kinds.forget()
    yield
    rule_kinds.forget()


def only_if(*some: tuple[str, str, Any], match: str = "all") -> dict[str, Any]:
    rows = [{"field": field, "op": op, "value": value} for field, op, value in some]
    return {"match": match, "rows": rows}


def rule(by: Agent, kind: str, *actions: tuple[str, Any], **facts: Any) -> Rule:
    draft = Draft(
        name=facts.pop("name", f"Rule {uuid.uuid4()}"),
        kind=kind,
        actions=[{"act": act, "value": value} for act, value in actions],
        enabled=facts.pop("enabled", True),
        **facts,
    )
    return rules.save(Rule(), draft, by=by)


def settle() -> int:
    """What the worker does: look at everything noted, and at what came of it; how many looks."""
    looks = 0
    while pks := list(RuleRun.objects.order_by("pk").values_list("pk", flat=True)):
        for pk in pks:
            rule_runs.look(pk)
            looks += 1
        assert looks < 200, "the rules never come to rest"
    return looks


def outcomes(one: Rule) -> list[str]:
    return list(one.firings.order_by("pk").values_list("outcome", flat=True))


def writes(desk: Desk, chat: Conversation, body: str) -> None:
    text = factories.inbound_message("v", body, client_id=uuid.uuid4(), conversation_id=chat.pk)
    inbound.receive(desk.inbox, text)


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


def test_once_for_an_event_however_many_look(desk: Desk) -> None:
    made = rule(desk.admin, "message_received", ("note", "once"))
    factories.conversation(desk.inbox)
    (pk,) = RuleRun.objects.values_list("pk", flat=True)
    assert sorted(at_once([lambda: rule_runs.look(pk)] * 3)) == [0, 0, 1]
    assert outcomes(made) == ["fired"]
    assert Message.objects.filter(body="once").count() == 1


def test_the_sweeper_takes_over_from_a_dead_worker(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rule(desk.admin, "message_received", ("note", "after all"))
    factories.conversation(desk.inbox)
    run = RuleRun.objects.get()
    assert rule_runs._claimed(run.pk)  # and here the worker dies
    assert rule_runs.sweep() == 0, "its time is not over"
    assert not rule_runs.look(run.pk)
    RuleRun.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    assert rule_runs.sweep() == 1
    assert outcomes(made) == ["fired"]
    assert not RuleRun.objects.exists()


def test_who_dies_in_the_middle_has_done_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rule(desk.admin, "message_received", ("note", "half"))
    factories.conversation(desk.inbox)
    (pk,) = RuleRun.objects.values_list("pk", flat=True)
    with monkeypatch.context() as broken:
        broken.setattr(RuleRun, "delete", _die)
        assert rule_runs.look(pk) == 0
    assert not Message.objects.filter(body="half").exists()
    RuleRun.objects.update(due_at=datetime.now(UTC))
    rule_runs.sweep()
    assert outcomes(made) == ["fired"]
    assert Message.objects.filter(body="half").count() == 1


def _die(_self: Any) -> None:
    raise SystemError("killed")


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


def test_two_rules_that_undo_each_other_are_stopped_and_it_is_said(desk: Desk) -> None:
    up = rule(
        desk.admin,
        "priority_changed",
        ("priority", 2),
        conditions=only_if(("priority", "at_most", 1)),
    )
    down = rule(
        desk.admin,
        "priority_changed",
        ("priority", 1),
        conditions=only_if(("priority", "at_least", 2)),
    )
    chat = factories.conversation(desk.inbox)
    conversations.set_priority(chat.pk, 2, by=desk.agent, why="by hand")
    settle()
    assert (outcomes(up), outcomes(down)) == (["fired"], ["fired", "looped", "looped"])
    assert down.firings.latest("pk").detail == {"loop": "own"}


def test_a_chain_ends_after_three(desk: Desk) -> None:
    pending, opened = only_if(("state", "is", "pending")), only_if(("state", "is", "open"))
    made = [
        rule(desk.admin, "state_changed", ("note", "too deep"), conditions=pending),
        rule(desk.admin, "message_received", ("priority", 3)),
        rule(desk.admin, "priority_changed", ("assign", desk.agent.pk)),
        rule(desk.admin, "state_changed", ("pending", None), conditions=opened),
    ]
    factories.conversation(desk.inbox)
    settle()
    assert [outcomes(one) for one in made] == [["looped"], ["fired"], ["fired"], ["fired"]]
    assert made[0].firings.get().detail == {"loop": "deep"}


def test_what_others_bring_back_pauses_the_rule_for_this_conversation(desk: Desk) -> None:
    made = rule(
        desk.admin,
        "priority_changed",
        ("priority", 1),
        conditions=only_if(("priority", "at_least", 2)),
    )
    chat, other = factories.conversation(desk.inbox), factories.conversation(desk.inbox)

    def push(pk: int, times: int) -> None:
        for _time in range(times):
            conversations.set_priority(pk, 2, by=desk.agent, why="by hand")
            settle()

    push(chat.pk, 13)
    assert outcomes(made).count("fired") == rule_runs.MOST_A_MINUTE
    stopped = made.firings.get(detail__loop="often")
    assert stopped.outcome == Outcome.LOOPED
    assert stopped.paused_until is not None
    push(other.pk, 1)
    assert made.firings.filter(conversation=other, outcome="fired").count() == 1
    long_ago = datetime.now(UTC) - timedelta(minutes=2)
    RuleFiring.objects.filter(outcome="fired").update(at=long_ago)
    conversations.set_priority(chat.pk, 1, by=desk.agent, why="by hand")
    push(chat.pk, 1)
    assert made.firings.filter(conversation=chat, outcome="fired").count() == 10, "still paused"
    conversations.set_priority(chat.pk, 1, by=desk.agent, why="by hand")
    rules.switch(made, on=True, by=desk.admin)
    push(chat.pk, 1)
    assert made.firings.filter(conversation=chat, outcome="fired").count() == 11


def test_a_faulty_rule_harms_nobody(desk: Desk) -> None:
    faulty = rule(desk.admin, "message_received", ("priority", 2))
    sound = rule(desk.admin, "message_received", ("note", "sound"))
    Rule.objects.filter(pk=faulty.pk).update(actions=[{"act": "explode", "value": None}])
    chat = factories.conversation(desk.inbox)
    settle()
    assert outcomes(faulty) == ["failed"]
    assert "explode" in faulty.firings.get().detail["why"]
    assert outcomes(sound) == ["fired"]
    chat.refresh_from_db()
    assert chat.last_preview == "Hello"


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


def test_without_rules_a_message_costs_no_query_more(desk: Desk) -> None:
    chat = factories.conversation(desk.inbox, "v")
    rule(desk.admin, "rated", ("read", None))
    plain = statements(lambda: writes(desk, chat, "No rule waits for this"))
    assert not [one for one in plain if "helpdesk_rule" in one]
    assert len(plain) <= 4
    rule(desk.admin, "message_received", ("read", None))
    noted = statements(lambda: writes(desk, chat, "This one is noted"))
    assert len(noted) == len(plain) + 1


def test_what_another_process_changed_is_known_within_a_second(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rule(desk.admin, "rated", ("read", None))
    assert rule_kinds.wanted() == {"rated"}
    seen = rule_kinds._Seen.kinds
    rules.switch(made, on=False, by=desk.admin)
    # A process that did not see it: its own memory is as it was, and grows old.
    rule_kinds._Seen.kinds = seen
    assert rule_kinds.wanted() == {"rated"}
    rule_kinds._Seen.at -= rule_kinds.KEPT + 0.1
    assert statements(rule_kinds.wanted) == []
    assert rule_kinds.wanted() == frozenset()


def test_redis_may_forget_and_the_sweeper_repairs(desk: Desk) -> None:
    rule(desk.admin, "rated", ("read", None))
    rule_kinds.forget()
    assert rule_kinds.wanted() == {"rated"}
    Rule.objects.update(kind="assigned")  # two saves at once, written down in the wrong order
    rule_kinds._Seen.at = float("-inf")
    assert rule_kinds.wanted() == {"rated"}
    rule_runs.sweep()
    assert rule_kinds.wanted() == {"assigned"}


def test_a_dry_run_says_which_condition_failed_and_changes_nothing(desk: Desk) -> None:
    chat = factories.conversation(desk.inbox, "v", "I want a refund")
    writes(desk, chat, "Hello?")
    factories.conversation(desk.elsewhere, "w", "A refund, too")
    conversations.change_state(chat.pk, State.RESOLVED, by=desk.agent, reason="x")
    conditions = only_if(("body", "contains", "refund"), ("state", "is_not", "spam"))
    draft = Draft(name="", kind="message_received", conditions=conditions)
    before = counts()
    found = rule_trial.run(draft, by=desk.supervisor)
    assert counts() == before
    assert [(one.holds, one.failed) for one in found] == [(False, ((0,),)), (True, ())]
    assert {one.event.conversation_id for one in found} == {chat.pk}
    assert len(rule_trial.run(draft, by=desk.admin)) == 3
    then = Draft(name="", kind="conversation_started", conditions=only_if(("state", "is", "new")))
    assert [one.holds for one in rule_trial.run(then, by=desk.supervisor)] == [True]
    with pytest.raises(InvalidRuleError):
        rule_trial.run(Draft(name="", kind="x"), by=desk.supervisor)


def test_a_dry_run_costs_the_same_for_any_number(desk: Desk) -> None:
    factories.conversation(desk.inbox)
    draft = Draft(name="", kind="conversation_started")
    one = statements(lambda: rule_trial.run(draft, by=desk.supervisor))
    for _number in range(6):
        factories.conversation(desk.inbox)
    assert len(statements(lambda: rule_trial.run(draft, by=desk.supervisor))) == len(one)
    assert len(one) <= 8


def counts() -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')  # noqa: S608
            found[model._meta.db_table] = cursor.fetchone()[0]
    return found


def test_the_log_is_kept_for_ninety_days(desk: Desk) -> None:
    made = rule(desk.admin, "message_received", ("read", None))
    for _number in range(2):
        factories.conversation(desk.inbox)
    settle()
    newest = made.firings.latest("pk")
    made.firings.exclude(pk=newest.pk).update(at=datetime.now(UTC) - timedelta(days=91))
    assert rule_runs.forget_old() == 1
    assert list(made.firings.all()) == [newest]


def test_facts_of_a_verdict(desk: Desk) -> None:
    from helpdesk.services import surveys

    poor = only_if(("score", "at_most", 2), ("assigned", "is", False), ("open_hours", "is", True))
    made = rule(desk.admin, "rated", ("priority", 3), conditions=poor)
    chat = factories.conversation(desk.inbox)
    messages.note(chat.pk, by=desk.agent, body="x")
    surveys.rate(chat.pk, score=1)
    settle()
    assert outcomes(made) == ["fired"]
