"""Telegram Bot API: messages in by webhook, messages out.

Telegram has no key for a send and no list of sent messages: a connection cut after the
request left is ambiguous for good, and the agent is asked (DEL-9). A failing update blocks
the later ones of its chat, so anything signed is accepted and read later (PRV-4).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import orjson

from channels_social.providers import telegram_api as api
from channels_social.providers.telegram_updates import read_update
from helpdesk.adapters import (
    AmbiguousError,
    Capabilities,
    Outgoing,
    Parsed,
    PermanentError,
    Raw,
    RefusedError,
    SendError,
    Sent,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import Inbox

MAX_CHARS = 4096
MAX_CAPTION_CHARS = 1024


class TelegramAdapter:
    """One bot.

    inbox.address: the bot's name. inbox.secrets: `bot_token` and `webhook_secret` (the
    secret_token given to setWebhook). inbox.settings: optionally `api_base`.
    """

    channel = "social"
    provider = "telegram"
    label = "Telegram"
    icon = "send"
    identity_kind = "telegram"
    capabilities = Capabilities(max_chars=MAX_CHARS, expires_after=3600)
    parser_version = 1
    max_body_bytes = 1024 * 1024

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Refuse a call without the secret that only Telegram and we know."""
        secret = str(inbox.secrets.get("webhook_secret", ""))
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if request.method != "POST":
            raise RefusedError("not a POST")
        if not secret or not hmac.compare_digest(secret.encode(), given.encode(errors="replace")):
            raise RefusedError("bad secret token")

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """One call carries one update; its id is unique per bot."""
        update_id = _document(request.body).get("update_id")
        if isinstance(update_id, int):
            return [Raw(f"update:{update_id}", request.body)]
        return [Raw(f"sha256:{hashlib.sha256(request.body).hexdigest()}", request.body)]

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """Nothing: a body would be taken for a method call."""
        return b"", "text/plain"

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """The message of an update. UnreadableError when it is no update at all."""
        update = _document(raw.body)
        if not isinstance(update.get("update_id"), int):
            raise UnreadableError("not an update: no update_id")
        return [read_update(update, lambda file_id: api.download(inbox, file_id))]

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """Send the text, then each file; a lone file carries a short text as its caption.

        Raises a SendError. When a later part fails after an earlier one went out it is an
        AmbiguousError: repeating the whole would send the first part twice.
        """
        _check_sendable(outgoing)
        parts = _parts(outgoing)
        first: Sent | None = None
        for part in parts:
            try:
                sent = api.call_for_id(inbox, part)
            except SendError as error:
                if first is None:
                    raise
                msg = f"Only a part of the message was sent. {error.text}"
                raise AmbiguousError(msg, error.code) from None
            first = first or sent
        assert first is not None
        return first


def _check_sendable(outgoing: Outgoing) -> None:
    if not outgoing.body.strip() and not outgoing.files:
        raise PermanentError("The message is empty.", "empty")
    if len(outgoing.body) > MAX_CHARS:
        raise PermanentError(f"The text is longer than {MAX_CHARS} characters.", "too_long")


def _parts(outgoing: Outgoing) -> list[api.Call]:
    """The API calls of one message, in order."""
    chat: dict[str, str] = {"chat_id": outgoing.to}
    text = outgoing.body
    if len(outgoing.files) == 1 and len(text) <= MAX_CAPTION_CHARS:
        caption = {"caption": text} if text.strip() else {}
        return [api.Call("sendDocument", chat | caption, outgoing.files[0])]
    calls = [api.Call("sendMessage", chat | {"text": text})] if text.strip() else []
    return calls + [api.Call("sendDocument", chat, file) for file in outgoing.files]


def _document(body: bytes) -> dict[str, Any]:
    try:
        loaded = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return loaded if isinstance(loaded, dict) else {}
