"""Telegram Bot API: messages in by webhook, messages out.

Telegram has no key for a send and no list of sent messages: a connection cut after the
request left is ambiguous for good, and the agent is asked (DEL-9). A failing update blocks
the later ones of its chat, so anything signed is accepted and read later (PRV-4).
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Sequence
from functools import partial

import orjson

from channels_social.providers import known_names, parts
from channels_social.providers import telegram_api as api
from channels_social.providers.pieces import document, mapped, plain
from channels_social.providers.telegram_updates import read_update
from helpdesk.adapters import (
    Capabilities,
    OutboundFile,
    Outgoing,
    Parsed,
    Raw,
    RefusedError,
    Sent,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import Inbox
from helpdesk.records import Pace

MAX_CHARS = 4096
LATELY = 3600  # seconds for which a failed call of Telegram is worth an alarm
MAX_CAPTION_CHARS = 1024
MAX_PHOTO_BYTES = 10 * 1024 * 1024
UPDATES = (
    "message", "edited_message", "callback_query", "channel_post", "my_chat_member",
    "message_reaction",
)  # fmt: skip


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
    setup_page = "social-setup"
    capabilities = Capabilities(
        max_chars=MAX_CHARS, expires_after=3600, splits=True, answers=True, typing=5
    )
    # Of the marks that a bot may put (Bot API, ReactionTypeEmoji).
    reactions = ("👍", "❤", "🙏", "👏", "🎉", "😁", "😢", "🔥")
    known_names = known_names.TELEGRAM
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
        update_id = document(request.body).get("update_id")
        if isinstance(update_id, int):
            return [Raw(f"update:{update_id}", request.body)]
        return [Raw(f"sha256:{hashlib.sha256(request.body).hexdigest()}", request.body)]

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """Nothing: a body would be taken for a method call."""
        return b"", "text/plain"

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """The message of an update. UnreadableError when it is no update at all."""
        update = document(raw.body)
        if not isinstance(update.get("update_id"), int):
            raise UnreadableError("not an update: no update_id")
        return [read_update(update, lambda file_id: api.download(inbox, file_id))]

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """Send the text, then each file; a lone file carries a short text as its caption.

        Raises a SendError. When a later part fails after an earlier one went out it is an
        AmbiguousError: repeating the whole would send the first part twice.
        """
        parts.check(outgoing, self.capabilities)
        return parts.send(partial(api.call_for_id, inbox, call) for call in _parts(outgoing))

    def say_typing(self, inbox: Inbox, to: str, last: str) -> None:
        """Show that we write, for five seconds. Raises a SendError."""
        api.ask(inbox, "sendChatAction", {"chat_id": to, "action": "typing"})

    def pace(self, inbox: Inbox, to: str) -> Pace:
        """One a second to a person, 20 a minute to a group (Bots FAQ, "broadcasting")."""
        return Pace(3.0, 5) if to.startswith("-") else Pace(1.0, 3)

    def react(self, inbox: Inbox, to: str, named: str, emoji: str) -> None:
        """Put a mark on a message, or take ours off. Raises a SendError."""
        mark = [{"type": "emoji", "emoji": emoji}] if emoji else []
        message = int(named.rpartition(":")[2])
        told = {"chat_id": to, "message_id": message, "reaction": mark}
        api.ask(inbox, "setMessageReaction", told)

    def check(self, inbox: Inbox) -> str:
        """Whether Telegram calls us, and gets through; "" or what is wrong. Raises a SendError."""
        found = mapped(api.ask(inbox, "getWebhookInfo", {}))
        if not found.get("url"):
            return "webhook_off"
        fault = found.get("last_error_date")
        lately = isinstance(fault, int) and time.time() - fault < LATELY
        return plain(found.get("last_error_message"))[:200] or "webhook_fails" if lately else ""

    def connect(self, inbox: Inbox, url: str) -> None:
        """Let Telegram call us at our own address. Raises a SendError."""
        secret = str(inbox.secrets.get("webhook_secret", ""))
        call = {"url": url, "secret_token": secret, "max_connections": 40}
        api.ask(inbox, "setWebhook", {**call, "allowed_updates": list(UPDATES)})


def _parts(outgoing: Outgoing) -> list[api.Call]:
    """The API calls of one message, in order."""
    chat: dict[str, str] = {"chat_id": outgoing.to}
    _chat, _colon, answered = outgoing.answers.rpartition(":")
    if answered.isdecimal():  # a message that is gone by now is no reason not to answer
        told = {"message_id": int(answered), "allow_sending_without_reply": True}
        chat["reply_parameters"] = orjson.dumps(told).decode()
    text = outgoing.body
    if len(outgoing.files) == 1 and len(text) <= MAX_CAPTION_CHARS:
        caption = {"caption": text} if text.strip() else {}
        return [_upload(chat | caption, outgoing.files[0])]
    calls = [api.Call("sendMessage", chat | {"text": text})] if text.strip() else []
    return calls + [_upload(chat, file) for file in outgoing.files]


def _upload(fields: dict[str, str], file: OutboundFile) -> api.Call:
    """A picture, a film and a piece of music are shown as such, everything else as a document."""
    if file.content_type in ("image/jpeg", "image/png") and len(file.data) <= MAX_PHOTO_BYTES:
        return api.Call("sendPhoto", fields, file)
    known = {"video/mp4": "sendVideo", "audio/mpeg": "sendAudio", "audio/mp4": "sendAudio"}
    return api.Call(known.get(file.content_type, "sendDocument"), fields, file)
