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
        from channels_sms import catching_up
        from channels_sms.providers.gateway import GatewayAdapter
        from channels_sms.providers.twilio import TwilioAdapter
        from channels_sms.providers.twilio_whatsapp import TwilioWhatsAppAdapter
        from channels_sms.providers.vonage import VonageAdapter
        from channels_sms.smpp.adapter import SmppAdapter
        from channels_sms.voice.cti import CtiAdapter
        from channels_sms.voice.twilio import TwilioVoiceAdapter
        from helpdesk import sweeping
        from helpdesk.adapters import register

        kinds = (TwilioAdapter, TwilioWhatsAppAdapter, VonageAdapter, GatewayAdapter, SmppAdapter)
        for kind in (*kinds, TwilioVoiceAdapter, CtiAdapter):
            register(kind())
        sweeping.also(catching_up.sweep)
