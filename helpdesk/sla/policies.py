"""Which promise holds for which customer: an ordered list of policies, the first that fits (pure).

A policy names no channel by itself: its defaults speak of kinds of contact, and its conditions
take the channels and queues that the installation has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from helpdesk.sla.clocks import METRICS, Metric

# Live text, a call, a text or direct message, a public post, a letter (mail or form).
Kind = Literal["live", "call", "message", "public", "letter"]
Priority = Literal["urgent", "high", "normal", "low"]
Level = Literal["info", "agent", "supervisor", "breach"]
Action = Literal[
    "nudge", "second_agent", "supervisor", "alternatives",
    "raise_priority", "relax_step", "notify_on_call", "reassign",
]  # fmt: skip
Since = Literal["waiting", "accepted"]

KINDS: tuple[Kind, ...] = get_args(Kind)
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
ASYNC: frozenset[Kind] = frozenset({"message", "public", "letter"})
VIP_SHARE = 0.5
LONGEST = 366 * 86_400
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class PolicyError(ValueError):
    """What is wrong with a policy: a code, the place in it ("targets.frt"), and the facts."""

    def __init__(self, code: str, where: str = "", **data: object) -> None:
        super().__init__(f"{where}: {code}" if where else code)
        self.code, self.where, self.data = code, where, data


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a conversation when its promise is chosen."""

    kind: Kind
    channel: str = ""
    queue: str = ""
    priority: Priority = "normal"
    vip: bool = False
    language: str = ""
    tags: frozenset[str] = frozenset()
    tier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """All must hold; an empty one always does. tags: one of them is enough."""

    kinds: frozenset[Kind] = frozenset()
    channels: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    priorities: frozenset[Priority] = frozenset()
    languages: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    vip: bool | None = None

    def hold(self, case: Case) -> bool:
        """Whether a conversation is meant."""
        pairs: tuple[tuple[frozenset[str], str], ...] = (
            (frozenset(self.kinds), case.kind),
            (self.channels, case.channel),
            (self.queues, case.queue),
            (frozenset(self.priorities), case.priority),
            (self.tiers, case.tier),
        )
        return (
            all(not wanted or given in wanted for wanted, given in pairs)
            and (not self.languages or _speaks(case.language, self.languages))
            and (not self.tags or bool(self.tags & case.tags))
            and (self.vip is None or self.vip == case.vip)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Seconds promised; business: of the queue's opening hours, else of the calendar.

    goal: what we aim at; most: what must never be passed (both seconds, None: not set).
    """

    seconds: float
    business: bool = False
    goal: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """Who hears of it when this part of a target is used up."""

    percent: int
    level: Level


@dataclass(frozen=True, slots=True)
class Step:
    """What is done by itself, once, after so many seconds without an answer.

    since: from when on; `metric`: while its clock runs. reassign only ever moves what nobody
    has answered.
    """

    after: float
    action: Action
    metric: Metric = "frt"
    since: Since = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What share of first replies comes within the target, and their median in seconds."""

    share: float
    median: float | None = None


WARNINGS = (
    Warned(50, "info"),
    Warned(75, "agent"),
    Warned(90, "supervisor"),
    Warned(100, "breach"),
)
# The promise of a live chat: no customer passes two minutes without a way on.
LIVE_STEPS = (
    Step(20, "nudge"),
    Step(30, "second_agent"),
    Step(90, "supervisor"),
    Step(120, "alternatives"),
    Step(15, "nudge", since="accepted"),
    Step(20, "supervisor", since="accepted"),
    Step(60, "nudge", "nrt"),
    Step(120, "supervisor", "nrt"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One promise: for whom, and what by when.

    targets: by metric and priority; a priority that is not named has the target of "normal".
    on_hold_stops: resolution stands still while a third party is asked.
    """

    name: str
    conditions: Conditions = Conditions()
    targets: Mapping[Metric, Mapping[Priority, Target]]
    warnings: tuple[Warned, ...] = WARNINGS
    steps: tuple[Step, ...] = ()
    objective: Objective | None = None
    on_hold_stops: bool = False


def matching(policies: Iterable[Policy], case: Case) -> Policy | None:
    """The first policy whose conditions hold; None if nothing is promised."""
    return next((policy for policy in policies if policy.conditions.hold(case)), None)


def target(policy: Policy, metric: Metric, case: Case) -> Target | None:
    """What the policy promises in this case; half the time for a VIP who does not wait live."""
    by_priority = policy.targets.get(metric, {})
    found = by_priority.get(case.priority) or by_priority.get("normal")
    if found is None or not case.vip or case.kind not in ASYNC:
        return found
    return Target(
        seconds=found.seconds * VIP_SHARE,
        business=found.business,
        goal=_half(found.goal),
        most=_half(found.most),
    )


def problems(policy: Policy) -> list[PolicyError]:
    """Everything that makes a policy unusable.

    Codes: no_name, no_targets, unknown_metric, unknown_priority, no_normal, bad_target,
    bad_goal, bad_most, bad_warning, bad_step, bad_share, twice.
    """
    found = [] if policy.name.strip() else [PolicyError("no_name", "name")]
    if not any(policy.targets.values()):
        found.append(PolicyError("no_targets", "targets"))
    for metric, by_priority in policy.targets.items():
        found += _wrong_targets(metric, by_priority)
    for number, warned in enumerate(policy.warnings):
        if not 0 < warned.percent <= 100:
            found.append(PolicyError("bad_warning", f"warnings.{number}", percent=warned.percent))
    for number, step in enumerate(policy.steps):
        if not 0 < step.after <= LONGEST or step.metric not in policy.targets:
            found.append(PolicyError("bad_step", f"steps.{number}", after=step.after))
    for name, parts in (
        ("warnings", [warned.percent for warned in policy.warnings]),
        ("steps", list(policy.steps)),
    ):
        if len(set(parts)) < len(parts):
            found.append(PolicyError("twice", name))
    if policy.objective and not 0 < policy.objective.share <= 1:
        found.append(PolicyError("bad_share", "objective", share=policy.objective.share))
    return found


def checked(policy: Policy) -> Policy:
    """The policy itself. Raises the first PolicyError of problems()."""
    for problem in problems(policy):
        raise problem
    return policy


def never_reached(policies: Iterable[Policy]) -> list[Policy]:
    """Policies behind one that takes everybody: legal, and worth a warning."""
    taken, found = False, []
    for policy in policies:
        if taken:
            found.append(policy)
        taken = taken or policy.conditions == Conditions()
    return found


def defaults() -> tuple[Policy, ...]:
    """What is promised until somebody decides otherwise: one policy for each kind of contact."""
    day = Target(seconds=_DAY)
    return (
        _for_kind(
            "live",
            frt=Target(seconds=30, goal=10, most=120),
            nrt=Target(seconds=60, most=120),
            resolution=day,
            objective=Objective(share=0.8, median=10),
            steps=LIVE_STEPS,
        ),
        _for_kind("call", frt=Target(seconds=20), resolution=day, objective=Objective(share=0.8)),
        _for_kind(
            "message",
            frt=Target(seconds=5 * _MINUTE, business=True),
            nrt=Target(seconds=15 * _MINUTE, business=True),
            resolution=day,
        ),
        _for_kind(
            "public",
            frt=Target(seconds=_HOUR, business=True),
            nrt=Target(seconds=_HOUR, business=True),
            resolution=day,
        ),
        Policy(
            name="letter",
            conditions=Conditions(kinds=frozenset({"letter"})),
            targets={
                "frt": _hours(1, 2, 4, 8),
                "nrt": _hours(1, 2, 4, 8),
                "resolution": _hours(8, 16, 24, 40),
            },
            objective=Objective(share=0.9),
        ),
    )


def _for_kind(
    kind: Kind,
    *,
    frt: Target,
    resolution: Target,
    nrt: Target | None = None,
    objective: Objective | None = None,
    steps: tuple[Step, ...] = (),
) -> Policy:
    targets: dict[Metric, Mapping[Priority, Target]] = {"frt": {"normal": frt}}
    if nrt:
        targets["nrt"] = {"normal": nrt}
    targets["resolution"] = {"normal": resolution}
    return Policy(
        name=kind,
        conditions=Conditions(kinds=frozenset({kind})),
        targets=targets,
        steps=steps,
        objective=objective or Objective(share=0.9),
    )


def _hours(*hours: int) -> dict[Priority, Target]:
    """Business hours by priority, the most urgent first."""
    return {
        priority: Target(seconds=one * _HOUR, business=True)
        for priority, one in zip(PRIORITIES, hours, strict=True)
    }


def _wrong_targets(metric: Metric, by_priority: Mapping[Priority, Target]) -> Iterable[PolicyError]:
    where = f"targets.{metric}"
    if metric not in METRICS:
        yield PolicyError("unknown_metric", where, metric=metric)
    if by_priority and "normal" not in by_priority:
        yield PolicyError("no_normal", where)
    for priority, one in by_priority.items():
        here = f"{where}.{priority}"
        if priority not in PRIORITIES:
            yield PolicyError("unknown_priority", here, priority=priority)
        if not 0 < one.seconds <= LONGEST:
            yield PolicyError("bad_target", here, seconds=one.seconds)
        if one.goal is not None and not 0 < one.goal <= one.seconds:
            yield PolicyError("bad_goal", here, goal=one.goal)
        if one.most is not None and not one.seconds <= one.most <= LONGEST:
            yield PolicyError("bad_most", here, most=one.most)


def _half(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * VIP_SHARE


def _speaks(language: str, wanted: frozenset[str]) -> bool:
    """pt-BR is spoken where pt is wanted."""
    return language in wanted or language.partition("-")[0] in wanted
