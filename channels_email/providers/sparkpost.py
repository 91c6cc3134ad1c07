"""SparkPost: a password in the address; events in lists, mail as raw MIME."""

from __future__ import annotations

import json
from base64 import b64decode
from types import SimpleNamespace
from typing import Any

from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView

from channels_email.providers.base import Provider, call, mail_raw
from helpdesk.adapters import Raw, WebhookRequest

_GONE = frozenset(("10", "30", "90"))
_SOFT = frozenset(("20", "21", "22", "23", "24", "40", "70"))


class SparkPost(Provider):
    slug = "sparkpost"
    label = "SparkPost"
    backend = "anymail.backends.sparkpost.EmailBackend"
    tracking = SparkPostTrackingWebhookView
    api_base = "https://api.sparkpost.com/api/v1/"

    def elements(self, request: WebhookRequest) -> list[Any] | None:
        """All but the empty ones, by which it tries an address."""
        found = json.loads(request.body)
        return [one for one in found if one != {"msys": {}}] if isinstance(found, list) else None

    def is_mail(self, element: dict[str, Any]) -> bool:
        """Mail is relayed to us."""
        return "relay_message" in element["msys"]

    def mail(self, element: dict[str, Any]) -> Raw:
        """The raw mail."""
        told = element["msys"]["relay_message"]
        content = told["content"]
        text: str = content["email_rfc822"]
        mime = b64decode(text) if content.get("email_rfc822_is_base64") else text
        return mail_raw(mime, sender=told.get("msg_from"), recipients=(told.get("rcpt_to"),))

    def call_of(self, element: dict[str, Any]) -> SimpleNamespace:
        """In a list of its own."""
        return call(json.dumps([element]).encode())

    def is_permanent(self, esp_event: Any) -> bool | None:
        """By its classes of bounces."""
        (event,) = esp_event["msys"].values()
        kind = str(event.get("bounce_class", ""))
        return True if kind in _GONE else False if kind in _SOFT else None
