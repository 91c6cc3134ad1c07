"""Postal, on a server of one's own: RSA over the body; mail as raw MIME."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from anymail.webhooks.postal import PostalTrackingWebhookView

from channels_email.providers import proofs
from channels_email.providers.base import Provider, mail_raw
from helpdesk.adapters import Raw, WebhookRequest
from helpdesk.models import Inbox


class Postal(Provider):
    slug = "postal"
    label = "Postal"
    signs = True
    public_keys = True
    backend = "anymail.backends.postal.EmailBackend"
    tracking = PostalTrackingWebhookView
    echoes = False
    shows_inline = False

    def keys(self, inbox: Inbox) -> list[str]:
        """Public keys."""
        return proofs.public_keys(str(inbox.secrets.get("hook_keys") or ""))

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """The body alone; it has no time in it."""
        proofs.public(self.keys(inbox), request.body, request.headers.get("x-postal-signature", ""))

    def is_mail(self, element: dict[str, Any]) -> bool:
        """Only mail has an envelope."""
        return "rcpt_to" in element

    def mail(self, element: dict[str, Any]) -> Raw:
        """The raw mail."""
        text: str = element["message"]
        mime = b64decode(text) if element.get("base64") is True else text
        return mail_raw(mime, sender=element.get("mail_from"), recipients=(element.get("rcpt_to"),))
