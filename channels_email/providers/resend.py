"""Resend: signed by Svix; a call only names a mail, which is fetched from its API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from anymail.webhooks.resend import ResendTrackingWebhookView

from channels_email.providers import proofs
from channels_email.providers.base import Provider, document, mail_raw
from helpdesk import outbound_http
from helpdesk.adapters import Raw, UnreadableError, WebhookRequest
from helpdesk.models import Inbox

MAX_BYTES = 50 * 1024 * 1024
SECONDS = 10.0


class Resend(Provider):
    slug = "resend"
    label = "Resend"
    signs = True
    backend = "anymail.backends.resend.EmailBackend"
    tracking = ResendTrackingWebhookView
    keeps_id = False
    api_base = "https://api.resend.com/"

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Id, time and body."""
        identifier, timestamp, given = (
            request.headers.get(f"svix-{name}", "") for name in ("id", "timestamp", "signature")
        )
        proofs.svix(self.keys(inbox), identifier, timestamp, request.body, given)

    def dedupe_key(self, request: WebhookRequest) -> str:
        """Its id of the event, the same at each repetition."""
        return f"resend:{request.headers.get('svix-id', '')}"

    def is_mail(self, element: dict[str, Any]) -> bool:
        """Mail is a type of its own."""
        return element.get("type") == "email.received"

    def complete(self, inbox: Inbox, raw: Raw) -> Raw:
        """The mail that a call names, instead of the call."""
        try:
            element = document(raw.body)
        except (ValueError, RecursionError):
            return raw
        named = str((element.get("data") or {}).get("email_id") or "")
        if not self.is_mail(element) or not named:
            return raw
        base = str(inbox.settings.get("api_base") or self.api_base).rstrip("/")
        key = str(inbox.secrets.get("api_key") or "")
        told = self._fetched(
            f"{base}/emails/receiving/{quote(named, safe='')}", Authorization=f"Bearer {key}"
        ).json()
        url = str((told.get("raw") or {}).get("download_url") or "")
        if urlsplit(url).scheme not in ("http", "https"):
            raise UnreadableError("Resend has no raw mail for this call")
        mime = self._fetched(url).body
        found = mail_raw(mime, recipients=told.get("to") or ())
        return Raw(raw.dedupe_key, found.body, found.headers)

    def mail(self, element: dict[str, Any]) -> Raw:
        """A call that names no mail."""
        raise ValueError("it names no mail")

    def is_permanent(self, esp_event: Any) -> bool | None:
        """Its type of bounce."""
        kind = (esp_event.get("data", {}).get("bounce") or {}).get("type")
        return {"Permanent": True, "Transient": False}.get(str(kind))

    def _fetched(self, url: str, **headers: str) -> outbound_http.Answer:
        answer = outbound_http.get(
            url, headers=headers, max_bytes=MAX_BYTES, redirects=2, seconds=SECONDS
        )
        if not answer.ok:
            raise outbound_http.CutError(f"Resend answers {answer.status}")
        return answer
