"""How the demo shop routes and what it promises: languages, queues, hours, capacity, policies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from helpdesk.models import (
    Agent,
    AgentLanguage,
    BusinessHours,
    CapacityProfile,
    Inbox,
    Queue,
    QueueSkill,
    Skill,
    SLAPolicy,
    Team,
)
from helpdesk.sla import public_holidays, stored

_OFFICE = ("mon", "tue", "wed", "thu", "fri")
# Name: inboxes, teams asked first, teams that help out, needed skills, business hours.
_Row = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...], dict[str, int], str]
_QUEUES: tuple[_Row, ...] = (
    ("Chat", ("chat",), ("Help",), ("Orders & delivery",), {}, ""),
    ("E-mail", ("email",), ("Help", "Orders & delivery"), ("Wholesale",), {}, "Office"),
    ("Texts", ("sms",), ("Orders & delivery",), ("Help",), {"Delivery": 2}, "Long days"),
    ("Telegram", ("telegram",), ("Help",), ("Orders & delivery",), {}, "Long days"),
)


def make(
    inboxes: Mapping[str, Inbox],
    teams: Mapping[str, Team],
    skills: Mapping[str, Skill],
    agents: Mapping[str, Agent],
    languages: Mapping[str, Mapping[str, int]],
) -> None:
    """Write it. languages: level by language of each agent's key."""
    AgentLanguage.objects.bulk_create(
        [
            AgentLanguage(agent=agents[key], language=language, level=level)
            for key, levels in languages.items()
            for language, level in levels.items()
        ]
    )
    hours = _hours()
    for name, kinds, first, later, needs, when in _QUEUES:
        queue = Queue.objects.create(name=name, hours=hours.get(when), assist=True)
        queue.primary.set([teams[one] for one in first])
        queue.secondary.set([teams[one] for one in later])
        QueueSkill.objects.bulk_create(
            [
                QueueSkill(queue=queue, skill=skills[one], level=level)
                for one, level in needs.items()
            ]
        )
        for kind in kinds:
            inboxes[kind].queue = queue
            inboxes[kind].save(update_fields=["queue"])
    usual = CapacityProfile.objects.create(name="Usual")
    CapacityProfile.objects.create(name="Trainee", units=4)
    for agent in agents.values():
        agent.capacity = usual
    Agent.objects.bulk_update(agents.values(), ["capacity"])
    SLAPolicy.objects.bulk_create(stored.default_rows())


def _hours() -> dict[str, BusinessHours]:
    """The office of the shop, and the longer days of those who answer texts."""
    holidays = public_holidays.days("PL", "", datetime.now(UTC).year)
    office = {day: [["09:00", "17:00"]] for day in _OFFICE}
    long = {day: [["08:00", "20:00"]] for day in _OFFICE} | {"sat": [["10:00", "16:00"]]}
    eve = [{"date": "12-24", "name": "Christmas Eve", "open": [["09:00", "13:00"]]}]
    return {
        name: BusinessHours.objects.create(
            name=name,
            country="PL",
            calendar={
                "zone": "Europe/Warsaw",
                "week": week,
                "holidays": holidays,
                "exceptions": eve,
            },
        )
        for name, week in (("Office", office), ("Long days", long))
    }
