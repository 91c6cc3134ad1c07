"""What the e-mail providers have in common; each one's own ways are in a module of its name.

A call is verified and stored as it came, one row for each element of a batch. In the worker a mail
is taken out of it, as raw MIME wherever the provider has that, and everything that is told of our
own mail becomes receipts by django-anymail's normalisation (ADR 0029).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar, Final

from anymail.exceptions import AnymailError
from anymail.signals import AnymailTrackingEvent
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from channels_email.addresses import normal
from channels_email.bounces import BOUNCE, Recipient, code_in
from channels_email.posted import Field
from channels_email.providers import proofs
from channels_email.threads import read_message_id
from helpdesk.adapters import (
    Ignored,
    Raw,
    Receipt,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import Inbox
from helpdesk.whole_numbers import whole_number

METADATA: Final = "parley_delivery"
"""Under this name our delivery id travels with a mail and comes back with what is told of it."""

_STATES: Final = {
    "queued": "sent",  # they have it, which settles a doubtful send
    "sent": "sent",
    "delivered": "delivered",
    "deferred": "delayed",
    "bounced": "bounced",
    "rejected": "failed",
    "failed": "failed",
    "complained": "complained",
    "unsubscribed": "unsubscribed",
}
_STRANGE: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, AnymailError)


class Provider:
    """One provider of e-mail. Secrets of an inbox: `api_key`, `hook_keys`, `hook_secret`.

    signs: its calls are signed, by `hook_keys`; the others' prove themselves by our `hook_secret`,
    the password of the address that they call. may_sign: some of its calls may be signed besides.
    public_keys: the halves that are stored to check that may be known. backend: anymail's, "" where
    it sends by SMTP. tracking: anymail's view for what is told of our mail. echoes: our delivery id
    comes back with that. keeps_id: our Message-ID is the one that goes out. shows_inline: files may
    stand in the text. headers: the only ones that it takes, None for all. asks: which further
    settings and secrets it is sent with; api_base: where its API is, "" if that must be told.
    """

    slug: ClassVar[str]
    label: ClassVar[str]
    signs: ClassVar[bool] = False
    may_sign: ClassVar[bool] = False
    public_keys: ClassVar[bool] = False
    key_name: ClassVar[str] = "api_key"
    backend: ClassVar[str] = ""
    tracking: ClassVar[type[Any]]
    echoes: ClassVar[bool] = True
    keeps_id: ClassVar[bool] = True
    shows_inline: ClassVar[bool] = True
    headers: ClassVar[frozenset[str] | None] = None
    extra_headers: ClassVar[Mapping[str, str]] = {}
    asks: ClassVar[tuple[str, ...]] = ()
    api_base: ClassVar[str] = ""
    hook_query: ClassVar[str] = ""

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Raise RefusedError for a call that is not proved to be the provider's."""
        secret = str(inbox.secrets.get("hook_secret") or "")
        proofs.password(secret, request.headers.get("authorization", ""))

    def credentials(self, inbox: Inbox) -> dict[str, Any]:
        """What anymail's backend is made with."""
        found = {self.key_name: str(inbox.secrets.get("api_key") or "")}
        base = str(inbox.settings.get("api_base") or self.api_base)
        return {**found, "api_url": base} if base else found

    def keys(self, inbox: Inbox) -> list[str]:
        """The signing keys, one in each line; empty where there is none."""
        return str(inbox.secrets.get("hook_keys") or "").split()

    def raws(self, request: WebhookRequest) -> list[Raw]:
        """One payload for each element of a batch; all of it as it came where that is not sure."""
        kind = request.headers.get("content-type", "") or request.content_type
        headers = {"provider": self.slug, "content-type": kind[:500]}
        try:
            elements = self.elements(request)
        except (*_STRANGE, RecursionError):
            elements = None
        if elements is None:
            return [Raw(self.dedupe_key(request), request.body, headers)]
        headers["content-type"] = "application/json"
        bodies = [
            json.dumps(one, ensure_ascii=False).encode("utf-8", "replace") for one in elements
        ]
        return [Raw(_digest(self.slug, body), body, headers) for body in bodies]

    def elements(self, request: WebhookRequest) -> list[Any] | None:
        """What a batch consists of; None for a call that carries one thing only."""
        return None

    def dedupe_key(self, request: WebhookRequest) -> str:
        """What is the same for a repeated call, and for no other."""
        return _digest(self.slug, request.body)

    def complete(self, inbox: Inbox, raw: Raw) -> Raw:
        """With what is not in the call itself; in the worker. Raises OutboundError."""
        return raw

    def read(self, inbox: Inbox, raw: Raw) -> list[Raw | Receipt | Ignored]:
        """The mails and the receipts of one stored payload. Raises UnreadableError."""
        try:
            return self.understood(inbox, raw)
        except (*_STRANGE, RecursionError) as error:
            raise UnreadableError(f"not what {self.label} sends: {error!r}"[:500]) from None

    def understood(self, inbox: Inbox, raw: Raw) -> list[Raw | Receipt | Ignored]:
        """read() for a payload that is what it should be."""
        element = document(raw.body)
        if self.is_mail(element):
            return [self.mail(element)]
        return self.told(inbox, element)

    def is_mail(self, element: dict[str, Any]) -> bool:
        """Whether somebody wrote to us; the rest is about mail of ours."""
        raise NotImplementedError

    def mail(self, element: dict[str, Any]) -> Raw:
        """The mail that an element holds, as mail_raw() makes it."""
        raise NotImplementedError

    def told(self, inbox: Inbox, element: dict[str, Any]) -> list[Raw | Receipt | Ignored]:
        """What an element tells of mail of ours."""
        events = events_of(self.tracking, self.call_of(element))
        return [self.receipt(inbox, one) for one in events] or [Ignored("nothing is told")]

    def call_of(self, element: dict[str, Any]) -> SimpleNamespace:
        """The element as anymail's view expects it to be posted."""
        return call(json.dumps(element).encode())

    def receipt(self, inbox: Inbox, event: AnymailTrackingEvent) -> Receipt | Ignored:
        """What one normalised event means for the delivery it names."""
        state = _STATES.get(event.event_type, "")
        if event.event_type == "opened" and inbox.settings.get("opened_is_read"):
            state = "read"
        delivery_id, provider_id = self.named(event)
        if not state or (delivery_id is None and not provider_id):
            return Ignored(f"{self.label} tells: {str(event.event_type)[:60]}")
        said = str(event.mta_response or event.description or event.reject_reason or "")[:400]
        address = normal(str(event.recipient or "").strip("<> "))
        judged = Recipient(address, BOUNCE, code_in(said), said)
        bad = state == "bounced" and self.is_permanent(event.esp_event) is not False
        return Receipt(
            state,
            provider_id=provider_id,
            delivery_id=delivery_id,
            error_code=judged.cause if state in {"bounced", "delayed"} else "",
            error=said if state in {"bounced", "delayed", "failed", "complained"} else "",
            recipient=address,
            hard=bad and self._is_bad(judged, event.esp_event),
        )

    def named(self, event: AnymailTrackingEvent) -> tuple[int | None, str]:
        """Which delivery it is about: by what we gave along, by our own Message-ID, by its id."""
        provider_id = str(event.message_id or "").strip("<> ")
        echoed = whole_number(str((event.metadata or {}).get(METADATA, "")))
        if echoed is not None:
            return echoed, provider_id
        own = read_message_id(provider_id)
        return (own.delivery_id if own else None), provider_id

    def is_permanent(self, esp_event: Any) -> bool | None:
        """Whether the provider says that the address itself is bad; None if it does not say."""
        return None

    def is_account_error(self, code: str) -> bool:
        """Whether this code of a refused send is about our account and not about the mail."""
        return False

    def _is_bad(self, judged: Recipient, esp_event: Any) -> bool:
        """Its word counts, unless the words of the other server say something else (H2)."""
        return judged.hard or (judged.cause == "unknown" and bool(self.is_permanent(esp_event)))


