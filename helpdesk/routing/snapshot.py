"""What the router knows, read from the tables: a fixed number of queries, whatever waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Max, QuerySet

from helpdesk.adapters import Capabilities, adapters
from helpdesk.models import (
    HELD,
    Agent,
    AgentLanguage,
    AgentSkill,
    Inbox,
    Presence,
    Queue,
    QueueSkill,
    Role,
    TeamMembership,
    WorkItem,
    WorkState,
)
from helpdesk.routing import easing, work
from helpdesk.routing.capacity import Load
from helpdesk.routing.easing import NOTHING, Ease
from helpdesk.routing.reliefs import eases, emergency, rushes
from helpdesk.routing.work import (
    FULL,
    AgentState,
    Channel,
    Item,
    Leg,
    LegState,
    Need,
    Pace,
    Profile,
    Settings,
    SkillNeed,
    World,
)

SEEN_WITHIN = timedelta(seconds=45)
MOST = 2000  # items of each kind that one pass looks at, the most urgent first
SOON_BACK = frozenset({Presence.BUSY, Presence.WRAP_UP, Presence.BREAK})
# An answered item whose customer says nothing for so long takes up no room (seconds).
QUIET: Mapping[Pace, float] = {
    Pace.CALL: float("inf"),
    Pace.LIVE: 360.0,
    Pace.TEXTS: 600.0,
    Pace.LETTERS: 0.0,
}
OWN_LANGUAGE = 5
_INBOX = ("id", "name", "channel", "queue_id", "enabled")
_QUEUE = ("id", "name", "strategy", "assist")
DECLARED = 3  # the level of a skill that a customer's own answer asks for
Facts = dict[str, Any]


def pace(of: Capabilities) -> Pace:
    """How soon people expect an answer on a channel that can do this."""
    if of.talks:
        return Pace.CALL
    if of.live:
        return Pace.LIVE
    return Pace.LETTERS if of.subject or of.threaded else Pace.TEXTS


def channels() -> dict[str, Channel]:
    """Every channel that has an adapter."""
    return {one.channel: work.channel(one.channel, pace(one.capabilities)) for one in adapters()}


def channel(name: str) -> Channel:
    """One channel; one without an adapter is taken for texts."""
    return channels().get(name) or work.channel(name, Pace.TEXTS)


def seconds(moment: datetime | None) -> float | None:
    """Seconds since the epoch."""
    return None if moment is None else moment.timestamp()


def is_there(agent: Agent, now: datetime) -> bool:
    """Whether the agent may be offered work: online, and his browser is connected."""
    return agent.is_active and agent.presence == Presence.ONLINE and was_seen(agent, now)


def was_seen(agent: Agent, now: datetime) -> bool:
    """Whether the agent's browser has been heard of lately."""
    return agent.last_seen_at is not None and agent.last_seen_at > now - SEEN_WITHIN


def is_quiet(
    of: Channel, waiting_since: datetime | None, last_message_at: datetime | None, now: datetime
) -> bool:
    """Whether it is the customer's turn, and he has been silent for so long that we go on."""
    if waiting_since is not None or last_message_at is None:
        return False
    return (now - last_message_at).total_seconds() >= QUIET[of.pace]


def profile(agent: Agent, eased: Ease | None = None) -> Profile:
    """How much the agent carries now; one query, none where it is known what is eased for him."""
    if eased is None:
        eased = eases(datetime.now(UTC), agent.pk).get(agent.pk, NOTHING)
    return easing.raised(_usual(agent), eased, channels().values())


def _usual(agent: Agent) -> Profile:
    found = agent.capacity
    if found is None:
        return FULL
    limits = {str(name): max(0, int(most)) for name, most in found.limits.items()}
    return Profile(units=found.units, by_channel=limits)


def _legs(
    held: QuerySet[WorkItem], rules: dict[str, Channel], now: datetime
) -> dict[int, list[Leg]]:
    """What takes up the room of those who hold it, by agent."""
    found: dict[int, list[Leg]] = defaultdict(list)
    for one in held.values(
        "id", "agent_id", "channel", "state", "due_at", "target", "parked_at",
        "conversation__waiting_since", "conversation__last_message_at",
    ).order_by("id"):  # fmt: skip
        of = rules.setdefault(one["channel"], channel(one["channel"]))
        quiet = one["state"] == WorkState.ACTIVE and is_quiet(
            of, one["conversation__waiting_since"], one["conversation__last_message_at"], now
        )
        if not quiet:
            found[one["agent_id"]].append(
                Leg(
                    one["id"],
                    of.name,
                    of.weight,
                    LegState(one["state"]),
                    seconds(one["due_at"]),
                    one["target"],
                    seconds(one["parked_at"]),
                )
            )
    return found


def held(rules: dict[str, Channel], now: datetime) -> dict[int, list[Leg]]:
    """What everybody holds, by agent."""
    return _legs(WorkItem.objects.filter(state__in=HELD, agent__isnull=False), rules, now)


