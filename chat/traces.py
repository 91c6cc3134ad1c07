"""What the chat keeps of a visitor: his sessions; told, counted and forgotten with the person."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from chat.models import Ban, BanKind, VisitorSession
from helpdesk.traces import Source, Whose


def _sessions(who: Whose) -> QuerySet[VisitorSession]:
    theirs = Q(customer__in=who.customers) | Q(conversation__in=who.conversations)
    return VisitorSession.objects.filter(theirs)


def _tell(who: Whose) -> list[dict[str, Any]]:
    return [
        {
            "began": one.created_at.isoformat(),
            "seen": one.seen_at.isoformat(),
            "language": one.language,
            "page": one.page_url,
            "title": one.page_title,
            "account": one.subject,
        }
        for one in _sessions(who).order_by("pk")
    ]


def _forget(who: Whose) -> int:
    theirs = _sessions(who)
    named = Q(kind=BanKind.CUSTOMER, value__in=[str(pk) for pk in who.customers])
    named |= Q(kind=BanKind.VISITOR, value__in=theirs.values("address"))
    named |= Q(kind=BanKind.NETWORK, value__in=theirs.values("network"))
    Ban.objects.filter(named).update(reason="")
    return theirs.delete()[0]


SESSIONS = Source("sessions", _tell, lambda who: _sessions(who).count(), _forget)
