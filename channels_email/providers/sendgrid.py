"""SendGrid: a password in the address, and its signature of events where its key is stored."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.backends.sendgrid import EmailBackend
from anymail.webhooks.sendgrid import SendGridInboundWebhookView, SendGridTrackingWebhookView

from channels_email.posted import fields
from channels_email.providers import proofs
from channels_email.providers.base import Provider, call, events_of, mail_raw
from helpdesk.adapters import Ignored, Raw, Receipt, WebhookRequest
from helpdesk.models import Inbox

_SIGNATURE = "x-twilio-email-event-webhook-signature"
_TIME = "x-twilio-email-event-webhook-timestamp"


class SendGridBackend(EmailBackend):  # type: ignore[misc]
    """Anymail's, without its warning that it is no longer tried against the real SendGrid."""

    def __init__(self, api_key: str, api_url: str) -> None:
        self.api_key = api_key
        self.generate_message_id = True
        self.merge_field_format = None
        AnymailRequestsBackend.__init__(self, api_url)


class SendGrid(Provider):
    slug = "sendgrid"
    label = "SendGrid"
    may_sign = True
    public_keys = True
    backend = "channels_email.providers.sendgrid.SendGridBackend"
    tracking = SendGridTrackingWebhookView
    api_base = "https://api.sendgrid.com/v3/"

    def keys(self, inbox: Inbox) -> list[str]:
        """Public keys."""
        return proofs.public_keys(str(inbox.secrets.get("hook_keys") or ""))

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Always the password; of events the signature, too, once its key is known."""
        super().verify(inbox, request)
        keys = self.keys(inbox)
        if keys and request.content_type == "application/json":
            timestamp = request.headers.get(_TIME, "")
            given = request.headers.get(_SIGNATURE, "")
            proofs.public(keys, timestamp.encode() + request.body, given)
            proofs.recent(timestamp)

    def elements(self, request: WebhookRequest) -> list[Any] | None:
        """Events come as a list, a mail as a form."""
        if request.content_type != "application/json":
            return None
        found = json.loads(request.body)
        return found if isinstance(found, list) else None

    def understood(self, inbox: Inbox, raw: Raw) -> list[Raw | Receipt | Ignored]:
        """A form is a mail."""
        kind = raw.headers.get("content-type", "")
        if kind.startswith("application/json"):
            return super().understood(inbox, raw)
        form = fields(kind, raw.body)
        values = {field.name: field for field in form if field.filename is None}
        envelope = json.loads(values["envelope"].data) if "envelope" in values else {}
        if "email" in values:
            mime: bytes = values["email"].data
        else:
            (event,) = events_of(SendGridInboundWebhookView, call(form=form))
            mime = event.message.as_bytes()
        return [mail_raw(mime, sender=envelope.get("from"), recipients=envelope.get("to") or ())]

    def is_mail(self, element: dict[str, Any]) -> bool:
        """Never: mail is a form."""
        return False

    def call_of(self, element: dict[str, Any]) -> SimpleNamespace:
        """In a list of its own."""
        return call(json.dumps([element]).encode())

    def is_permanent(self, esp_event: Any) -> bool | None:
        """A bounce is, a block is not."""
        return {"bounce": True, "blocked": False}.get(esp_event.get("type"))
