"""What every telephone system has in common: nothing is sent by it."""

from __future__ import annotations

from channels_sms.adapter import NEW_PAGE
from helpdesk.adapters import Capabilities, Outgoing, PermanentError, Sent
from helpdesk.models import Inbox


class VoiceAdapter:
    """Base of the telephone systems."""

    channel = "voice"
    setup_page = "phone-setup"
    new_page = NEW_PAGE
    icon = "phone"
    identity_kind = "phone"
    parser_version = 1
    max_body_bytes = 64 * 1024
    capabilities = Capabilities(talks=True, max_chars=1, max_attachment_bytes=0)

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """A call carries no text."""
        raise PermanentError("Calls carry no text: choose another way.", "voice")
