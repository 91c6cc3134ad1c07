"""Making an invitation a fact: once, under a lock, against what the database knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from django.db import connection, transaction

from chat.invitations import holdout, limits
from chat.invitations.limits import Capacity, Past, Stop
from chat.invitations.memory import visitor_hash
from chat.invitations.models import Act, Arm, Exposure, Goal, text_for
from chat.invitations.rules import Rule
from chat.visits.facts import Facts
from chat.visits.models import Visit
from helpdesk.by_customer import SEEN_WITHIN
from helpdesk.models import ACTIVE_STATES, Agent, Inbox, Presence
from helpdesk.permissions import agents_for
from helpdesk.realtime import groups, payloads, publish

# The class of our advisory locks; the other half is the inbox.
_LOCKS = 0x1417
_MINUTE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Fired:
    """What came of it: the new row or the reasons against, and the past as it is now."""

    exposure: Exposure | None
    stops: tuple[Stop, ...]
    past: tuple[Past, ...]


def past_of(facts: Facts, who: str) -> tuple[Past, ...]:
    """What happened to this visitor (by his hash), and in this visit, as far as a limit looks."""
    since = facts.now - limits.MEMORY
    mine = Exposure.objects.filter(inbox=facts.inbox_id, at__gte=since)
    rows = mine.filter(visitor=who) | mine.filter(visit=facts.visit)
    found = rows.values_list("trigger_id", "visit", "page", "at", "turn", "declined_at")
    return tuple(
        Past(trigger, visit, page, at, turn is not None, declined)
        for trigger, visit, page, at, turn, declined in found.order_by("at")
    )


def recent(facts: Facts) -> int:
    """Invitations of this widget in the last minute."""
    since = facts.now - _MINUTE
    shown = Exposure.objects.filter(inbox=facts.inbox_id, at__gt=since, turn__isnull=False)
    return shown.filter(arm=Arm.TREAT).count()


def chatting(facts: Facts) -> bool:
    """Whether this visit is in a chat that goes on."""
    mine = Visit.objects.filter(inbox=facts.inbox_id, key=facts.visit)
    return mine.filter(conversation__state__in=ACTIVE_STATES).exists()


def arm_of(rule: Rule, who: str) -> str:
    """Invited or only counted; what is not measured or not noticed is never held out."""
    if not rule.asks or rule.goal == Goal.NONE:
        return Arm.TREAT
    return holdout.arm(rule.experiment_key, who)


@transaction.atomic
def fire(rule: Rule, facts: Facts, capacity: Capacity | None) -> Fired:
    """Write the exposure unless a limit, read again under the widget's lock, forbids it.

    capacity None: a silent action, which needs nobody to answer.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCKS, facts.inbox_id))
    who = visitor_hash(facts)
    past = past_of(facts, who)
    stops = tuple(limits.stops(rule.id, facts, past, asks=rule.asks))
    if capacity is not None and not stops:
        stops = tuple(limits.overload(replace(capacity, recent=recent(facts))))
        stops += (Stop.CHATTING,) if chatting(facts) else ()
    if stops:
        return Fired(None, stops, past)
    turns = sum(one.asked and one.visit == facts.visit for one in past)
    exposure = Exposure.objects.create(
        trigger_id=rule.id,
        experiment=rule.experiment,
        inbox_id=facts.inbox_id,
        visit=facts.visit,
        visitor=who,
        page=facts.pages,
        turn=turns + 1 if rule.asks else None,
        arm=arm_of(rule, who),
        at=facts.now,
        had_cart=bool(facts.cart_items),
    )
    made = Past(rule.id, facts.visit, facts.pages, facts.now, rule.asks)
    return Fired(exposure, (), (*past, made))


def invitation(rule: Rule, exposure: Exposure, facts: Facts, inbox: Inbox) -> dict[str, Any]:
    """What the page shows. Texts are plain: the page must set them as text, never as markup."""
    words = text_for(rule.texts, facts.language or inbox.language) or {}
    return {
        "id": str(exposure.pk),
        "name": rule.name,
        "text": words.get("text", ""),
        "button": words.get("button", ""),
        "agent": _face(inbox) if rule.show_agent else None,
        "action": shown_as(rule.action, exposure.turn, facts.device),
        "url": urljoin(facts.url, rule.link) if rule.action == Act.CARD else "",
    }


def shown_as(action: str, turn: int | None, device: str) -> str:
    """The page knows four ways. It opens itself once a visit, and never over a small screen."""
    if action == Act.OPEN:
        return Act.OPEN if turn == 1 and device == "computer" else Act.BUBBLE
    return action if action in (Act.CARD, Act.CALLBACK) else Act.BUBBLE


def _face(inbox: Inbox) -> dict[str, Any] | None:
    """Whoever would be asked first: online, at the desk, and longest without a new chat."""
    seen = datetime.now(UTC) - SEEN_WITHIN
    online = agents_for(inbox).filter(presence=Presence.ONLINE, last_seen_at__gte=seen)
    newest_last = online.order_by("last_assigned_at", "pk")
    agent: Agent | None = newest_last.filter(last_assigned_at=None).first() or newest_last.first()
    if agent is None:
        return None
    return payloads.visitor_face(payloads.agent(agent))


def tell_agents(rule: Rule, facts: Facts) -> None:
    """Push a visitor who may need help to the agents of the widget. May be lost.

    They get the visit's number: its key is a secret of the visitor's browser.
    """
    visits = Visit.objects.filter(inbox=facts.inbox_id, key=facts.visit)
    publish.send(
        groups.inbox(facts.inbox_id),
        {
            "type": "hot_visitor",
            "inbox": facts.inbox_id,
            "visit": visits.values_list("pk", flat=True).first(),
            "trigger": rule.name,
            "tag": rule.tag,
            "title": facts.title,
            "path": facts.path,
            "device": facts.device,
            "language": facts.language,
            "cart_value": str(facts.cart_value) if facts.cart_value is not None else None,
            "cart_currency": facts.cart_currency,
            "step": facts.step,
            "at": payloads.stamp(facts.now),
        },
    )
