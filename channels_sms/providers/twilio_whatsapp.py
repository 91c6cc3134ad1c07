"""WhatsApp through Twilio: the same calls, with `whatsapp:` before every number."""

from __future__ import annotations

from dataclasses import replace

from channels_sms.providers import twilio_content
from channels_sms.providers.twilio import TwilioAdapter, auth_of
from helpdesk.models import Inbox
from helpdesk.records import Approved, Pace


class TwilioWhatsAppAdapter(TwilioAdapter):
    """One WhatsApp sender of a Twilio account. inbox.address: `whatsapp:+…`.

    The customer is the phone number that he also sends texts from. Read receipts come here. A day
    after their last message WhatsApp takes no free words (63016), only approved templates.
    """

    channel = "social"
    provider = "twilio_whatsapp"
    label = "WhatsApp (Twilio)"
    icon = "wa"
    prefix = "whatsapp:"
    capabilities = replace(
        TwilioAdapter.capabilities, segments=False, window=24 * 3600, after_window="templates"
    )

    def approved(self, inbox: Inbox) -> list[Approved]:
        """The account's templates, with what WhatsApp says of each. Raises a SendError."""
        base = str(inbox.settings.get("api_base") or twilio_content.BASE).rstrip("/")
        return twilio_content.approved(base, auth_of(inbox))

    def pace(self, inbox: Inbox, to: str) -> Pace:
        """WhatsApp's own: one in six seconds to a person, more at once after a silence."""
        return Pace(6.0, 10)
