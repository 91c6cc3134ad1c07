"""Payloads of the networks: the minimal ones of their documentation, and every kind of message."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from helpdesk.adapters import WebhookRequest
from helpdesk.models import Inbox

HOOK = "https://desk.example/hooks/x/key"
BODY = b'{"object":"page","entry":[]}'
EARLY = 1_700_000_000


def inbox_of(provider: str, **more: Any) -> Inbox:
    """An inbox that is not stored."""
    settings = {
        "whatsapp": {"phone_number_id": "P", "waba_id": "W"},
        "messenger": {"page_id": "PAGE", "app_id": "A"},
        "instagram": {"account_id": "PAGE", "app_id": "A"},
        "line": {"bot_user_id": "U0"},
    }.get(provider, {})
    secrets = {
        "app_secret": "app-secret",
        "verify_token": "verify",
        "channel_secret": "channel-secret",
        "auth_token": "auth-token",
        "webhook_secret": "s3cret",
        "bot_token": "1:token",
    }
    return Inbox(channel="social", provider=provider, settings=settings, secrets=secrets, **more)


def signed(provider: str, body: bytes) -> dict[str, str]:
    """The headers that prove a body."""
    if provider == "line":
        digest = hmac.new(b"channel-secret", body, hashlib.sha256).digest()
        return {"x-line-signature": base64.b64encode(digest).decode()}
    if provider == "viber":
        digest_hex = hmac.new(b"auth-token", body, hashlib.sha256).hexdigest()
        return {"x-viber-content-signature": digest_hex}
    if provider == "telegram":
        return {"x-telegram-bot-api-secret-token": "s3cret"}
    digest_hex = hmac.new(b"app-secret", body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest_hex}"}


def call(provider: str, whole: Any, **more: Any) -> WebhookRequest:
    """A signed call."""
    body = whole if isinstance(whole, bytes) else json.dumps(whole).encode()
    return WebhookRequest("POST", HOOK, more.pop("headers", signed(provider, body)), body)


def whatsapp(*messages: Any, number: str = "P", account: str = "W", **value: Any) -> dict[str, Any]:
    """A WhatsApp payload."""
    whole: dict[str, Any] = {"metadata": {"phone_number_id": number}, **value}
    if messages:
        people = [{"profile": {"name": "Ann"}, "wa_id": "15551112222"}]
        whole |= {"contacts": people, "messages": list(messages)}
    changes = [{"field": "messages", "value": whole}]
    entry = [{"id": account, "changes": changes}]
    return {"object": "whatsapp_business_account", "entry": entry}


def wa(kind: str, number: int = 1, content: Any = None, **more: Any) -> dict[str, Any]:
    """One WhatsApp message."""
    base = {"from": "15551112222", "id": f"wamid.{number}", "timestamp": str(EARLY), "type": kind}
    return {**base, **({kind: content} if content is not None else {}), **more}


def page(*events: Any, name: str = "messaging", kind: str = "page") -> dict[str, Any]:
    """A Messenger or Instagram payload."""
    return {"object": kind, "entry": [{"id": "PAGE", "time": EARLY * 1000, name: list(events)}]}


def event(*, ours: bool = False, at: int = EARLY, **content: Any) -> dict[str, Any]:
    """One event of a page."""
    sender, recipient = ("PAGE", "PSID") if ours else ("PSID", "PAGE")
    frame = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": at * 1000}
    return {**frame, **content}


def line(kind: str, number: int = 1, **content: Any) -> dict[str, Any]:
    """A LINE payload of one event."""
    frame = {"type": kind, "webhookEventId": f"E{number}", "timestamp": EARLY * 1000}
    source = {"source": {"type": "user", "userId": "U1"}}
    return {"destination": "U0", "events": [{**frame, **source, **content}]}


def viber(name: str = "message", token: int = 5_098_034_272_017_990_000, **more: Any) -> Any:
    """A Viber payload."""
    frame = {"event": name, "timestamp": EARLY * 1000, "message_token": token}
    return {**frame, "sender": {"id": "V1", "name": "Ann"}, **more}
