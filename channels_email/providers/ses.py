"""Amazon SES by SNS: a password in the address, and Amazon's signature; mail as raw MIME.

Mail goes out by its SMTP.
"""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from urllib.parse import urlsplit

from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView

from channels_email.providers import sns_signature
from channels_email.providers.base import Provider, document, mail_raw
from channels_email.sending import ses_id
from channels_email.threads import read_message_id
from helpdesk import outbound_http
from helpdesk.adapters import (
    Ignored,
    Raw,
    Receipt,
    RefusedError,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import Inbox

SECONDS = 10.0


class AmazonSES(Provider):
    slug = "ses"
    label = "Amazon SES"
    tracking = AmazonSESTrackingWebhookView

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """SNS tells the password of its address only when it is asked for it."""
        try:
            super().verify(inbox, request)
        except RefusedError as refusal:
            asked = "authorization" in request.headers
            raise RefusedError(str(refusal), challenge=not asked) from None

    def complete(self, inbox: Inbox, raw: Raw) -> Raw:
        """Only what Amazon signed is read. Who asks for a subscription knew the password."""
        try:
            element = document(raw.body)
        except (ValueError, RecursionError):
            return raw
        sns_signature.check(element)
        if element.get("Type") == "SubscriptionConfirmation":
            url = str(element.get("SubscribeURL") or "")
            if urlsplit(url).scheme != "https":
                raise UnreadableError("SNS asks by TLS, or it is not SNS")
            answer = outbound_http.get(url, seconds=SECONDS, allowed=sns_signature.is_amazons)
            if not answer.ok:
                raise outbound_http.CutError(f"SNS answers {answer.status}")
        return raw

    def understood(self, inbox: Inbox, raw: Raw) -> list[Raw | Receipt | Ignored]:
        """What SNS says of itself, or what it carries."""
        element = document(raw.body)
        if element["Type"] != "Notification":
            return [Ignored(f"SNS: {str(element['Type'])[:60]}")]
        if str(element["Message"]).startswith("Successfully validated SNS topic"):
            return [Ignored("SNS tries the topic")]
        carried = document(element["Message"].encode())
        if carried.get("notificationType") == "Received":
            return [self.mail(carried)]
        return self.told(inbox, element)

    def mail(self, element: dict[str, Any]) -> Raw:
        """The raw mail; ValueError where it lies in S3 instead."""
        receipt = element.get("receipt") or {}
        action = receipt.get("action") or {}
        if action.get("type") != "SNS":
            raise ValueError("the receipt rule must publish the mail to SNS")
        text: str = element["content"]
        mime = b64decode(text) if action.get("encoding") == "BASE64" else text
        sender = (element.get("mail") or {}).get("source")
        return mail_raw(mime, sender=sender, recipients=receipt.get("recipients") or ())

    def named(self, event: AnymailTrackingEvent) -> tuple[int | None, str]:
        """By the Message-ID that we gave it, which SES replaces and reports."""
        mail = event.esp_event.get("mail") or {}
        region = (str(mail.get("sourceArn") or "").split(":") + [""] * 4)[3]
        provider_id = ses_id(str(event.message_id), region) if event.message_id else ""
        for header in mail.get("headers") or ():
            if str(header.get("name")).lower() == "message-id":
                own = read_message_id(str(header.get("value")).strip("<> "))
                return (own.delivery_id if own else None), provider_id
        return None, provider_id

    def is_permanent(self, esp_event: Any) -> bool | None:
        """Its type of bounce."""
        kind = (esp_event.get("bounce") or {}).get("bounceType")
        return {"Permanent": True, "Transient": False}.get(str(kind))
