"""Messenger and Instagram: one API, two kinds of accounts.

Our delivery's number travels as `metadata` and comes back in the echo, which may come before the
send is answered. Foreign echoes are other tools' words. After an hour of failures Meta takes our
subscription away for good: the hourly check sees it and the set-up page puts it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote

import orjson

from channels_social.providers import known_names, meta, parts
from channels_social.providers.media import Fetcher
from channels_social.providers.messenger_updates import Reader
from channels_social.providers.pieces import document, listed, mapped, piece, plain
from helpdesk.adapters import (
    Capabilities,
    InboundMessage,
    OutboundFile,
    Outgoing,
    Parsed,
    Person,
    Raw,
    RefusedError,
    SendError,
    Sent,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import CustomerIdentity, Inbox

MB = 1024 * 1024
FIELDS = (
    "messages,message_echoes,messaging_postbacks,message_deliveries,message_reads,"
    "message_reactions,message_edits,standby,messaging_handovers"
)
DAY = 24 * 3600


class MessengerAdapter:
    """One page.

    inbox.settings: `page_id`, `app_id`, optionally `api_base`, `api_version`.
    inbox.secrets: `access_token` (the page's), `app_secret`, `verify_token`.
    """

    channel = "social"
    provider = "messenger"
    label = "Messenger"
    icon = "social"
    identity_kind = "messenger"
    setup_page = "social-setup"
    object_name = "page"
    capabilities = Capabilities(
        max_chars=2000,
        max_attachment_bytes=25 * MB,
        echoes_id=True,
        expires_after=3600,
        window=DAY,
        after_window="tag",
        tag_window=7 * DAY,
        splits=True,
        answers=True,
        typing=20,
    )
    reactions: ClassVar[tuple[str, ...]] = meta.REACTIONS
    marks: ClassVar[dict[str, str]] = {}
    known_names = known_names.MESSENGER
    parser_version = 1
    max_body_bytes = meta.MAX_BODY

    def challenge(self, inbox: Inbox, request: WebhookRequest) -> bytes:
        """The answer to Meta's handshake."""
        return meta.challenge(inbox, request)

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Refuse what is not signed, and what is signed for another account (PRV-3)."""
        meta.verify(inbox, request)
        whole, own = document(request.body), _own(inbox)
        if whole and whole.get("object") != self.object_name:
            raise RefusedError(f"not a payload of {self.provider}")
        for entry in map(mapped, listed(whole.get("entry"))):
            if plain(entry.get("id")) != own:
                raise RefusedError("another account")
            for _standby, event in _events(entry):
                sides = [mapped(mapped(event).get(side)) for side in ("sender", "recipient")]
                named = [plain(side["id"]) for side in sides if "id" in side]
                if len(named) == 2 and own not in named:
                    raise RefusedError("an event of another account")

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """Each event for itself, by the provider's id."""
        found = []
        for entry in map(mapped, listed(document(request.body).get("entry"))):
            found += [wrapped(event, standby=standby) for standby, event in _events(entry)]
            if listed(entry.get("changes")):
                found.append(piece("", {"event": entry["changes"]}))
        return found or [piece("", {"unread": request.body.decode(errors="replace")})]

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """What Meta's pages show; nothing is read of it."""
        return b"EVENT_RECEIVED", "text/plain"

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """One event. UnreadableError when it is none."""
        found = document(raw.body)
        event = found.get("event")
        if not isinstance(event, dict):
            raise UnreadableError("not an event")
        download = Fetcher(inbox, meta.HOSTS, 25 * MB, meta.base(inbox)).content
        app = plain(inbox.settings.get("app_id"))
        reader = Reader(self.identity_kind, _own(inbox), app, download)
        read = reader.read(event, standby=bool(found.get("standby")))
        return [self._named(inbox, one) for one in read]

    def _named(self, inbox: Inbox, one: Parsed) -> Parsed:
        """A stranger's name is asked for once: the event does not tell it."""
        if not isinstance(one, InboundMessage) or not meta.token(inbox):
            return one
        who = one.sender
        known = CustomerIdentity.objects.filter(kind=who.kind, address=who.address)
        if known.exclude(customer__name="").exists():
            return one
        try:
            found = meta.get(inbox, f"{quote(who.address, safe='')}?fields=name,username")
        except SendError:
            return one
        name = plain(found.get("name")) or plain(found.get("username"))
        return replace(one, sender=Person(who.kind, who.address, name[:200], verified=True))

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """Send the words, then each file. Raises a SendError."""
        parts.check(outgoing, self.capabilities)
        return parts.send(self._calls(inbox, outgoing))

    def _calls(self, inbox: Inbox, outgoing: Outgoing) -> Iterator[partial[Sent]]:
        if outgoing.body.strip():
            yield partial(self._post, inbox, outgoing, {"text": outgoing.body}, None)
        for file in outgoing.files:
            kind = file.content_type.partition("/")[0]
            kind = kind if kind in ("image", "video", "audio") else "file"
            attachment = {"type": kind, "payload": {"is_reusable": False}}
            yield partial(self._post, inbox, outgoing, {"attachment": attachment}, file)

    def _post(
        self, inbox: Inbox, outgoing: Outgoing, message: dict[str, Any], file: OutboundFile | None
    ) -> Sent:
        call: dict[str, Any] = {
            "recipient": {"id": outgoing.to},
            "message": {**message, "metadata": f"outbox:{outgoing.delivery_id}"},
            "messaging_type": "MESSAGE_TAG" if outgoing.tagged else "RESPONSE",
        }
        if outgoing.tagged:
            call["tag"] = "HUMAN_AGENT"
        if outgoing.answers:
            call["reply_to"] = {"mid": outgoing.answers}
        path = f"{quote(_own(inbox), safe='')}/messages"
        if file is None:
            found = meta.post(inbox, path, call)
        else:
            form = {
                name: value if isinstance(value, str) else orjson.dumps(value).decode()
                for name, value in call.items()
            }
            found = meta.post(inbox, path, form=form, file=("filedata", file))
        return Sent(meta.sent_id(found, "message_id"))

    def say_typing(self, inbox: Inbox, to: str, last: str) -> None:
        """Show that we write, for 20 seconds or until we have. Raises a SendError."""
        told = {"recipient": {"id": to}, "sender_action": "typing_on"}
        meta.post(inbox, f"{quote(_own(inbox), safe='')}/messages", told)

    def react(self, inbox: Inbox, to: str, named: str, emoji: str) -> None:
        """Put a mark on a message, or take ours off. Raises a SendError."""
        told: dict[str, Any] = {"recipient": {"id": to}, "payload": {"message_id": named}}
        told["sender_action"] = "react" if emoji else "unreact"
        if emoji:
            told["payload"]["reaction"] = self.marks.get(emoji, emoji)
        meta.post(inbox, f"{quote(_own(inbox), safe='')}/messages", told)

    def check(self, inbox: Inbox) -> str:
        """Whether our app still hears the account; "" or what is wrong. Raises a SendError."""
        found = meta.get(inbox, f"{quote(_own(inbox), safe='')}/subscribed_apps")
        app = plain(inbox.settings.get("app_id"))
        known = [plain(mapped(one).get("id")) for one in listed(found.get("data"))]
        return "" if (app in known if app else known) else "not_subscribed"

    def connect(self, inbox: Inbox, url: str) -> None:
        """Let our app hear the account (again). Raises a SendError."""
        path = f"{quote(_own(inbox), safe='')}/subscribed_apps"
        meta.post(inbox, path, {"subscribed_fields": FIELDS.split(",")})

    def catch_up(self, inbox: Inbox, since: datetime) -> list[Raw]:
        """What was said since then, as if it came by webhook: what is known is known (PRV-6).

        Raises a SendError.
        """
        fields = "updated_time,messages.limit(25){id,created_time,from,to,message,attachments}"
        platform = "instagram" if self.provider == "instagram" else "messenger"
        path = f"{quote(_own(inbox), safe='')}/conversations?platform={platform}&fields={fields}"
        found = []
        for talk in map(mapped, listed(meta.get(inbox, path).get("data"))):
            for one in map(mapped, listed(mapped(talk.get("messages")).get("data"))):
                said_at = _iso(one.get("created_time"))
                if said_at and said_at >= since and one.get("id"):
                    found.append(wrapped(_as_event(one, _own(inbox), said_at), standby=False))
        return found


class InstagramAdapter(MessengerAdapter):
    """One professional account of Instagram, by way of its page.

    inbox.settings: `account_id`, `app_id`. Its texts are limited in bytes, not in characters.
    """

    provider = "instagram"
    label = "Instagram"
    identity_kind = "instagram"
    object_name = "instagram"
    reactions = ("❤",)  # the only one that its API takes, by this name
    marks: ClassVar[dict[str, str]] = {"❤": "love"}
    capabilities = replace(MessengerAdapter.capabilities, max_chars=0, max_bytes=1000)


def wrapped(event: Any, *, standby: bool) -> Raw:
    """An event as a payload of its own, named so that the same one is the same."""
    return piece(_key(mapped(event)), {"standby": standby, "event": event})


def _key(event: dict[str, Any]) -> str:
    said = mapped(event.get("message"))
    mid, sender = plain(said.get("mid")), plain(mapped(event.get("sender")).get("id"))
    if mid:
        what = "deleted" if said.get("is_deleted") else "echo" if said.get("is_echo") else "mid"
        return f"{what}:{mid}"
    edit = mapped(event.get("message_edit"))
    if edit.get("mid") and edit.get("num_edit"):
        return f"edit:{plain(edit['mid'])}:{plain(edit['num_edit'])}"
    read = mapped(event.get("read"))
    return f"read:{sender}:{plain(read['watermark'])}" if read.get("watermark") else ""


def _events(entry: dict[str, Any]) -> Iterator[tuple[bool, Any]]:
    for name in ("messaging", "standby"):
        for event in listed(entry.get(name)):
            yield name == "standby", event


def _own(inbox: Inbox) -> str:
    return plain(inbox.settings.get("account_id") or inbox.settings.get("page_id"))


def _iso(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(plain(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _as_event(one: dict[str, Any], own: str, at: datetime) -> dict[str, Any]:
    """A message of the list in the shape of the webhook."""
    sender = plain(mapped(one.get("from")).get("id"))
    others = [plain(mapped(to).get("id")) for to in listed(mapped(one.get("to")).get("data"))]
    message: dict[str, Any] = {"mid": plain(one["id"]), "text": plain(one.get("message"))}
    files = [
        _attachment(mapped(file)) for file in listed(mapped(one.get("attachments")).get("data"))
    ]
    if files:
        message["attachments"] = files
    if sender == own:
        message["is_echo"] = True
    return {
        "sender": {"id": sender},
        "recipient": {"id": others[0] if others else own},
        "timestamp": int(at.timestamp() * 1000),
        "message": message,
    }


def _attachment(file: dict[str, Any]) -> dict[str, Any]:
    for kind, name in (("image", "image_data"), ("video", "video_data")):
        if file.get(name):
            return {"type": kind, "payload": {"url": mapped(file[name]).get("url")}}
    return {"type": "file", "payload": {"url": file.get("file_url")}}
