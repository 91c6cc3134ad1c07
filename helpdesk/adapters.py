"""What the core knows of a channel: one protocol and a few frozen records.

A channel app registers one adapter per (channel, provider). The core never imports a
channel; it asks `adapter_for(inbox)`. Everything that crosses this border is one of the
dataclasses below, so that a new channel needs nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings as configured

from helpdesk import channel_errors
from helpdesk.models import Inbox
from helpdesk.records import CallReport, Change, Moved, Reached, Watermark

AmbiguousError = channel_errors.AmbiguousError
ChannelBrokenError = channel_errors.ChannelBrokenError
OptedOutError = channel_errors.OptedOutError
PermanentError = channel_errors.PermanentError
RefusedError = channel_errors.RefusedError
SendError = channel_errors.SendError
TransientError = channel_errors.TransientError
UnreadableError = channel_errors.UnreadableError
WaitError = channel_errors.WaitError


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can carry; the composer and the outbox obey it before sending.

    live: the committed row is the delivery (browsers fetch it); no outbox row is made.
    max_chars: longest text of one message; 0 means no limit.
    max_attachment_bytes: per file; 0 means the channel carries no files.
    threaded: messages name what they answer (mail): without a reference a new conversation
        starts, while elsewhere the newest open one of the same person goes on.
    repeat_safe: sending the same message twice has one effect at the receiver (a provider
        key, or mail with the same Message-ID), so an ambiguous send may simply be repeated.
    echoes_id: the provider reports our delivery id back, so an ambiguous send settles itself.
    expires_after: seconds after which a queued message is no longer sent; 0 means never.
    signs: an answer carries the agent's signature and the words that it answers, below it.
    links_over: bytes over which a file goes as a link to us that expires; 0 means never.
    max_bytes: longest text in bytes of UTF-8, where that is the limit; 0 means no limit.
    max_attachments: most files of one message; 0 means any number.
    file_limits: (beginning of a content type, bytes) of the files that it carries, the first that
        fits says how large; () means every kind up to max_attachment_bytes.
    window: seconds after the customer's last message in which we may write freely; 0 means always.
    after_window: what may be sent then: "nothing", "templates" (texts that the provider approved)
        or "tag" (an agent's explicit choice, for tag_window seconds after the last message).
    opts_out: a customer may end it with a word (STOP): nothing more leaves to that pair.
    talks: people talk and nothing is written: calls, which are only logged.
    segments: a text is paid for by segments (160 or 70 signs), which the composer counts.
    splits: a text over the limit goes as several messages (helpdesk.portions).
    answers: a message may name the one that it answers.
    typing: seconds for which it is shown that we write, once say_typing(inbox, to, last) told it.
    """

    live: bool = False
    max_chars: int = 0
    max_attachment_bytes: int = 25 * 1024 * 1024
    html: bool = False
    subject: bool = False
    threaded: bool = False
    repeat_safe: bool = False
    echoes_id: bool = False
    expires_after: int = 3600
    signs: bool = False
    links_over: int = 0
    max_bytes: int = 0
    max_attachments: int = 0
    file_limits: tuple[tuple[str, int], ...] = ()
    window: int = 0
    after_window: str = "nothing"
    tag_window: int = 0
    opts_out: bool = False
    segments: bool = False
    talks: bool = False
    splits: bool = False
    answers: bool = False
    typing: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """The sender of an inbound message: one channel address and what the channel says of him.

    kind: namespace of the address (`email`, `phone`, `visitor`, `telegram` …), not the
    channel: a text and a call from one number are one identity.
    verified: the channel itself vouches for the address (a signed webhook does, a From
    line does not).
    label: what to call him until he tells his name (a number, a mail address).
    """

    kind: str
    address: str
    name: str = ""
    language: str = ""
    verified: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class InboundFile:
    """A file of a message. Without data, `missing` says why (models.Missing); a provider's media is
    fetched by the adapter in `parse()`, never by `receive()`.
    """

    name: str
    data: bytes | None
    content_type: str = "application/octet-stream"
    size: int = 0
    content_id: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message from a customer, translated by an adapter.

    external_id: the provider's id, unique per inbox; receive() dedupes by it.
    past: imported from elsewhere: a conversation that begins with it is over, nobody is asked.
    content_key: a hash of what was said, for channels whose ids may lie (mail): the same id with
        another key is another message.
    conversation_id: set when the channel knows the thread for certain (live chat, a signed
        reply address); `references` are ids of earlier messages (ours or theirs), best first.
    marked_id, subject_id: conversations named by weaker signs: a signed mark in the words that are
        quoted, and one in the subject, which everybody can copy.
    forwarded_from: whom the words say that they were forwarded from.
    automated: a robot's mail: stored, but it opens nothing again and is answered by nobody.
    auto_reply: an automated answer to us (somebody is away): kept, but it tells nobody.
    answerable: an automatic answer of ours may go back to the sender.
    endless: why this mail has gone round too often; automatic words stop (G5).
    opt: what the provider says of being written to: out, in, help (helpdesk.opt_words).
    stored: ids of files that the channel kept before (inbound.keep_file), each used once.
    sent_at: the provider's time (UTC); shown, never used to sort.
    echo: our own words, sent by another tool to `sender`: shown as ours, answered by nobody.
    answers: the provider's id of the message that this one answers.
    """

    sender: Person
    body: str
    external_id: str = ""
    client_id: UUID | None = None
    conversation_id: int | None = None
    references: tuple[str, ...] = ()
    marked_id: int | None = None
    subject_id: int | None = None
    forwarded_from: Person | None = None
    subject: str = ""
    html: str = ""
    files: tuple[InboundFile, ...] = ()
    stored: tuple[UUID, ...] = ()
    sent_at: datetime | None = None
    automated: bool = False
    auto_reply: bool = False
    answerable: bool = False
    endless: str = ""
    opt: str = ""
    past: bool = False
    echo: bool = False
    answers: str = ""
    content_key: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider, or a mail system on the way, says of a message we sent.

    Found by `delivery_id` (our own id, when the provider echoes it) or by `provider_id`.
    state: one of sent, delayed, delivered, read, failed, bounced, complained; or unsubscribed: who
    got it wants no more automatic ones. recipient: of whom,
    where a message has several; "" means the one it was sent to. hard: the address itself is bad,
    so that nothing more is sent there. opted_out: they want nothing more from our address.
    """

    state: str
    provider_id: str = ""
    delivery_id: int | None = None
    error_code: str = ""
    error: str = ""
    at: datetime | None = None
    recipient: str = ""
    hard: bool = False
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Ignored:
    """An element of a payload that needs no message (kept raw, with the reason)."""

    reason: str


