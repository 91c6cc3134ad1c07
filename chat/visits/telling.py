"""The visits of a customer, for the timeline of the core."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chat.visits.models import Visit
from helpdesk.timeline import Asked, Entry, Source


def _visits(asked: Asked) -> list[Entry]:
    """Stays of the customer's browsers, and those during which they chatted."""
    here = Visit.objects.filter(inbox__in=asked.inboxes)
    # By two indexes and put together: an OR over two tables would read every visit of the desk.
    theirs = here.filter(visitor__customer=asked.customer).values("pk")
    chatted = here.filter(conversation__customer=asked.customer).values("pk")
    rows = Visit.objects.filter(pk__in=theirs.union(chatted))
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
