"""The core app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = _("Helpdesk")

    def ready(self) -> None:
        from helpdesk import reactions, sign_ins
        from helpdesk.web import sessions

        reactions.install()
        sign_ins.install()
        sessions.listen()