def document(body: bytes) -> dict[str, Any]:
    """A JSON object; ValueError for anything else."""
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  as for what is no JSON
    return found


def mail_raw(mime: bytes | str, *, sender: Any = None, recipients: Sequence[Any] = ()) -> Raw:
    """A mail as it is read further. sender: of the envelope, None where it is not known."""
    body = mime if isinstance(mime, bytes) else mime.encode("utf-8", "replace")
    headers = {"via": "hook", "rcpt": ", ".join(normal(str(one)) for one in recipients if one)}
    if sender is not None:
        headers["mail_from"] = normal(str(sender).strip("<> "))
    return Raw("", body, headers)


def call(
    body: bytes = b"", *, post: Mapping[str, str] | None = None, form: Sequence[Field] = ()
) -> SimpleNamespace:
    """As much of a request as anymail's views look at."""
    data = QueryDict(mutable=True)
    data.update(dict(post or {}))
    files: MultiValueDict[str, Any] = MultiValueDict()
    for field in form:
        if field.filename is None:
            data.appendlist(field.name, field.text)
        else:
            kind = field.content_type or "application/octet-stream"
            name = field.filename or "attachment"
            files.appendlist(field.name, SimpleUploadedFile(name, field.data, kind))
    kind = "multipart/form-data" if form else "application/json"
    return SimpleNamespace(
        body=body, POST=data, FILES=files, content_type=kind, headers={}, META={}, encoding="utf-8"
    )


def events_of(view: type[Any], request: SimpleNamespace) -> list[Any]:
    """Anymail's normalised events. Its __init__ looks for keys in global settings: ours are kept
    with each inbox, and a call is proved before it is stored.
    """
    made: Any = object.__new__(view)
    found: list[Any] = made.parse_events(request)
    return found


def _digest(slug: str, body: bytes) -> str:
    return f"{slug}:{hashlib.sha256(body).hexdigest()}"
