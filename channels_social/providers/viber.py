"""Viber bots: messages in by webhook, messages out. Files travel as links to us.

Viber has neither a key nor a list for sends: a cut one stays uncertain and the agent decides.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from channels_social.providers import known_names, parts
from channels_social.providers.media import Fetcher, file_of
from channels_social.providers.pieces import (
    Shape,
    contacts,
    document,
    location,
    mapped,
    moment,
    picture_name,
    plain,
    unsupported,
)
from helpdesk import outbound_http
from helpdesk.adapters import (
    AmbiguousError,
    Capabilities,
    ChannelBrokenError,
    Ignored,
    InboundFile,
    InboundMessage,
    Outgoing,
    Parsed,
    PermanentError,
    Person,
    Raw,
    Receipt,
    RefusedError,
    SendError,
    Sent,
    TransientError,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import Inbox
from helpdesk.records import Reached

API = "https://chatapi.viber.com"
HOSTS = ("viber.com",)
MOST = 25 * 1024 * 1024
EVENTS = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")
REPORTS = {"delivered": "delivered", "seen": "read", "failed": "failed"}
FILES = {
    "picture": ("picture.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "file": ("file", "application/octet-stream"),
}
# Statuses of Viber's answers: our account is refused; come again; the rest is about the message.
BROKEN, LATER = frozenset({2, 7, 13}), frozenset({10, 12})
GONE = frozenset({5, 6})


class ViberAdapter:
    """One bot. inbox.secrets: `auth_token`. inbox.settings: optionally `api_base`."""

    channel = "social"
    provider = "viber"
    label = "Viber"
    icon = "social"
    identity_kind = "viber"
    setup_page = "social-setup"
    capabilities = Capabilities(max_chars=7000, links_over=1, splits=True)
    known_names = known_names.VIBER
    parser_version = 1
    max_body_bytes = 1024 * 1024

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Refuse what is not signed with our token, compared in constant time."""
        secret = str(inbox.secrets.get("auth_token", "")).encode()
        right = hmac.new(secret, request.body, hashlib.sha256).hexdigest().encode()
        given = request.headers.get("x-viber-content-signature", "").encode(errors="replace")
        if request.method != "POST":
            raise RefusedError("not a POST")
        if not secret or not hmac.compare_digest(right, given):
            raise RefusedError("bad signature")

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """One call carries one event."""
        found = document(request.body)
        event, token = plain(found.get("event")), plain(found.get("message_token"))
        if event and token:
            who = plain(found.get("user_id")) if event in REPORTS else ""
            return [Raw(f"{event}:{token}:{who}", request.body)]
        return [Raw(f"sha256:{hashlib.sha256(request.body).hexdigest()}", request.body)]

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """Nothing is read of it."""
        return b"", "text/plain"

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """One event. UnreadableError when it is none."""
        found = document(raw.body)
        event = plain(found.get("event"))
        at = moment(found.get("timestamp"))
        if not event:
            raise UnreadableError("not an event")
        if event in REPORTS:
            named, why = plain(found.get("message_token")), plain(found.get("desc"))
            return [Receipt(REPORTS[event], provider_id=named, error=why, at=at)]
        if event in ("subscribed", "unsubscribed"):
            who = plain(mapped(found.get("user")).get("id")) or plain(found.get("user_id"))
            blocked = event == "unsubscribed"
            return [Reached(self.identity_kind, who, blocked=blocked, at=at)]
        if event != "message":
            return [Ignored(event[:60])]
        person = _person(mapped(found.get("sender")))
        named = plain(found.get("message_token"))
        if not named:
            raise UnreadableError("a message without an id")
        body, shape, file = _content(inbox, mapped(found.get("message")))
        files = (file,) if file else ()
        meta = {"shape": shape} if shape else {}
        return [InboundMessage(person, body, named, files=files, sent_at=at, meta=meta)]

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """Send the words and the links of its files. Raises a SendError."""
        parts.check(outgoing, self.capabilities)
        found = _call(
            inbox,
            "send_message",
            {
                "receiver": outgoing.to,
                "type": "text",
                "text": parts.with_links(outgoing)[: self.capabilities.max_chars],
                "sender": {"name": (outgoing.author_name or inbox.name)[:28]},
                "tracking_data": f"outbox:{outgoing.delivery_id}",
            },
        )
        named = plain(found.get("message_token"))
        if not named:
            raise AmbiguousError("Viber took the message but its answer cannot be read.")
        return Sent(named)

    def check(self, inbox: Inbox) -> str:
        """Whether Viber calls us; "" or what is wrong. Raises a SendError."""
        return "" if _call(inbox, "get_account_info", {}).get("webhook") else "webhook_off"

    def connect(self, inbox: Inbox, url: str) -> None:
        """Let Viber call us; it tries the address at once. Raises a SendError."""
        call = {"url": url, "event_types": list(EVENTS), "send_name": True, "send_photo": False}
        _call(inbox, "set_webhook", call)


