"""Which promise holds: the first that fits, the defaults, and what makes a policy unusable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from helpdesk.sla.clocks import Metric
from helpdesk.sla.policies import (
    LIVE_STEPS,
    Case,
    Conditions,
    Kind,
    Objective,
    Policy,
    PolicyError,
    Priority,
    Step,
    Target,
    Warned,
    checked,
    defaults,
    matching,
    never_reached,
    problems,
    target,
)

MINUTE, HOUR, DAY = 60, 3600, 86_400
PLAIN = Policy(name="plain", targets={"frt": {"normal": Target(seconds=60)}})


def promised(metric: Metric, case: Case) -> Target | None:
    policy = matching(defaults(), case)
    assert policy is not None
    return target(policy, metric, case)


@pytest.mark.parametrize(
    ("kind", "frt", "nrt", "resolution"),
    [
        ("live", 30, 60, DAY),
        ("call", 20, None, DAY),
        ("message", 5 * MINUTE, 15 * MINUTE, DAY),
        ("public", HOUR, HOUR, DAY),
        ("letter", 4 * HOUR, 4 * HOUR, 24 * HOUR),
    ],
)
def test_the_default_promises(kind: Kind, frt: int, nrt: int | None, resolution: int) -> None:
    found = [promised(metric, Case(kind=kind)) for metric in ("frt", "nrt", "resolution")]
    assert [one and one.seconds for one in found] == [frt, nrt, resolution]


@pytest.mark.parametrize(
    ("priority", "reply", "solved"),
    [("urgent", 1, 8), ("high", 2, 16), ("normal", 4, 24), ("low", 8, 40)],
)
def test_letters_by_priority_in_business_hours(priority: Priority, reply: int, solved: int) -> None:
    case = Case(kind="letter", priority=priority)
    assert promised("frt", case) == Target(seconds=reply * HOUR, business=True)
    assert promised("resolution", case) == Target(seconds=solved * HOUR, business=True)


def test_the_live_promise() -> None:
    case = Case(kind="live", priority="urgent")
    assert promised("frt", case) == Target(seconds=30, goal=10, most=120)
    assert promised("nrt", case) == Target(seconds=60, most=120)
    policy = matching(defaults(), case)
    assert policy is not None
    assert policy.objective == Objective(share=0.8, median=10)
    waiting = [step for step in policy.steps if step.metric == "frt" and step.since == "waiting"]
    assert [(step.after, step.action) for step in waiting] == [
        (20, "nudge"), (30, "second_agent"), (90, "supervisor"), (120, "alternatives"),
    ]  # fmt: skip


def test_half_the_time_for_a_vip_but_not_live() -> None:
    assert promised("frt", Case(kind="letter", vip=True)) == Target(seconds=2 * HOUR, business=True)
    live = Case(kind="live", vip=True)
    assert promised("frt", live) == promised("frt", replace(live, vip=False))
    generous = replace(PLAIN, targets={"frt": {"normal": Target(seconds=60, goal=20, most=90)}})
    found = target(generous, "frt", Case(kind="message", vip=True))
    assert found == Target(seconds=30, goal=10, most=45)


CASE = Case(
    kind="letter", channel="post", queue="orders", priority="high", vip=True, language="pt-BR",
    tags=frozenset({"refund", "angry"}), tier="gold",
)  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "fits", "misses"),
    [
        ("kinds", {"letter", "live"}, {"live"}),
        ("channels", {"post"}, {"pigeon"}),
        ("queues", {"orders"}, {"sales"}),
        ("priorities", {"high", "urgent"}, {"low"}),
        ("languages", {"pt"}, {"pl"}),
        ("languages", {"pt-BR"}, {"pt-PT"}),
        ("tags", {"refund", "spam"}, {"spam"}),
        ("tiers", {"gold"}, {"silver"}),
        ("vip", True, False),
    ],
)
def test_every_condition_is_asked(condition: str, fits: Any, misses: Any) -> None:
    def wanted(value: Any) -> Conditions:
        given: dict[str, Any] = {condition: value if condition == "vip" else frozenset(value)}
        return Conditions(**given)

    assert wanted(fits).hold(CASE)
    assert not wanted(misses).hold(CASE)
    if condition != "queues":
        assert not replace(wanted(fits), queues=frozenset({"nowhere"})).hold(CASE)


def test_the_first_that_fits_wins() -> None:
    gold = replace(PLAIN, name="gold", conditions=Conditions(tiers=frozenset({"gold"})))
    vip = replace(PLAIN, name="vip", conditions=Conditions(vip=True))
    assert matching([gold, vip, PLAIN], CASE) == gold
    assert matching([vip, gold, PLAIN], CASE) == vip
    assert matching([gold, vip, PLAIN], Case(kind="live")) == PLAIN
    assert matching([gold, vip], Case(kind="live")) is None
    assert never_reached([gold, PLAIN, vip]) == [vip]


def test_a_priority_without_a_target_has_the_normal_one() -> None:
    assert target(PLAIN, "frt", Case(kind="live", priority="urgent")) == Target(seconds=60)
    assert target(PLAIN, "nrt", Case(kind="live")) is None


def test_the_defaults_are_usable() -> None:
    assert [problems(policy) for policy in defaults()] == [[]] * 5
    assert never_reached(defaults()) == []
    assert checked(PLAIN) is PLAIN


def _frt(**changes: Any) -> dict[str, Any]:
    return {"targets": {"frt": {"normal": Target(**{"seconds": 60, **changes})}}}


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"name": " "}, "no_name", "name"),
        ({"targets": {}}, "no_targets", "targets"),
        ({"targets": {"frt": {}}}, "no_targets", "targets"),
        ({"targets": {"mood": {"normal": Target(seconds=1)}}}, "unknown_metric", "targets.mood"),
        ({"targets": {"frt": {"urgent": Target(seconds=1)}}}, "no_normal", "targets.frt"),
        (
            {"targets": {"frt": {"normal": Target(seconds=1), "meh": Target(seconds=1)}}},
            "unknown_priority", "targets.frt.meh",
        ),
        (_frt(seconds=0), "bad_target", "targets.frt.normal"),
        (_frt(seconds=-5), "bad_target", "targets.frt.normal"),
        (_frt(seconds=float("nan")), "bad_target", "targets.frt.normal"),
        (_frt(goal=61), "bad_goal", "targets.frt.normal"),
        (_frt(most=59), "bad_most", "targets.frt.normal"),
        ({"warnings": (Warned(0, "info"),)}, "bad_warning", "warnings.0"),
        ({"warnings": (Warned(101, "info"),)}, "bad_warning", "warnings.0"),
        ({"warnings": (Warned(50, "info"), Warned(50, "agent"))}, "twice", "warnings"),
        ({"steps": (Step(0, "nudge"),)}, "bad_step", "steps.0"),
        ({"steps": (Step(5, "nudge", "nrt"),)}, "bad_step", "steps.0"),
        ({"steps": (LIVE_STEPS[0],) * 2}, "twice", "steps"),
        ({"objective": Objective(share=1.5)}, "bad_share", "objective"),
    ],
)  # fmt: skip
def test_what_is_refused(changes: dict[str, Any], code: str, where: str) -> None:
    policy = replace(PLAIN, **changes)
    assert (code, where) in [(one.code, one.where) for one in problems(policy)]
    with pytest.raises(PolicyError):
        checked(policy)
