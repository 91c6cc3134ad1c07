"""The visits of a person: told, counted and forgotten with them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from chat.visits.models import PageView, Visit, Visitor
from helpdesk.traces import Source, Whose


def _visits(who: Whose) -> QuerySet[Visit]:
    theirs = Q(visitor__customer__in=who.customers) | Q(conversation__in=who.conversations)
    return Visit.objects.filter(theirs)


def _tell(who: Whose) -> list[dict[str, Any]]:
    return [
        {
            "began": one.started_at.isoformat(),
            "ended": one.ended_at.isoformat(),
            "landing": one.landing,
            "referrer": one.referrer,
            "searches": one.searches,
            "device": one.device,
            "country": one.country,
            "pages": [
                {"at": view.at.isoformat(), "url": view.url, "title": view.title}
                for view in one.views.all()
            ],
        }
        for one in _visits(who).order_by("pk").prefetch_related("views")
    ]


def _forget(who: Whose) -> int:
    ids = list(_visits(who).values_list("pk", flat=True))
    PageView.objects.filter(visit__in=ids).delete()
    many: int = Visit.objects.filter(pk__in=ids).delete()[0]
    return many + Visitor.objects.filter(customer__in=who.customers).delete()[0]


VISITS = Source("visits", _tell, lambda who: _visits(who).count(), _forget, "tracking")
