"""Live chat: the visitor's side."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Live chat")

    def ready(self) -> None:
        from chat import here
        from chat.adapter import ChatAdapter
        from chat.traces import SESSIONS
        from helpdesk import sweeping, traces
        from helpdesk.adapters import register

        register(ChatAdapter())
        sweeping.also(here.sweep)
        traces.also(SESSIONS)
