"""WhatsApp through Twilio: the same calls, with `whatsapp:` before every number."""

from __future__ import annotations

from dataclasses import replace

from channels_sms.providers.twilio import TwilioAdapter


class TwilioWhatsAppAdapter(TwilioAdapter):
    """One WhatsApp sender of a Twilio account. inbox.address: `whatsapp:+…`.

    The customer is the phone number that he also sends texts from. Read receipts come here. A day
    after their last message WhatsApp takes no free words (63016).
    """

    channel = "social"
    provider = "twilio_whatsapp"
    label = "WhatsApp (Twilio)"
    icon = "wa"
    prefix = "whatsapp:"
    capabilities = replace(TwilioAdapter.capabilities, segments=False, window=24 * 3600)