def load(agent: Agent, now: datetime, *, without: int = 0) -> Load:
    """What the agent holds now, `without` one item; true while his row is locked."""
    rules = channels()
    his = WorkItem.objects.filter(state__in=HELD, agent=agent).exclude(pk=without)
    legs = tuple(_legs(his, rules, now)[agent.pk])
    return Load(AgentState(agent.pk, frozenset(), profile=profile(agent), legs=legs), rules)


@dataclass
class Desk:
    """The inboxes, their queues and who sees them."""

    inboxes: list[Facts]
    queues: dict[int, Facts]
    teams: dict[int, set[int]]
    agents: list[Agent]
    team_of: dict[int, set[int]]
    languages: dict[int, dict[str, int]]
    skills: dict[int, dict[int, int]]
    seers: dict[int, frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        everybody = [(one.pk, one.role == Role.ADMIN) for one in self.agents]
        for inbox in self.inboxes:
            at_home = self.teams[inbox["id"]]
            self.seers[inbox["id"]] = frozenset(
                pk for pk, all_of_them in everybody if all_of_them or self.team_of[pk] & at_home
            )

    def spoken(self, inbox: int, language: str) -> bool:
        """Whether anybody who sees the inbox knows the language at all."""
        return any(self.languages[agent].get(language) for agent in self.seers[inbox])

    def mastered(self, inbox: int, skill: int) -> bool:
        """Whether anybody who sees the inbox has the skill at all."""
        return any(skill in self.skills.get(agent, ()) for agent in self.seers[inbox])


def world(now: datetime, known: Desk | None = None) -> World:
    """Everything that one pass decides on. known: the desk, if it has been read already."""
    all_of_it, rules = known or desk(), channels()
    legs = held(rules, now)
    strategies = {
        pk: work.Strategy(one["strategy"])
        for pk, one in all_of_it.queues.items()
        if one["strategy"]
    }
    items = _waiting(all_of_it, rules, now)
    settings = Settings(channels=rules, strategies=strategies, spike=rushes(now))
    if emergency(now):
        settings = replace(settings, protected_share=0.0)
    return World(tuple(items), tuple(agents(all_of_it, legs, strategies, now)), settings)


def _grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        found[one].add(other)
    return found


def desk() -> Desk:
    """The inboxes, queues and active agents with what they know; nine queries."""
    queues: dict[int, Facts] = {
        one["id"]: {**one, "skills": ()} for one in Queue.objects.values(*_QUEUE)
    }
    for name in ("primary", "secondary"):
        teams = _grouped(Queue.objects.filter(**{f"{name}__isnull": False}).values_list("pk", name))
        for pk, facts in queues.items():
            facts[name] = frozenset(teams[pk])
    for pk, skill, level, hard in QueueSkill.objects.order_by("skill").values_list(
        "queue", "skill", "level", "hard"
    ):
        queues[pk]["skills"] += (SkillNeed(skill, level, hard),)
    active = list(Agent.objects.filter(is_active=True).select_related("capacity").order_by("pk"))
    spoken: dict[int, dict[str, int]] = defaultdict(dict)
    for pk, language, level in AgentLanguage.objects.values_list("agent", "language", "level"):
        spoken[pk][language] = level
    languages = {one.pk: spoken.get(one.pk) or {one.language: OWN_LANGUAGE} for one in active}
    return Desk(
        inboxes=[{**one} for one in Inbox.objects.values(*_INBOX)],
        queues=queues,
        teams=_grouped(Inbox.teams.through.objects.values_list("inbox_id", "team_id")),
        agents=active,
        team_of=_grouped(
            TeamMembership.objects.filter(active=True).values_list("agent_id", "team_id")
        ),
        languages=languages,
        skills=_skills(),
    )


def _skills() -> dict[int, dict[int, int]]:
    """Level by skill of each agent."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for pk, skill, level in AgentSkill.objects.values_list("agent", "skill", "level"):
        found[pk][skill] = level
    return found


def agents(
    desk: Desk,
    legs: dict[int, list[Leg]],
    strategies: dict[int, work.Strategy],
    now: datetime,
) -> Iterable[AgentState]:
    """The active agents with what they hold."""
    turns = _turns(strategies)
    works: dict[int, set[str]] = defaultdict(set)
    for inbox in desk.inboxes:
        if inbox["enabled"]:
            for agent in desk.seers[inbox["id"]]:
                works[agent].add(inbox["channel"])
    given, second, rules = eases(now), _second(desk), channels().values()
    for one in desk.agents:
        off, trained = set(one.channels_off), set(one.flex)
        ease = given.get(one.pk, NOTHING)
        state = AgentState(
            one.pk,
            frozenset(works[one.pk] - off - trained),
            online=is_there(one, now),
            profile=easing.raised(_usual(one), ease, rules),
            flex=frozenset(trained - off),
            skills=desk.skills.get(one.pk, {}),
            languages=desk.languages[one.pk],
            teams=frozenset(desk.team_of[one.pk]),
            reserve=one.role != Role.AGENT,
            back_soon=one.presence in SOON_BACK and was_seen(one, now),
            auto_accept=one.auto_accept,
            last_assigned_at=seconds(one.last_assigned_at),
            last_release_at=seconds(one.last_released_at),
            assigned_in=turns[one.pk],
            legs=tuple(legs[one.pk]),
        )
        yield easing.eased(state, ease, second)


def _second(desk: Desk) -> dict[int, frozenset[int]]:
    """By team, the first teams of the queues that it helps out in."""
    found: dict[int, frozenset[int]] = defaultdict(frozenset)
    at_home = _grouped((one["queue_id"], one["id"]) for one in desk.inboxes if one["queue_id"])
    for pk, queue in desk.queues.items():
        inboxes = (desk.teams[inbox] for inbox in at_home[pk])
        first = queue.get("primary") or frozenset().union(*inboxes)
        for team in queue.get("secondary", ()):
            found[team] |= first
    return found


def _turns(strategies: dict[int, work.Strategy]) -> dict[int, dict[int, float]]:
    """When each agent last got work of the queues that go round, by agent and queue."""
    found: dict[int, dict[int, float]] = defaultdict(dict)
    round_ = [pk for pk, one in strategies.items() if one is work.Strategy.ROUND_ROBIN]
    if round_:
        taken = WorkItem.objects.filter(queue__in=round_, agent__isnull=False)
        last = taken.values_list("agent", "queue").annotate(last=Max("accepted_at"))
        for agent, queue, at in last.filter(last__isnull=False):
            if agent is not None and queue is not None:
                found[agent][queue] = at.timestamp()
    return found


_COLUMNS = (
    "id", "channel", "enqueued_at", "requeued", "due_at", "target", "extra_steps", "sticky_id",
    "declined", "queue_id", "conversation__inbox_id", "conversation__language",
    "conversation__priority", "conversation__customer__vip", "conversation__context__asks",
)  # fmt: skip


def _waiting(desk: Desk, rules: dict[str, Channel], now: datetime) -> list[Item]:
    queued = WorkItem.objects.filter(state=WorkState.QUEUED)
    live = [name for name, one in rules.items() if one.live]
    first = queued.filter(channel__in=live).order_by("enqueued_at", "id")
    later = queued.exclude(channel__in=live).order_by(
        F("due_at").asc(nulls_last=True), "enqueued_at", "id"
    )
    needs: dict[tuple[Any, ...], Need] = {}
    everybody = frozenset(one.pk for one in desk.agents)
    banned = {inbox: everybody - seers for inbox, seers in desk.seers.items()}
    found = []
    for one in (*first.values(*_COLUMNS)[:MOST], *later.values(*_COLUMNS)[:MOST]):
        inbox = one["conversation__inbox_id"]
        rules.setdefault(one["channel"], channel(one["channel"]))
        asks = tuple(one["conversation__context__asks"] or ())
        asked = (one["channel"], one["queue_id"] or 0, inbox, one["conversation__language"])
        if (asked, asks) not in needs:
            needs[asked, asks] = need(desk, *asked, asks=asks)
        found.append(_item(one, needs[asked, asks], banned[inbox], now))
    return found


def need(
    desk: Desk, channel: str, queue: int, inbox: int, language: str, *, asks: tuple[int, ...] = ()
) -> Need:
    """What an item of an inbox asks of an agent.

    The language, and the skills that the customer's answers ask for, only if anybody knows them.
    """
    facts = desk.queues.get(queue, {})
    skills: tuple[SkillNeed, ...] = facts.get("skills", ())
    known = {one.skill for one in skills}
    declared = (one for one in asks if one not in known and desk.mastered(inbox, one))
    return Need(
        channel,
        queue,
        primary=facts.get("primary") or frozenset(desk.teams[inbox]),
        secondary=facts.get("secondary", frozenset()),
        skills=(*skills, *(SkillNeed(one, DECLARED, hard=False) for one in declared)),
        language=language if desk.spoken(inbox, language) else "",
        assist=facts.get("assist", False),
    )


def _item(one: Facts, need: Need, banned: frozenset[int], now: datetime) -> Item:
    due, target = seconds(one["due_at"]), one["target"]
    return Item(
        one["id"],
        need,
        one["enqueued_at"].timestamp(),
        priority=work.Priority(one["conversation__priority"]),
        vip=one["conversation__customer__vip"],
        requeued=one["requeued"],
        due_at=due,
        target=target,
        elapsed=_elapsed(due, target, now),
        extra_steps=one["extra_steps"],
        sticky=one["sticky_id"],
        declined={int(agent): at for agent, at in one["declined"].items()},
        banned=banned,
    )


def _elapsed(due: float | None, target: float | None, now: datetime) -> float | None:
    """Seconds of the promise used up: exact unless closed hours lie between now and its end,
    and then too low, so that nobody is asked too early.
    """
    if due is None or target is None:
        return None
    return max(0.0, target - (due - now.astimezone(UTC).timestamp()))
