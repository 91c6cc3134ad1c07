"""Registers the SMS gateways."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SmsConfig(AppConfig):
    """The text message channel: its adapters are known once this app is ready."""

    name = "channels_sms"
    verbose_name = _("Text messages")

    def ready(self) -> None:
        """Register one adapter for each provider."""
        from channels_sms.providers.twilio import TwilioAdapter
        from helpdesk.adapters import register

        register(TwilioAdapter())
