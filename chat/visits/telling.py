"""The visits of a customer, for the timeline of the core."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chat.visits.models import Visit
from helpdesk.timeline import Asked, Entry, Source


def _visits(asked: Asked) -> list[Entry]:
    """Stays of the customer's browsers, and those during which they chatted."""
    theirs = Q(visitor__customer=asked.customer) | Q(conversation__customer=asked.customer)
    rows = Visit.objects.filter(
        pk__in=Visit.objects.filter(theirs, inbox__in=asked.inboxes).values("pk")
    )
    return [_visit(one) for one in asked.newest(rows, "started_at", "visit")]


def _visit(one: Visit) -> Entry:
    pages = ngettext("%(count)s page", "%(count)s pages", one.pages) % {"count": one.pages}
    minutes = int((one.ended_at - one.started_at).total_seconds()) // 60
    stayed = ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return Entry(
        kind="visit",
        id=str(one.pk),
        at=one.started_at,
        icon="eye",
        title=_("Visit to the site, %(pages)s") % {"pages": pages},
        detail=" · ".join(filter(None, (urlsplit(one.landing).path, stayed, one.referrer))),
        facts={"visit": one.pk, "pages": one.pages, "conversation": one.conversation_id},
    )


VISITS = Source("visit", gettext_lazy("Visits"), _visits)
