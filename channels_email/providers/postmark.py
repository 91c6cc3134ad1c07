"""Postmark: no signature, so a password in the address; mail as raw MIME where that is chosen."""

from __future__ import annotations

import json
from typing import Any, Final

from anymail.webhooks.postmark import PostmarkInboundWebhookView, PostmarkTrackingWebhookView

from channels_email.providers.base import Provider, call, events_of, mail_raw
from helpdesk.adapters import Raw
from helpdesk.models import Inbox

_ACCOUNT_CODES: Final = frozenset(("10", "400", "401", "405", "411", "412", "413"))


class Postmark(Provider):
    """Settings: `message_stream`, by default the transactional one."""

    slug = "postmark"
    label = "Postmark"
    key_name = "server_token"
    backend = "anymail.backends.postmark.EmailBackend"
    tracking = PostmarkTrackingWebhookView
    asks = ("message_stream",)
    api_base = "https://api.postmarkapp.com/"
    extra_headers = {"X-PM-KeepID": "true"}

    def credentials(self, inbox: Inbox) -> dict[str, Any]:
        """With the stream, if one is named."""
        stream = str(inbox.settings.get("message_stream") or "")
        found = super().credentials(inbox)
        return {**found, "message_stream": stream} if stream else found

    def is_mail(self, element: dict[str, Any]) -> bool:
        """Only what is told has a record type."""
        return bool(element.get("RecordType", "Inbound") == "Inbound")

    def mail(self, element: dict[str, Any]) -> Raw:
        """The raw mail, else one made of its fields."""
        recipients = (element.get("OriginalRecipient"),)
        if element.get("RawEmail"):
            first = (element.get("Headers") or [{}])[0]
            known = str(first.get("Name", "")).lower() == "return-path"
            sender = first["Value"] if known else None
            return mail_raw(element["RawEmail"], sender=sender, recipients=recipients)
        (event,) = events_of(PostmarkInboundWebhookView, call(json.dumps(element).encode()))
        message = event.message
        return mail_raw(message.as_bytes(), sender=message.envelope_sender, recipients=recipients)

    def is_permanent(self, esp_event: Any) -> bool | None:
        """Its kind of bounce."""
        kinds = {"HardBounce": True, "BadEmailAddress": True, "SoftBounce": False}
        return kinds.get(str(esp_event.get("Type")))

    def is_account_error(self, code: str) -> bool:
        """A sender that is not confirmed, credits, an account that waits (its API error codes)."""
        return code in _ACCOUNT_CODES
