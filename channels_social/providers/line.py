"""LINE Messaging API: messages in by webhook, messages out with a retry key.

The key makes a repeat harmless, so an ambiguous send is simply sent again. Files travel as links
to us: LINE fetches nothing that we upload.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from channels_social.providers import known_names, parts
from channels_social.providers.media import Fetcher, Got, file_of
from channels_social.providers.pieces import (
    Shape,
    document,
    listed,
    location,
    mapped,
    moment,
    picture_name,
    piece,
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
    RefusedError,
    SendError,
    Sent,
    TransientError,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import CustomerIdentity, Inbox, Missing
from helpdesk.records import Change, Reached

API, CONTENT = "https://api.line.me", "https://api-data.line.me"
HOSTS = ("line.me", "line-scdn.net")
MOST = 25 * 1024 * 1024
FILES = {
    "image": ("image.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("audio.m4a", "audio/mp4"),
    "file": ("file", "application/octet-stream"),
}


class LineAdapter:
    """One official account.

    inbox.settings: `bot_user_id` (the `destination` of its events), optionally `api_base`.
    inbox.secrets: `channel_secret`, `access_token`.
    """

    channel = "social"
    provider = "line"
    label = "LINE"
    icon = "social"
    identity_kind = "line"
    setup_page = "social-setup"
    capabilities = Capabilities(
        max_chars=5000, repeat_safe=True, links_over=1, splits=True, typing=20
    )
    known_names = known_names.LINE
    parser_version = 1
    max_body_bytes = 1024 * 1024

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Refuse what is not signed, and what is signed for another account."""
        secret = str(inbox.secrets.get("channel_secret", "")).encode()
        digest = hmac.new(secret, request.body, hashlib.sha256).digest()
        given = request.headers.get("x-line-signature", "").encode(errors="replace")
        if request.method != "POST":
            raise RefusedError("not a POST")
        if not secret or not hmac.compare_digest(base64.b64encode(digest), given):
            raise RefusedError("bad signature")
        own = plain(inbox.settings.get("bot_user_id"))
        told = document(request.body).get("destination")
        if own and told is not None and plain(told) != own:
            raise RefusedError("another account")

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """Each event for itself; a redelivery has the same id."""
        found = []
        for event in listed(document(request.body).get("events")):
            named = plain(mapped(event).get("webhookEventId"))
            kept = {k: v for k, v in mapped(event).items() if k != "deliveryContext"}
            found.append(piece(f"event:{named}" if named else "", {"event": kept or event}))
        if not found and document(request.body).get("events") == []:
            return [piece("", {"news": "the provider tries the address"})]
        return found or [piece("", {"unread": request.body.decode(errors="replace")})]

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """Nothing is read of it."""
        return b"", "text/plain"

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """One event. UnreadableError when it is none."""
        found = document(raw.body)
        if "news" in found:
            return [Ignored(plain(found["news"])[:60])]
        event = found.get("event")
        if not isinstance(event, dict):
            raise UnreadableError("not an event")
        source = mapped(event.get("source"))
        chat = next(
            (plain(source.get(n)) for n in ("groupId", "roomId", "userId") if source.get(n)), ""
        )
        if not chat:
            raise UnreadableError("an event from nobody")
        at = moment(event.get("timestamp"))
        kind = plain(event.get("type"))
        if kind == "unsend" and at:
            target = plain(mapped(event.get("unsend")).get("messageId"))
            return [Change("deleted", target, f"unsend:{target}", at, chat)]
        if kind in ("follow", "unfollow"):
            return [Reached(self.identity_kind, chat, blocked=kind == "unfollow", at=at)]
        if kind == "postback":
            said = plain(mapped(event.get("postback")).get("data"))
            event = {
                **event,
                "message": {"id": event.get("webhookEventId"), "type": "text", "text": said},
            }
        elif kind != "message":
            return [Ignored(kind[:60] or "event")]
        return [self._message(inbox, mapped(event.get("message")), chat, at, source)]

    def _message(
        self, inbox: Inbox, said: dict[str, Any], chat: str, at: Any, source: dict[str, Any]
    ) -> InboundMessage:
        named = plain(said.get("id"))
        if not named:
            raise UnreadableError("a message without an id")
        body, shape, file = _content(inbox, said, named)
        answers = plain(said.get("quotedMessageId"))
        return InboundMessage(
            sender=self._person(inbox, chat, source),
            body=body,
            external_id=named,
            references=(answers,) if answers else (),
            answers=answers,
            files=(file,) if file else (),
            sent_at=at,
            meta={"shape": shape} if shape else {},
        )

    def _person(self, inbox: Inbox, chat: str, source: dict[str, Any]) -> Person:
        """A stranger's name is asked for once: the event does not tell it."""
        known = CustomerIdentity.objects.filter(kind=self.identity_kind, address=chat)
        name = ""
        if source.get("userId") == chat and not known.exclude(customer__name="").exists():
            url = f"{_base(inbox, API)}/v2/bot/profile/{quote(chat, safe='')}"
            try:
                answer = outbound_http.get(url, headers=_bearer(inbox), seconds=5)
                name = plain(answer.json().get("displayName")) if answer.ok else ""
            except outbound_http.OutboundError:
                name = ""
        return Person(self.identity_kind, chat, name[:200], verified=True)

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """Send the words and the links of its files. Raises a SendError."""
        parts.check(outgoing, self.capabilities)
        text = parts.with_links(outgoing)[: self.capabilities.max_chars]
        headers = {**_bearer(inbox), "X-Line-Retry-Key": str(outgoing.message_id)}
        call = {"to": outgoing.to, "messages": [{"type": "text", "text": text}]}
        with outbound_http.as_send_errors():
            answer = outbound_http.post(
                f"{_base(inbox, API)}/v2/bot/message/push", json=call, headers=headers
            )
        if not answer.ok and answer.status != 409:  # 409: this key was accepted before
            raise _error_of(answer)
        sent = mapped(next(iter(listed(answer.json().get("sentMessages"))), None))
        named = plain(sent.get("id"))
        if answer.ok and not named:
            raise AmbiguousError("LINE took the message but its answer cannot be read.")
        return Sent(named)

    def say_typing(self, inbox: Inbox, to: str, last: str) -> None:
        """Show that we write, for 20 seconds; only in talks with one person. Raises a SendError."""
        if not to.startswith("U"):  # groups (C) and rooms (R) show nothing
            return
        call = {"chatId": to, "loadingSeconds": self.capabilities.typing}
        with outbound_http.as_send_errors():
            answer = outbound_http.post(
                f"{_base(inbox, API)}/v2/bot/chat/loading/start", json=call, headers=_bearer(inbox)
            )
        if not answer.ok:
            raise _error_of(answer)

    def check(self, inbox: Inbox) -> str:
        """Whether LINE calls us; "" or what is wrong. Raises a SendError."""
        found = self._webhook(inbox)
        return "" if found.get("active") else "webhook_off"

    def _webhook(self, inbox: Inbox) -> dict[str, Any]:
        url = f"{_base(inbox, API)}/v2/bot/channel/webhook/endpoint"
        with outbound_http.as_send_errors():
            answer = outbound_http.get(url, headers=_bearer(inbox))
        if not answer.ok:
            raise _error_of(answer)
        return answer.json()


