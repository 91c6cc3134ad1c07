"""MailerSend: HMAC over the body; mail as raw MIME. It carries nothing of ours back."""

from __future__ import annotations

from typing import Any

from anymail.webhooks.mailersend import MailerSendTrackingWebhookView

from channels_email.providers import proofs
from channels_email.providers.base import Provider, mail_raw
from helpdesk.adapters import Raw, WebhookRequest
from helpdesk.models import Inbox


class MailerSend(Provider):
    slug = "mailersend"
    label = "MailerSend"
    signs = True
    key_name = "api_token"
    backend = "anymail.backends.mailersend.EmailBackend"
    tracking = MailerSendTrackingWebhookView
    echoes = False
    keeps_id = False
    headers = frozenset(("In-Reply-To", "Precedence"))  # others only for its biggest customers
    api_base = "https://api.mailersend.com/v1/"

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """The body alone; it has no time in it."""
        proofs.hex_sha256(self.keys(inbox), request.body, request.headers.get("signature", ""))

    def is_mail(self, element: dict[str, Any]) -> bool:
        """Mail is a type of its own."""
        return element.get("type") == "inbound.message"

    def mail(self, element: dict[str, Any]) -> Raw:
        """The raw mail."""
        told = element["data"]
        sender = (told.get("sender") or {}).get("email")
        recipients = [one["email"] for one in (told.get("recipients") or {}).get("rcptTo", ())]
        return mail_raw(told["raw"], sender=sender, recipients=recipients)

    def is_permanent(self, esp_event: Any) -> bool | None:
        """By the kind of activity."""
        kind = esp_event.get("data", {}).get("type")
        return {"hard_bounced": True, "soft_bounced": False}.get(kind)
