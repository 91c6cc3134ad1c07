"""Brevo: a password in the address; mail in fields, its files behind tokens in its API."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

from anymail.inbound import AnymailInboundMessage
from anymail.webhooks.brevo import BrevoInboundWebhookView, BrevoTrackingWebhookView

from channels_email.providers.base import Provider, call, document, events_of, mail_raw
from helpdesk import outbound_http
from helpdesk.adapters import Raw, WebhookRequest
from helpdesk.models import Inbox

SECONDS = 10.0
_FETCHED = "ParleyContent"


class _Mail(BrevoInboundWebhookView):  # type: ignore[misc]
    """With files that are there already."""

    def _fetch_attachment(self, attachment: dict[str, Any]) -> Any:
        return AnymailInboundMessage.construct_attachment(
            content_type=attachment.get("ContentType") or "application/octet-stream",
            content=base64.b64decode(attachment.get(_FETCHED) or ""),
            filename=attachment.get("Name"),
            content_id=attachment.get("ContentID"),
        )


class Brevo(Provider):
    slug = "brevo"
    label = "Brevo"
    backend = "anymail.backends.brevo.EmailBackend"
    tracking = BrevoTrackingWebhookView
    keeps_id = False
    api_base = "https://api.brevo.com/v3/"

    def elements(self, request: WebhookRequest) -> list[Any] | None:
        """Mails come in a list, events one by one or in a list."""
        found = json.loads(request.body)
        if isinstance(found, dict):
            items = found.get("items")
            return items if isinstance(items, list) else None
        return found if isinstance(found, list) else None

    def is_mail(self, element: dict[str, Any]) -> bool:
        """Only what is told names an event."""
        return "event" not in element

    def complete(self, inbox: Inbox, raw: Raw) -> Raw:
        """A mail with the files that it only points at."""
        try:
            element = document(raw.body)
        except (ValueError, RecursionError):
            return raw
        files = element.get("Attachments")
        if not self.is_mail(element) or not isinstance(files, list) or not files:
            return raw
        base = str(inbox.settings.get("api_base") or self.api_base).rstrip("/")
        headers = {"api-key": str(inbox.secrets.get("api_key") or "")}
        for one in files[:100]:
            url = f"{base}/inbound/attachments/{quote(str(one.get('DownloadToken')), safe='')}"
            answer = outbound_http.get(url, headers=headers, seconds=SECONDS)
            if answer.status >= 500:
                raise outbound_http.CutError(f"Brevo answers {answer.status}")
            if answer.ok:
                one[_FETCHED] = base64.b64encode(answer.body).decode()
        return Raw(raw.dedupe_key, json.dumps(element).encode(), raw.headers)

    def mail(self, element: dict[str, Any]) -> Raw:
        """A mail made of its fields."""
        if not element.get("Headers"):
            raise ValueError("no headers")
        (event,) = events_of(_Mail, call(json.dumps({"items": [element]}).encode()))
        recipients = element.get("Recipients") or (event.message.envelope_recipient,)
        sender = event.message.envelope_sender
        return mail_raw(event.message.as_bytes(), sender=sender, recipients=recipients)

    def is_permanent(self, esp_event: Any) -> bool | None:
        """By the kind of event."""
        kinds = {"hard_bounce": True, "invalid_email": True, "soft_bounce": False}
        return kinds.get(esp_event.get("event"))
