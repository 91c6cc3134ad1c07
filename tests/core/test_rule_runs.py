"""Runs of rules: once for an event, guarded against circles, cheap, and written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.models import (
    Message,
    Outcome,
    Rule,
    RuleFiring,
    RuleRun,
    State,
)
from helpdesk.services import (
    conversations,
    rule_kinds,
    rule_runs,
    rule_trial,
    rules,
)
from helpdesk.services.rules import Draft, InvalidRuleError
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once
from tests.core.ruling import counts, nothing_kept, only_if, outcomes, rule, settle, writes
from tests.core.test_queries import statements

pytestmark = pytest.mark.django_db(transaction=True)


__all__ = ["nothing_kept"]


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


def test_without_rules_a_message_costs_no_query_more(desk: Desk) -> None:
    chat = factories.conversation(desk.inbox, "v")
    rule(desk.admin, "rated", ("read", None))
    plain = statements(lambda: writes(desk, chat, "No rule waits for this"))
    assert not [one for one in plain if "helpdesk_rule" in one]
    assert len(plain) <= 2
    rule(desk.admin, "message_received", ("read", None))
    noted = statements(lambda: writes(desk, chat, "This one is noted"))
    assert len(noted) == len(plain) + 2  # the note, and the event before it


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


def test_the_log_is_kept_for_ninety_days(desk: Desk) -> None:
    made = rule(desk.admin, "message_received", ("read", None))
    for _number in range(2):
        factories.conversation(desk.inbox)
    settle()
    newest = made.firings.latest("pk")
    made.firings.exclude(pk=newest.pk).update(at=datetime.now(UTC) - timedelta(days=91))
    assert rule_runs.forget_old() == 1
    assert list(made.firings.all()) == [newest]
