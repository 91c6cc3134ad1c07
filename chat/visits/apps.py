"""Visits: who is on the sites that carry a widget."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "chat.visits"
    label = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        from chat.visits import arriving, retention, telling
        from chat.visits.traces import VISITS
        from helpdesk import arrivals, sweeping, timeline, traces

        sweeping.also(retention.sweep)
        arrivals.also(arriving.VISITS)
        timeline.also(telling.VISITS)
        traces.also(VISITS)
