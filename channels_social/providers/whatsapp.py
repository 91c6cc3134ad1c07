"""WhatsApp Cloud API: messages in by webhook, messages and approved templates out.

The customer's key is opaque: it may be no phone number. Our delivery's number travels as
`biz_opaque_callback_data` and comes back in every status, so an ambiguous send settles itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from channels_social.providers import known_names, meta, parts
from channels_social.providers.media import Fetcher, Got
from channels_social.providers.pieces import document, listed, mapped, piece, plain
from channels_social.providers.whatsapp_updates import KIND, message, status
from helpdesk.adapters import (
    Capabilities,
    Ignored,
    OutboundFile,
    Outgoing,
    Parsed,
    Raw,
    RefusedError,
    Sent,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import Inbox, Missing
from helpdesk.records import Approved, Pace

MB = 1024 * 1024
MAX_CAPTION = 1024
MAX_FILE = 100 * MB
_GAPS = tuple("{{%d}}" % n for n in range(1, 21))  # noqa: UP031  braces are the words here
_ELEMENTS = (("messages", "message"), ("message_echoes", "echo"), ("statuses", "status"))
_CAPTIONED = ("image", "video", "document")


class WhatsAppAdapter:
    """One business number.

    inbox.settings: `phone_number_id`, `waba_id`, optionally `api_base` and `api_version`.
    inbox.secrets: `access_token`, `app_secret`, `verify_token`. inbox.address: the number.
    """

    channel = "social"
    provider = "whatsapp"
    label = "WhatsApp"
    icon = "wa"
    identity_kind = KIND
    setup_page = "social-setup"
    new_page = ("social-begin", _("New social account"), "social")
    capabilities = Capabilities(
        max_chars=4096,
        max_attachment_bytes=25 * MB,
        file_limits=(
            ("image/jpeg", 5 * MB),
            ("image/png", 5 * MB),
            ("image/webp", MB // 2),
            ("audio/", 16 * MB),
            ("video/", 16 * MB),
            ("text/", MAX_FILE),
            ("application/", MAX_FILE),
        ),
        echoes_id=True,
        expires_after=3600,
        window=24 * 3600,
        after_window="templates",
        splits=True,
        answers=True,
        typing=25,
    )
    reactions = meta.REACTIONS
    known_names = known_names.WHATSAPP
    parser_version = 1
    max_body_bytes = meta.MAX_BODY

    def challenge(self, inbox: Inbox, request: WebhookRequest) -> bytes:
        """The answer to Meta's handshake."""
        return meta.challenge(inbox, request)

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Refuse what is not signed, and what is signed for another account (PRV-3)."""
        meta.verify(inbox, request)
        own, whole = plain(inbox.settings.get("phone_number_id")), document(request.body)
        if whole and whole.get("object") != "whatsapp_business_account":
            raise RefusedError("not a WhatsApp payload")
        account = plain(inbox.settings.get("waba_id"))
        for entry, value in _values(whole):
            number = mapped(value.get("metadata")).get("phone_number_id")
            if number is not None and plain(number) != own:
                raise RefusedError("another phone number")
            if account and entry.get("id") is not None and plain(entry["id"]) != account:
                raise RefusedError("another business account")

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """Each message and each status for itself, by the provider's id."""
        found = list(_pieces(document(request.body)))
        return found or [piece("", {"unread": request.body.decode(errors="replace")})]

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """Nothing is read of it."""
        return b"", "text/plain"

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """One message, status or piece of news. UnreadableError when it is none."""
        found = document(raw.body)
        one = found.get("one")
        if not isinstance(one, dict):
            if "news" in found:
                return [Ignored(f"field {plain(found['news'])[:60]}")]
            raise UnreadableError("neither a message nor a status")
        if found.get("what") == "status":
            return [status(one)]
        people, echo = listed(found.get("people")), found.get("what") == "echo"
        return [message(one, people, partial(_download, inbox), echo=echo)]

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """Send an approved text, or the words and each file. Raises a SendError."""
        if outgoing.approved:
            return self._post(inbox, outgoing, _template(outgoing))
        parts.check(outgoing, self.capabilities)
        return parts.send(self._calls(inbox, outgoing))

    def _calls(self, inbox: Inbox, outgoing: Outgoing) -> Iterator[partial[Sent]]:
        text = outgoing.body
        kinds = [_kind(file) for file in outgoing.files]
        captioned = len(kinds) == 1 and kinds[0] in _CAPTIONED and len(text) <= MAX_CAPTION
        if text.strip() and not captioned:
            words = {"type": "text", "text": {"body": text, "preview_url": False}}
            yield partial(self._post, inbox, outgoing, words)
        for file, kind in zip(outgoing.files, kinds, strict=True):
            caption = text if captioned and text.strip() else ""
            yield partial(self._file, inbox, outgoing, file, kind, caption)

    def _file(
        self, inbox: Inbox, outgoing: Outgoing, file: OutboundFile, kind: str, caption: str
    ) -> Sent:
        """Upload, then send what was uploaded."""
        form = {"messaging_product": "whatsapp", "type": file.content_type}
        path = f"{_number(inbox)}/media"
        found = meta.post(inbox, path, form=form, file=("file", file))
        content = {"id": meta.sent_id(found, "id")}
        if caption:
            content["caption"] = caption
        if kind == "document":
            content["filename"] = file.name
        return self._post(inbox, outgoing, {"type": kind, kind: content})

    def _post(self, inbox: Inbox, outgoing: Outgoing, content: dict[str, Any]) -> Sent:
        context = {"context": {"message_id": outgoing.answers}} if outgoing.answers else {}
        found = meta.post(
            inbox,
            f"{_number(inbox)}/messages",
            {
                **context,
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": outgoing.to,
                "biz_opaque_callback_data": f"outbox:{outgoing.delivery_id}",
                **content,
            },
        )
        first = mapped(next(iter(listed(found.get("messages"))), None))
        return Sent(meta.sent_id(first, "id"))

    def say_typing(self, inbox: Inbox, to: str, last: str) -> None:
        """Show that we write; the customer's last message is read by that. Raises a SendError."""
        told = {"messaging_product": "whatsapp", "status": "read", "message_id": last}
        typing = {**told, "typing_indicator": {"type": "text"}}
        meta.post(inbox, f"{_number(inbox)}/messages", typing)

    def pace(self, inbox: Inbox, to: str) -> Pace:
        """One in six seconds to a person, more at once after a silence (error 131056)."""
        return Pace(6.0, 10)

    def react(self, inbox: Inbox, to: str, named: str, emoji: str) -> None:
        """Put a mark on a message, or take ours off. Raises a SendError."""
        told = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": to}
        mark = {"type": "reaction", "reaction": {"message_id": named, "emoji": emoji}}
        meta.post(inbox, f"{_number(inbox)}/messages", {**told, **mark})

    def check(self, inbox: Inbox) -> str:
        """Whether our app hears this account; "" or what is wrong. Raises a SendError."""
        found = meta.get(inbox, f"{_account(inbox)}/subscribed_apps")
        return "" if listed(found.get("data")) else "not_subscribed"

    def connect(self, inbox: Inbox, url: str) -> None:
        """Let our app hear this account, at our own address. Raises a SendError."""
        told = {"override_callback_uri": url, "verify_token": inbox.secrets.get("verify_token", "")}
        meta.post(inbox, f"{_account(inbox)}/subscribed_apps", told)

    def approved(self, inbox: Inbox) -> list[Approved]:
        """Every template of the account, with whether it may be sent. Raises a SendError."""
        fields = "name,language,status,category,components"
        path = f"{_account(inbox)}/message_templates?limit=200&fields={fields}"
        found = meta.get(inbox, path)
        return [one for one in map(_approved, listed(found.get("data"))) if one]


