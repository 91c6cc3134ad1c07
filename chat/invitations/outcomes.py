"""What became of an exposure: shown, accepted, declined, a chat, an order."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat

from chat.invitations import memory
from chat.invitations.models import Arm, Exposure
from chat.visits.facts import Facts
from helpdesk.models import Order

_PK = re.compile(r"[0-9]{1,18}")
KINDS = frozenset({"invited", "accepted", "declined", "order"})
# An invitation is answered while it stands on the page; an outcome counts for a day.
ANSWERED_WITHIN = timedelta(hours=2)
COUNTS_WITHIN = timedelta(hours=24)


def note(facts: Facts) -> None:
    """Keep what the page says about its invitation, or that there was an order."""
    if facts.event == "order":
        mine = Q(visitor=memory.visitor_hash(facts)) | Q(visit=facts.visit)
        _of_the_day(facts.inbox_id, facts.now).filter(mine).update(
            ordered_at=Coalesce("ordered_at", facts.now)
        )
        return
    asked = Exposure.objects.filter(
        inbox=facts.inbox_id,
        visit=facts.visit,
        arm=Arm.TREAT,
        turn__isnull=False,
        at__gte=facts.now - ANSWERED_WITHIN,
    )
    # An agent's own invitation carries another id: it is none of ours.
    named = str(facts.data.get("id", ""))
    if named:
        asked = asked.filter(pk=int(named)) if _PK.fullmatch(named) else asked.none()
    newest = asked.order_by("-turn").values("pk")[:1]
    # The first answer stays. Who accepts has seen it, also where the page's first word was lost;
    # "do not disturb" declines what it never shows.
    names = {"invited": ("shown_at",), "accepted": ("shown_at", "accepted_at")}
    changed = names.get(facts.event, ("declined_at",))
    changes = {name: Coalesce(name, facts.now) for name in changed}
    if Exposure.objects.filter(pk__in=newest).update(**changes):
        memory.forget_past(facts)


def _of_the_day(inbox_id: int, now: datetime) -> QuerySet[Exposure]:
    return Exposure.objects.filter(inbox=inbox_id, at__gte=now - COUNTS_WITHIN, at__lte=now)


def chatted(inbox_id: int, visit: str, conversation_id: int) -> None:
    """A visit has led to a chat: link what it was exposed to that day, in both arms."""
    now = datetime.now(UTC)
    _of_the_day(inbox_id, now).filter(visit=visit, conversation=None).update(
        conversation=conversation_id, chatted_at=now
    )


def unlink(inbox_id: int, visitor: str) -> None:
    """The visitor is forgotten: his exposures stay as numbers that lead to nobody."""
    nobody = Concat(Value("gone-"), Cast("pk", CharField()))
    Exposure.objects.filter(inbox=inbox_id, visitor=visitor).update(visitor=nobody, visit=nobody)


def ordered(order: Order) -> None:
    """A signed order: counted for every exposure of that day, its value where currencies agree.

    The buyer is known by the visitor's id, by his visit's key, or by the chat that is thanked.
    """
    by = Q()
    if order.visitor:
        by |= Q(visitor=sha256(order.visitor.encode()).hexdigest()) | Q(visit=order.visitor)
    if order.conversation_id:
        by |= Q(conversation=order.conversation_id)
    if not by:
        return
    mine = _of_the_day(order.inbox_id, order.ordered_at).filter(by)
    mine.update(ordered_at=Coalesce("ordered_at", order.ordered_at))
    mine.filter(order_currency__in=("", order.currency)).update(
        order_value=Coalesce(F("order_value"), Decimal(0)) + order.value,
        order_currency=order.currency,
    )
