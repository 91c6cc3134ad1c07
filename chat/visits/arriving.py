"""Visits as people who came, for the coverage of the promised hours."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from chat.visits.models import Visit
from helpdesk.arrivals import Arrived, Source, by_five_minutes


def _count(inboxes: Collection[int], start: datetime, end: datetime) -> Iterable[Arrived]:
    """Visits of widgets that follow them; one with a conversation is counted as that."""
    return by_five_minutes(
        Visit.objects.filter(conversation=None), "started_at", inboxes, start, end
    )


VISITS = Source("visits", _("Visits without a conversation"), _count)
