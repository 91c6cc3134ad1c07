"""Triggers as the evaluator holds them: parsed once, kept in the process.

A process asks Valkey for a version with every hit and the database only when that changed, or
after MAX_AGE, should Valkey have lost it.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import redis
from django.db.models import Q

from chat import service
from chat.invitations import conditions
from chat.invitations.conditions import Conditions
from chat.invitations.models import SILENT, Act, Event, Trigger, experiment_key, text_for
from chat.invitations.schedule import Schedule, zone
from chat.visits.facts import Facts
from helpdesk import quick_redis
from helpdesk.models import Inbox

log = logging.getLogger(__name__)

VERSION_KEY = "invitations:version"
MAX_AGE = 300.0


@dataclass(frozen=True, slots=True)
class Rule:
    """An active trigger. priority: the smallest goes first."""

    id: int
    name: str
    event: str
    conditions: Conditions
    schedule: Schedule
    action: str
    texts: dict[str, Any]
    link: str
    tag: str
    show_agent: bool
    goal: str
    experiment: int

    @property
    def asks(self) -> bool:
        """Whether the visitor notices it: such an action is limited, and held out from some."""
        return self.action not in SILENT

    @property
    def experiment_key(self) -> str:
        """What the hold-out hashes a visitor with."""
        return experiment_key(self.id, self.experiment)

    def speaks(self, language: str) -> bool:
        """Whether there is something to say in this language."""
        return not self.asks or self.action == Act.OPEN or bool(text_for(self.texts, language))

    def heeds(self, facts: Facts) -> bool:
        """Whether this hit is one that the trigger is looked at."""
        if self.event == Event.EXIT and facts.device != "computer":
            return False
        return self.event in (Event.BEAT, facts.event)

    def fits(self, facts: Facts, clock: tzinfo) -> bool:
        """Whether time and conditions are met."""
        return self.schedule.allows(facts.now, clock) and conditions.holds(self.conditions, facts)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """The rules of one widget in their order, and the widget itself."""

    inbox: Inbox
    clock: tzinfo
    rules: tuple[Rule, ...]


def rule(trigger: Trigger) -> Rule:
    """A trigger, parsed. Raises InvalidConditionsError."""
    return Rule(
        id=trigger.pk,
        name=trigger.name,
        event=trigger.event,
        conditions=conditions.parse(trigger.conditions),
        schedule=Schedule(
            frozenset(day for day in range(7) if trigger.weekdays >> day & 1),
            trigger.begins,
            trigger.ends,
        ),
        action=trigger.action,
        texts=trigger.texts if isinstance(trigger.texts, dict) else {},
        link=trigger.link,
        tag=trigger.tag,
        show_agent=trigger.show_agent,
        goal=trigger.goal,
        experiment=trigger.experiment,
    )


def clock_of(inbox: Inbox) -> tzinfo:
    """The time zone of a widget's opening hours."""
    calendar = service.calendar_of(inbox)
    return zone(calendar.zone if calendar else "UTC")


def read(inbox_id: int) -> Ruleset | None:
    """The rules as the database has them; one that cannot be parsed is left out, with a log line.

    None: there is no such widget, or it is switched off.
    """
    inbox = Inbox.objects.filter(pk=inbox_id, enabled=True).first()
    if inbox is None:
        return None
    found = []
    wanted = Trigger.objects.filter(Q(inbox=inbox_id) | Q(inbox=None), active=True)
    for trigger in wanted.order_by("priority", "pk"):
        try:
            found.append(rule(trigger))
        except conditions.InvalidConditionsError as error:
            log.warning("trigger %s is left out: %s", trigger.pk, error)
    return Ruleset(inbox, clock_of(inbox), tuple(found))


@dataclass(frozen=True, slots=True)
class _Kept:
    version: bytes | None
    at: float
    rules: Ruleset | None


_kept: dict[int, _Kept] = {}
_reading = threading.Lock()


def of(inbox_id: int, version: bytes | None) -> Ruleset | None:
    """The rules of a widget, from this process's memory while `version` stays the same."""
    kept = _kept.get(inbox_id)
    if kept and kept.version == version and time.monotonic() - kept.at < MAX_AGE:
        return kept.rules
    with _reading:
        kept = _Kept(version, time.monotonic(), read(inbox_id))
        _kept[inbox_id] = kept
    return kept.rules


def changed() -> None:
    """Tell every process that triggers or widgets have changed. Never raises."""
    try:
        quick_redis.client().set(VERSION_KEY, uuid.uuid4().hex)
    except redis.RedisError as error:
        log.warning("triggers take effect within %d s: %s", MAX_AGE, error)
    _kept.clear()
