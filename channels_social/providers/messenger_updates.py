"""Reads one event of Messenger or Instagram. Pure but for the given `download`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from channels_social.providers.media import Got, file_of
from channels_social.providers.meta import own_delivery
from channels_social.providers.pieces import (
    Shape,
    listed,
    location,
    mapped,
    moment,
    picture_name,
    plain,
    unsupported,
)
from helpdesk.adapters import (
    Ignored,
    InboundFile,
    InboundMessage,
    Parsed,
    Person,
    Receipt,
    UnreadableError,
)
from helpdesk.records import Change, Watermark

Download = Callable[[str, str], Got]
# Who has the thread is the business of the page's owner; we show what is said and pass nothing.
NEWS = (
    "pass_thread_control", "take_thread_control", "request_thread_control", "app_roles",
    "optin", "referral", "account_linking", "policy_enforcement",
)  # fmt: skip
FILES = {
    "image": ("image.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("audio.mp4", "audio/mp4"),
    "file": ("file", "application/octet-stream"),
    "ig_reel": ("reel.mp4", "video/mp4"),
    "reel": ("reel.mp4", "video/mp4"),
    "story_mention": ("story.jpg", "image/jpeg"),
}


class Reader:
    """One event. kind: of identities; own: our page's or account's id; app: our app's id."""

    def __init__(self, kind: str, own: str, app: str, download: Download) -> None:
        self.kind = kind
        self.own = own
        self.app = app
        self.download = download

    def read(self, event: Mapping[str, Any], *, standby: bool) -> list[Parsed]:
        """What it says. standby: another app has the thread, so nothing of ours is automatic.

        Raises UnreadableError for an event without people.
        """
        sender = plain(mapped(event.get("sender")).get("id"))
        if not sender:
            raise UnreadableError("an event from nobody")
        at = moment(event.get("timestamp"))
        if isinstance(event.get("message"), dict):
            return [self._message(event, event["message"], sender, at, standby)]
        if isinstance(event.get("postback"), dict):
            return [self._postback(event["postback"], sender, at, standby)]
        return self._other(event, sender, at or datetime.now(UTC))

    def _other(self, event: Mapping[str, Any], sender: str, at: datetime) -> list[Parsed]:
        for name, take in (
            ("reaction", self._reaction),
            ("message_edit", self._edit),
            ("read", self._read),
            ("delivery", self._delivered),
        ):
            if isinstance(event.get(name), dict):
                return take(event[name], sender, at)
        known = next((name for name in NEWS if name in event), None)
        if known or sender == self.own:
            return [Ignored(known or "news of our own")]
        frame = {"sender", "recipient", "timestamp"}
        kind = next((name for name in event if name not in frame), "event")
        body, shape = unsupported(kind)
        named = f"{kind}:{sender}:{event.get('timestamp')}"
        return [
            InboundMessage(self._person(sender), body, named, sent_at=at, meta={"shape": shape})
        ]

    def _person(self, address: str) -> Person:
        return Person(self.kind, address, verified=True)

    def _message(
        self,
        event: Mapping[str, Any],
        said: Mapping[str, Any],
        sender: str,
        at: datetime | None,
        standby: bool,
    ) -> Parsed:
        mid = plain(said.get("mid"))
        if not mid:
            raise UnreadableError("a message without an id")
        if said.get("is_deleted"):
            return Change("deleted", mid, f"deleted:{mid}", at or datetime.now(UTC), sender)
        echo = bool(said.get("is_echo"))
        delivery = own_delivery(said.get("metadata")) if echo else None
        if delivery is not None:
            return Receipt("sent", provider_id=mid, delivery_id=delivery, at=at)
        if echo and self.app and plain(said.get("app_id")) == self.app:
            return Ignored("our own words")
        other = plain(mapped(event.get("recipient")).get("id")) if echo else sender
        if not other:
            raise UnreadableError("an echo to nobody")
        body, shape, files = self._content(said)
        answers = plain(mapped(said.get("reply_to")).get("mid"))
        return InboundMessage(
            sender=self._person(other),
            body=body,
            external_id=mid,
            references=(answers,) if answers else (),
            answers=answers,
            files=files,
            sent_at=at,
            echo=echo,
            automated=standby and not echo,
            meta={
                **({"shape": shape} if shape else {}),
                **({"standby": True} if standby else {}),
            },
        )

    def _content(
        self, said: Mapping[str, Any]
    ) -> tuple[str, Shape | None, tuple[InboundFile, ...]]:
        words, shape = [plain(said.get("text"))], None
        files: list[InboundFile] = []
        for one in map(mapped, listed(said.get("attachments"))[:30]):
            kind, payload = plain(one.get("type")), mapped(one.get("payload"))
            if kind in FILES and payload.get("url"):
                files.append(self._file(kind, plain(payload["url"])))
                if payload.get("sticker_id"):
                    shape = {"kind": "sticker"}
            elif kind == "location":
                place = mapped(payload.get("coordinates"))
                body, shape = location(place.get("lat"), place.get("long"), one.get("title"))
                words.append(body)
            elif payload.get("url") or one.get("url"):  # a shared post or link
                words += [plain(one.get("title")), plain(payload.get("url") or one.get("url"))]
            else:
                body, shape = unsupported(kind or "attachment")
                words.append(body)
        text = "\n".join(dict.fromkeys(filter(None, words)))
        if not text and not files:
            text, shape = unsupported("message")
        return text, shape, tuple(files)

    def _file(self, kind: str, url: str) -> InboundFile:
        name, content_type = FILES[kind]
        last = url.partition("?")[0].rpartition("/")[2]
        data = self.download(url, content_type)
        shown = last[:200] if kind == "file" and "." in last else name
        return file_of(picture_name(shown, data), data, content_type)

    def _postback(
        self, said: Mapping[str, Any], sender: str, at: datetime | None, standby: bool
    ) -> Parsed:
        title = plain(said.get("title")) or plain(said.get("payload")) or "…"
        named = plain(said.get("mid")) or f"postback:{sender}:{at and at.timestamp()}:{title[:60]}"
        return InboundMessage(
            self._person(sender), title, named, sent_at=at, automated=standby,
            meta={"shape": {"kind": "button", "payload": plain(said.get("payload"))[:300]}},
        )  # fmt: skip

    def _reaction(self, said: Mapping[str, Any], sender: str, at: datetime) -> list[Parsed]:
        mid, taken_back = plain(said.get("mid")), said.get("action") == "unreact"
        emoji = "" if taken_back else plain(said.get("emoji") or said.get("reaction"))
        key = f"reaction:{mid}:{sender}:{at.timestamp()}:{emoji}"
        return [Change("reaction", mid, key, at, sender, emoji)]

    def _edit(self, said: Mapping[str, Any], sender: str, at: datetime) -> list[Parsed]:
        mid, number = plain(said.get("mid")), plain(said.get("num_edit"))
        key = f"edit:{mid}:{number or at.timestamp()}"
        return [Change("edited", mid, key, at, sender, plain(said.get("text")))]

    def _read(self, said: Mapping[str, Any], sender: str, at: datetime) -> list[Parsed]:
        if said.get("mid"):
            return [Receipt("read", provider_id=plain(said["mid"]), at=at)]
        until = moment(said.get("watermark"))
        return [Watermark("read", sender, until)] if until else [Ignored("read, but what?")]

    def _delivered(self, said: Mapping[str, Any], sender: str, at: datetime) -> list[Parsed]:
        found: list[Parsed] = [
            Receipt("delivered", provider_id=plain(mid), at=at)
            for mid in listed(said.get("mids"))[:100]
            if plain(mid)
        ]
        until = moment(said.get("watermark"))
        if until:
            found.append(Watermark("delivered", sender, until))
        return found or [Ignored("delivered, but what?")]
