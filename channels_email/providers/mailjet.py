"""Mailjet: a password in the address; mail in fields."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from anymail.webhooks.mailjet import MailjetInboundWebhookView, MailjetTrackingWebhookView

from channels_email.providers.base import Provider, call, events_of, mail_raw
from helpdesk.adapters import Raw, WebhookRequest
from helpdesk.models import Inbox


class Mailjet(Provider):
    """Secrets: `api_secret` besides."""

    slug = "mailjet"
    label = "Mailjet"
    backend = "anymail.backends.mailjet.EmailBackend"
    tracking = MailjetTrackingWebhookView
    keeps_id = False
    asks = ("api_secret",)
    api_base = "https://api.mailjet.com/v3.1/"

    def credentials(self, inbox: Inbox) -> dict[str, Any]:
        """With the second half of the key."""
        secret = str(inbox.secrets.get("api_secret") or "")
        return {**super().credentials(inbox), "secret_key": secret}

    def elements(self, request: WebhookRequest) -> list[Any] | None:
        """A list of events, or one thing."""
        found = json.loads(request.body)
        return found if isinstance(found, list) else None

    def is_mail(self, element: dict[str, Any]) -> bool:
        """Only what is told names an event."""
        return "event" not in element

    def mail(self, element: dict[str, Any]) -> Raw:
        """A mail made of its fields."""
        if not element.get("Headers"):
            raise ValueError("no headers")
        (event,) = events_of(MailjetInboundWebhookView, call(json.dumps(element).encode()))
        message = event.message
        recipients = (message.envelope_recipient,)
        return mail_raw(message.as_bytes(), sender=message.envelope_sender, recipients=recipients)

    def call_of(self, element: dict[str, Any]) -> SimpleNamespace:
        """In a list of its own."""
        return call(json.dumps([element]).encode())

    def is_permanent(self, esp_event: Any) -> bool | None:
        """It says so."""
        return {True: True, False: False}.get(esp_event.get("hard_bounce"))