def _content(
    inbox: Inbox, said: dict[str, Any], named: str
) -> tuple[str, Shape | None, InboundFile | None]:
    kind = plain(said.get("type"))
    if kind == "text" and plain(said.get("text")):
        return plain(said["text"]), None, None
    if kind in FILES:
        name, content_type = FILES[kind]
        fetcher = Fetcher(inbox, HOSTS, MOST, _base(inbox, CONTENT), _token(inbox))
        url = f"{_base(inbox, CONTENT)}/v2/bot/message/{quote(named, safe='')}/content"
        foreign = mapped(said.get("contentProvider")).get("type") == "external"
        data: Got = Missing.REFUSED if foreign else fetcher.content(url, content_type)
        size = said.get("fileSize")
        known = size if isinstance(size, int) else 0
        shown = plain(said.get("fileName")) or picture_name(name, data)
        return "", None, file_of(shown, data, content_type, known)
    if kind == "location":
        names = ("latitude", "longitude", "title", "address")
        body, shape = location(*(said.get(name) for name in names))
        return body, shape, None
    if kind == "sticker":
        words = [plain(one) for one in listed(said.get("keywords"))[:3]]
        return ", ".join(words) or "[sticker]", {"kind": "sticker"}, None
    body, shape = unsupported(kind or "empty")
    return body, shape, None


def _error_of(answer: outbound_http.Answer) -> SendError:
    text = plain(answer.json().get("message"))[:300] or f"HTTP {answer.status}"
    code = str(answer.status)
    if answer.status == 429:
        return TransientError("LINE asks us to slow down.", code, answer.retry_after or 10)
    if answer.status in (401, 403):
        return ChannelBrokenError(f"LINE refuses our token: {text}", code)
    if answer.status >= 500 or answer.status in (408, 425):
        return TransientError(f"LINE has a problem: {text}", code, answer.retry_after)
    return PermanentError(f"LINE refused the message: {text}", code)


def _base(inbox: Inbox, usual: str) -> str:
    return str(inbox.settings.get("api_base") or usual).rstrip("/")


def _token(inbox: Inbox) -> str:
    return str(inbox.secrets.get("access_token", ""))


def _bearer(inbox: Inbox) -> dict[str, str]:
    return {"Authorization": f"Bearer {_token(inbox)}"}
