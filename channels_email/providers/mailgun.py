"""Mailgun: HMAC over time and token, each token good for one body; mail as raw MIME in a form."""

from __future__ import annotations

import hashlib
from typing import Any

from anymail.webhooks.mailgun import MailgunInboundWebhookView, MailgunTrackingWebhookView

from channels_email.posted import fields
from channels_email.providers import proofs
from channels_email.providers.base import (
    Provider,
    call,
    document,
    events_of,
    mail_raw,
)
from helpdesk.adapters import Ignored, Raw, Receipt, RefusedError, WebhookRequest
from helpdesk.models import InboundEvent, Inbox


class Mailgun(Provider):
    """Settings: `provider_domain`, by default that of the inbox's address."""

    slug = "mailgun"
    label = "Mailgun"
    signs = True
    backend = "anymail.backends.mailgun.EmailBackend"
    tracking = MailgunTrackingWebhookView
    asks = ("provider_domain",)
    api_base = "https://api.mailgun.net/v3"
    hook_query = "?mime"  # an address with this word in it gets mail as raw MIME

    def credentials(self, inbox: Inbox) -> dict[str, Any]:
        """With the domain that sends."""
        domain = str(inbox.settings.get("provider_domain") or inbox.address.rpartition("@")[2])
        return {**super().credentials(inbox), "sender_domain": domain}

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """The signature does not cover the body, so that a token is good for one body only."""
        try:
            timestamp, token, given = _signed(request)
        except (KeyError, TypeError, ValueError, RecursionError):
            raise RefusedError("no signature") from None
        proofs.hex_sha256(self.keys(inbox), f"{timestamp}{token}".encode(), given)
        proofs.recent(timestamp)
        known = InboundEvent.objects.filter(inbox=inbox, dedupe_key=_key(timestamp, token))
        digest = known.values_list("content_sha256", flat=True).first()
        if digest is not None and bytes(digest) != hashlib.sha256(request.body).digest():
            raise RefusedError("a token that was used before")

    def dedupe_key(self, request: WebhookRequest) -> str:
        """The signed time and token."""
        timestamp, token, _given = _signed(request)
        return _key(timestamp, token)

    def understood(self, inbox: Inbox, raw: Raw) -> list[Raw | Receipt | Ignored]:
        """A form is a mail, JSON tells of mail of ours."""
        kind = raw.headers.get("content-type", "")
        if kind.startswith("application/json"):
            return self.told(inbox, document(raw.body))
        form = fields(kind, raw.body)
        values = {field.name: field for field in form if field.filename is None}
        if "event" in values:
            return [Ignored("Mailgun tells in its old form")]
        sender, recipient = (
            values[name].text if name in values else None for name in ("sender", "recipient")
        )
        if "body-mime" in values:
            mime: bytes = values["body-mime"].data
        else:
            (event,) = events_of(MailgunInboundWebhookView, call(form=form))
            mime = event.message.as_bytes()
        return [mail_raw(mime, sender=sender, recipients=(recipient or "").split(","))]

    def is_permanent(self, esp_event: Any) -> bool | None:
        """Its severity; what it no longer tries by itself is as bad."""
        severity = esp_event.get("event-data", {}).get("severity")
        return {"permanent": True, "temporary": False}.get(severity)


def _signed(request: WebhookRequest) -> tuple[str, str, str]:
    """Time, token and signature. Raises KeyError, TypeError or ValueError where they are not."""
    kind = request.headers.get("content-type", "") or request.content_type
    if kind.startswith("application/json"):
        block = document(request.body)["signature"]
    else:
        block = {field.name: field.text for field in fields(kind, request.body)}
    timestamp, token, signature = block["timestamp"], block["token"], block["signature"]
    return str(timestamp), str(token), str(signature)


def _key(timestamp: str, token: str) -> str:
    return f"mailgun:{timestamp}:{token[:120]}"