def _values(whole: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for entry in map(mapped, listed(whole.get("entry"))):
        for change in map(mapped, listed(entry.get("changes"))):
            yield entry, mapped(change.get("value"))


def _pieces(whole: dict[str, Any]) -> Iterator[Raw]:
    for entry in listed(whole.get("entry")):
        for change in listed(mapped(entry).get("changes")):
            value = mapped(mapped(change).get("value"))
            people, known = listed(value.get("contacts")), False
            for name, what in _ELEMENTS:
                for one in listed(value.get(name)):
                    known = True
                    found = {"what": what, "one": one, "people": people}
                    yield piece(_key(what, mapped(one)), found)
            if not known:
                field = mapped(change).get("field")
                yield piece("", {"news": field, "value": value} if field else {"unread": change})


def _key(what: str, one: dict[str, Any]) -> str:
    named = plain(one.get("id"))
    state = f":{plain(one.get('status'))}" if what == "status" else ""
    return f"{what}:{named}{state}" if named else ""


def _download(inbox: Inbox, media_id: str, kind: str) -> Got:
    """A file by its id: its URL lives five minutes, so it is asked for each time."""
    fetcher = Fetcher(inbox, meta.HOSTS, 25 * MB, meta.base(inbox), meta.token(inbox))
    got: Got = None
    for _attempt in range(2):
        told = fetcher.described(f"{meta.base(inbox)}/{quote(media_id, safe='')}")
        if isinstance(told, Missing):
            return told
        url = told.get("url")
        if not isinstance(url, str):
            return Missing.GONE
        got = fetcher.content(url, kind)
        if got != Missing.GONE:  # a new URL helps where the old one has ended
            break
    return got


def _number(inbox: Inbox) -> str:
    return quote(plain(inbox.settings.get("phone_number_id")), safe="")


def _account(inbox: Inbox) -> str:
    return quote(plain(inbox.settings.get("waba_id")), safe="")


def _kind(file: OutboundFile) -> str:
    begin = file.content_type.partition("/")[0]
    if file.content_type in ("image/jpeg", "image/png"):
        return "image"
    return begin if begin in ("audio", "video") else "document"


def _template(outgoing: Outgoing) -> dict[str, Any]:
    chosen = outgoing.approved
    values = [{"type": "text", "text": str(value)} for value in chosen.get("values") or ()]
    template: dict[str, Any] = {"name": chosen["name"], "language": {"code": chosen["language"]}}
    if values:
        template["components"] = [{"type": "body", "parameters": values}]
    return {"type": "template", "template": template}


def _approved(found: Any) -> Approved | None:
    """A template with a body of words; its gaps are numbered."""
    said = mapped(found)
    words = [mapped(one) for one in listed(said.get("components"))]
    body = next((plain(one.get("text")) for one in words if one.get("type") == "BODY"), "")
    if not (said.get("name") and said.get("language") and body):
        return None
    # A header or a button with a gap, or a picture, would need values that nobody is asked for.
    simple = all(
        one.get("format", "TEXT") == "TEXT" and "{{" not in str({**one, "example": ""})
        for one in words
        if one.get("type") != "BODY"
    )
    return Approved(
        name=plain(said["name"]),
        language=plain(said["language"]),
        body=body,
        category=plain(said.get("category"))[:40],
        gaps=sum(gap in body for gap in _GAPS),
        approved=said.get("status") == "APPROVED" and simple,
    )
