"""Mandrill: HMAC over the address and the form; events and mails in lists, mail as raw MIME."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from anymail.webhooks.mandrill import MandrillCombinedWebhookView

from channels_email.posted import fields
from channels_email.providers import proofs
from channels_email.providers.base import Provider, call, mail_raw
from helpdesk.adapters import Raw, RefusedError, WebhookRequest
from helpdesk.models import Inbox


class Mandrill(Provider):
    slug = "mandrill"
    label = "Mandrill"
    signs = True
    backend = "anymail.backends.mandrill.EmailBackend"
    tracking = MandrillCombinedWebhookView
    api_base = "https://mandrillapp.com/api/1.0"

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """The address as it knows it, then each field's name and value."""
        try:
            form = _form(request)
        except ValueError:
            raise RefusedError("no form") from None
        message = request.url + "".join(name + form[name] for name in sorted(form))
        given = request.headers.get("x-mandrill-signature", "")
        proofs.base64_sha1(self.keys(inbox), message.encode(), given)

    def elements(self, request: WebhookRequest) -> list[Any] | None:
        """One field holds a list of events."""
        found = json.loads(_form(request)["mandrill_events"])
        return found if isinstance(found, list) else None

    def is_mail(self, element: dict[str, Any]) -> bool:
        """Mail is an event of its own kind."""
        return element.get("event") == "inbound"

    def mail(self, element: dict[str, Any]) -> Raw:
        """The raw mail."""
        told = element["msg"]
        return mail_raw(told["raw_msg"], recipients=(told.get("email"),))

    def call_of(self, element: dict[str, Any]) -> SimpleNamespace:
        """In a list of its own, in the field where it is looked for."""
        return call(post={"mandrill_events": json.dumps([element])})

    def is_permanent(self, esp_event: Any) -> bool | None:
        """By the kind of event."""
        return {"hard_bounce": True, "soft_bounce": False}.get(esp_event.get("event"))


def _form(request: WebhookRequest) -> dict[str, str]:
    kind = request.headers.get("content-type", "") or request.content_type
    return {field.name: field.text for field in fields(kind, request.body)}