Parsed = InboundMessage | Receipt | Ignored | CallReport | Change | Watermark | Moved | Reached


@dataclass(frozen=True, slots=True)
class Raw:
    """One raw payload as it arrived: what `inbound.accept()` stores before anything else."""

    dedupe_key: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A provider's HTTP call: headers lower-cased, `url` as PUBLIC_BASE_URL spells it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class OutboundFile:
    name: str
    content_type: str
    data: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file that is too big to travel: fetched from us under `url` until `until` (UTC)."""

    name: str
    size: int
    url: str
    until: datetime
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """The words that are answered: put below the answer, marked so that readers can fold them."""

    name: str
    address: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Everything an adapter needs to send one message; made by the outbox, sent as it is.

    delivery_id travels with the send wherever the provider echoes it.
    to: the address of the customer's identity of kind `adapter.identity_kind`.
    message_ids: external ids of the conversation's messages in this inbox, oldest first,
        for threading (mail References).
    callback_url: absolute URL of this inbox's webhook.
    automatic: "" for a person's words, "reply" for an automatic answer to a mail.
    cc, bcc: who else gets it. done: addresses that have it from an earlier attempt.
    left_out: copies to addresses that are left alone, with the reason: the adapter hands them back
        as refused.
    signature, quote: what stands below the words, in this order.
    approved: {"name", "language", "values"} of a text that the provider approved, sent instead of
        the words. tagged: an agent chose to write after the window has closed.
    answers: the provider's id of the message that the agent chose to answer.
    """

    delivery_id: int
    message_id: UUID
    conversation_id: int
    to: str
    to_name: str
    body: str
    html: str = ""
    subject: str = ""
    author_name: str = ""
    files: tuple[OutboundFile, ...] = ()
    message_ids: tuple[str, ...] = ()
    in_reply_to: str = ""
    callback_url: str = ""
    attempt: int = 1
    automatic: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    signature: str = ""
    quote: Quote | None = None
    links: tuple[FileLink, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    approved: Mapping[str, Any] = field(default_factory=dict)
    tagged: bool = False
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider accepted the message. provider_id may be empty where there is none.

    external_id: how others name the message when they answer it, where that is not provider_id.
    done: the addresses that have it now. refused: those of its copies that can never have it,
    each with the reason for the agent. bad: those that take no mail at all.
    """

    provider_id: str = ""
    done: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    external_id: str = ""
    bad: tuple[str, ...] = ()


class ChannelAdapter(Protocol):
    """One channel (and provider). Pure translation: no business rules, no database writes.

    An adapter may name a `settings_page`: the URL that edits its inboxes' settings (by pk), which
    then stands in the admin instead of their JSON; a `setup_page`, which guides through connecting
    an account, beside it; a `new_page`, the URL that begins a new one, its label and icon; a
    `fetch_page`, which sets how messages are fetched; processes that it is `carried_by`, by the
    names under which they give signs of life (helpdesk.heartbeat); and it may tell the promised
    hours() of an inbox, a calendar, where the channel has hours of its own; with `reads_apart =
    True` its parse() runs in a process that may be killed (helpdesk.reader); complete(inbox, raw)
    -> Raw may ask its provider for what a payload only points at, before; and react(inbox, to,
    named, emoji) puts one of its `reactions` on a customer's message, or ("") takes it off; and
    pace(inbox, to) tells how fast one address may be written to (helpdesk.paces).
    """

    channel: str
    provider: str
    label: str
    icon: str
    identity_kind: str
    capabilities: Capabilities
    parser_version: int

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """Translate one stored payload. May raise anything: the payload is then quarantined."""
        ...

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """Send one message outside any transaction; raise a SendError when it did not go."""
        ...


class WebhookAdapter(ChannelAdapter, Protocol):
    """A channel whose provider calls us over HTTP at /hooks/<provider>/<inbox key>: by POST, or
    with `by_get = True` also by GET.
    """

    max_body_bytes: int

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Raise RefusedError unless signed by the provider; challenge() answers a handshake."""
        ...

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """Split a verified request into payloads with their dedupe keys. Must not raise."""
        ...

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """Body and content type of the 200 that the provider expects."""
        ...


_adapters: dict[tuple[str, str], ChannelAdapter] = {}


def register(adapter: ChannelAdapter) -> None:
    """Make an adapter known; called from the channel app's `AppConfig.ready`."""
    _adapters[adapter.channel, adapter.provider] = adapter


def adapter_for(inbox: Inbox) -> ChannelAdapter:
    """The adapter of an inbox; LookupError with a clear text if its app is not installed."""
    try:
        return _adapters[inbox.channel, inbox.provider]
    except KeyError:
        msg = f"no adapter for channel {inbox.channel!r}, provider {inbox.provider!r}"
        raise LookupError(msg) from None


def carriers(inbox: Inbox) -> tuple[str, ...]:
    """The processes without which nothing comes in or goes out through an inbox."""
    try:
        own: tuple[str, ...] = getattr(adapter_for(inbox), "carried_by", ())
    except LookupError:
        own = ()
    return ("worker", *own)


def adapters() -> tuple[ChannelAdapter, ...]:
    """All registered adapters, in a stable order."""
    return tuple(_adapters[key] for key in sorted(_adapters))


def hook_url(inbox: Inbox) -> str:
    """The address at which an inbox's provider calls us, as it is told to it."""
    place = f"{inbox.provider or inbox.channel}/{inbox.key}"
    return f"{configured.PUBLIC_BASE_URL}/hooks/{place}"
