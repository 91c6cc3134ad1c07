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
        from channels_social.providers.telegram import TelegramAdapter
        from helpdesk.adapters import register

        register(TelegramAdapter())