def _person(sender: Mapping[str, Any]) -> Person:
    address = plain(sender.get("id"))
    if not address:
        raise UnreadableError("a message from nobody")
    name, language = plain(sender.get("name"))[:200], plain(sender.get("language"))[:8]
    return Person("viber", address, name, language, verified=True)


def _content(inbox: Inbox, said: Mapping[str, Any]) -> tuple[str, Shape | None, InboundFile | None]:
    kind, text = plain(said.get("type")), plain(said.get("text"))
    if kind in FILES and said.get("media"):
        name, content_type = FILES[kind]
        url = plain(said["media"])
        data = Fetcher(inbox, HOSTS, MOST, _base(inbox)).content(url, content_type)
        size = said.get("file_size") or said.get("size")
        known = size if isinstance(size, int) else 0
        shown = plain(said.get("file_name")) or picture_name(name, data)
        return text, None, file_of(shown, data, content_type, known)
    if kind == "location":
        place = mapped(said.get("location"))
        body, shape = location(place.get("lat"), place.get("lon"))
        return body, shape, None
    if kind == "contact":
        card = mapped(said.get("contact"))
        body, shape = contacts([{"name": card.get("name"), "phones": [card.get("phone_number")]}])
        return body, shape, None
    if kind == "sticker":
        return text or "[sticker]", {"kind": "sticker"}, None
    if kind in ("text", "url") and (text or said.get("media")):
        return text or plain(said.get("media")), None, None
    body, shape = unsupported(kind or "empty")
    return body, shape, None


def _base(inbox: Inbox) -> str:
    return str(inbox.settings.get("api_base") or API).rstrip("/")


def _call(inbox: Inbox, method: str, call: Mapping[str, Any]) -> dict[str, Any]:
    """One call of the API, which answers 200 whatever happened: its status tells."""
    headers = {"X-Viber-Auth-Token": str(inbox.secrets.get("auth_token", ""))}
    with outbound_http.as_send_errors():
        answer = outbound_http.post(f"{_base(inbox)}/pa/{method}", json=dict(call), headers=headers)
    found = answer.json()
    status = found.get("status")
    if answer.ok and status == 0:
        return found
    if answer.ok and not isinstance(status, int):
        raise AmbiguousError("Viber took the message but its answer cannot be read.")
    raise _error_of(answer, status if isinstance(status, int) else -1, found)


def _error_of(answer: outbound_http.Answer, status: int, found: Mapping[str, Any]) -> SendError:
    text = plain(found.get("status_message"))[:300] or f"HTTP {answer.status}"
    code = str(status if status > 0 else answer.status)
    if status in LATER or answer.status == 429:
        return TransientError("Viber asks us to slow down.", code, answer.retry_after or 10)
    if status in BROKEN or answer.status in (401, 403):
        return ChannelBrokenError(f"Viber refuses our token: {text}", code)
    if answer.status >= 500 or answer.status in (408, 425):
        return TransientError(f"Viber has a problem: {text}", code, answer.retry_after)
    if status in GONE:
        return PermanentError("The customer has left our bot.", code)
    return PermanentError(f"Viber refused the message: {text}", code)
