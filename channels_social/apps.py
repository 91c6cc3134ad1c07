"""Registers the social networks."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialConfig(AppConfig):
    """The social channel: its adapters are known once this app is ready."""

    name = "channels_social"
    verbose_name = _("Social messages")

    def ready(self) -> None:
        """Register one adapter for each provider."""
        from channels_social import watching
        from channels_social.providers.line import LineAdapter
        from channels_social.providers.messenger import InstagramAdapter, MessengerAdapter
        from channels_social.providers.telegram import TelegramAdapter
        from channels_social.providers.viber import ViberAdapter
        from channels_social.providers.whatsapp import WhatsAppAdapter
        from helpdesk import sweeping
        from helpdesk.adapters import register

        for adapter in (
            TelegramAdapter(),
            WhatsAppAdapter(),
            MessengerAdapter(),
            InstagramAdapter(),
            LineAdapter(),
            ViberAdapter(),
        ):
            register(adapter)
        sweeping.also(watching.wake_due)
