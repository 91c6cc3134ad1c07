"""Vonage SMS: texts in (GET, form or JSON), out, and delivery receipts.

Our delivery id travels as `client-ref` and comes back with every receipt (PRV-7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from channels_sms.adapter import SmsAdapter, check_sendable, e164
from channels_sms.joining import Part, join
from channels_sms.params import pairs, payload, told
from channels_sms.providers import known_names, vonage_signature
from channels_sms.providers.vonage_errors import error_of, text_of
from channels_sms.segments import segments
from helpdesk import outbound_http
from helpdesk.adapters import (
    AmbiguousError,
    Ignored,
    InboundMessage,
    Outgoing,
    Parsed,
    Person,
    Raw,
    Receipt,
    RefusedError,
    Sent,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import InboundEvent, Inbox
from helpdesk.whole_numbers import whole_number

API_BASE = "https://rest.nexmo.com"
TTL_MILLISECONDS = 600_000
_NONCES = timedelta(minutes=15)
_STATES = {
    "accepted": "sent",
    "buffered": "sent",
    "delivered": "delivered",
    "expired": "failed",
    "failed": "failed",
    "rejected": "failed",
}


class VonageAdapter(SmsAdapter):
    """One Vonage number.

    inbox.address: our number (E.164). inbox.settings: `api_key`, optionally `signature_method`
    (one of vonage_signature.METHODS) and `api_base`. inbox.secrets: `api_secret`,
    `signature_secret`.
    """

    provider = "vonage"
    label = "Vonage"
    known_names = known_names.VONAGE
    parser_version = 1
    max_body_bytes = 64 * 1024
    by_get = True

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Refuse what is not signed, not from now, replayed with other words, or not ours."""
        secret = str(inbox.secrets.get("signature_secret") or "")
        params = told(request)
        header = request.headers.get("authorization", "")
        if header:
            claims = vonage_signature.check_token(header, secret, payload(request)[1])
            nonce, account = str(claims.get("jti", "")), str(claims.get("api_key", ""))
        else:
            method = str(inbox.settings.get("signature_method") or "sha256")
            nonce, account = vonage_signature.check(params, secret, method), ""
        if not nonce:
            raise RefusedError("no nonce")
        self._check_account(inbox, params, account)
        _check_once(inbox, nonce, payload(request)[1])

    def _check_account(self, inbox: Inbox, params: Mapping[str, str], account: str) -> None:
        key = str(inbox.settings.get("api_key") or "")
        if any(one and one != key for one in (account, params.get("api-key", ""))):
            raise RefusedError("another account")
        if _international(params.get("to", "")) != e164(inbox.address):
            raise RefusedError("another number")

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """One call carries one event: a text or a part of one, or a receipt by id and state."""
        content_type, body = payload(request)
        params = told(request)
        headers = {"content-type": content_type, "nonce": _nonce(request, params)}
        if params.get("concat") == "true":
            headers["concat"] = _part(params).of
        return [Raw(_dedupe_key(params, body), body, headers)]

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """Any 200 will do; everything else is sent again for a day."""
        return b"", "text/plain"

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """A text, a receipt, or a part for which the others are awaited (WaitError)."""
        params = _read(raw.body, raw.headers.get("content-type", ""))
        if not params.get("messageId"):
            raise UnreadableError("no messageId")
        if "status" in params:
            return [_receipt(params)]
        return [_message(inbox, raw, params)]

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """POST one text; the answer is always 200 and says inside what became of each part."""
        check_sendable(outgoing)
        base = str(inbox.settings.get("api_base") or API_BASE).rstrip("/")
        with outbound_http.as_send_errors():
            answer = outbound_http.post(f"{base}/sms/json", form=_form(inbox, outgoing))
        if not answer.ok:
            raise error_of(str(answer.status), "", answer)
        parts = answer.json().get("messages")
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            raise AmbiguousError("Vonage's answer cannot be read.")
        return _sent(parts, answer)


def _sent(parts: list[dict[str, Any]], answer: outbound_http.Answer) -> Sent:
    taken = [str(part.get("message-id") or "") for part in parts if str(part.get("status")) == "0"]
    refused = [part for part in parts if str(part.get("status")) != "0"]
    if not parts or (taken and not taken[0]):
        raise AmbiguousError("Vonage's answer cannot be read.")
    if taken and refused:
        raise AmbiguousError("Vonage took only some parts of the text.")
    if refused:
        status, text = str(refused[0].get("status", "")), str(refused[0].get("error-text") or "")
        raise error_of(status, text, answer)
    return Sent(taken[0])


def _form(inbox: Inbox, outgoing: Outgoing) -> dict[str, str | Sequence[str]]:
    wide = segments(outgoing.body).encoding == "ucs2"
    return {
        "api_key": str(inbox.settings.get("api_key") or ""),
        "api_secret": str(inbox.secrets.get("api_secret") or ""),
        "from": inbox.address.removeprefix("+"),
        "to": outgoing.to.removeprefix("+"),
        "text": outgoing.body,
        "type": "unicode" if wide else "text",
        "ttl": str(TTL_MILLISECONDS),
        "client-ref": str(outgoing.delivery_id),
        "status-report-req": "1",
        "callback": outgoing.callback_url,
    }


def _check_once(inbox: Inbox, nonce: str, body: bytes) -> None:
    """A nonce with other words is a forgery; with the same words Vonage only repeats itself."""
    seen = InboundEvent.objects.filter(
        inbox=inbox, received_at__gt=datetime.now(UTC) - _NONCES, headers__nonce=nonce[:200]
    )
    if seen.exclude(content_sha256=hashlib.sha256(body).digest()).exists():
        raise RefusedError("the nonce was used before")


def _nonce(request: WebhookRequest, params: Mapping[str, str]) -> str:
    """The nonce of a verified call: a parameter, or in its token."""
    if params.get("nonce"):
        return params["nonce"][:200]
    return vonage_signature.claimed_id(request.headers.get("authorization", ""))[:200]


def _read(body: bytes, content_type: str) -> dict[str, str]:
    try:
        return dict(pairs(content_type, body))
    except ValueError as error:
        raise UnreadableError(f"not a form: {error}") from None


def _dedupe_key(params: Mapping[str, str], body: bytes) -> str:
    name, status = params.get("messageId", ""), params.get("status")
    key = name if status is None else f"dlr:{name}:{status}"
    if not name or len(key) > 120 or "\x00" in key:
        return f"sha256:{hashlib.sha256(body).hexdigest()}"
    return key


def _international(number: str) -> str:
    """Vonage leaves out the plus; a sender's name stays as it is."""
    return e164(f"+{number}") if number.isascii() and number.isdigit() else number


def _part(params: Mapping[str, str]) -> Part:
    names = ("msisdn", "to", "concat-ref", "concat-total")
    total, number = (params.get(name, "") for name in ("concat-total", "concat-part"))
    return Part(
        id=params.get("messageId", ""),
        of="|".join(params.get(name, "") for name in names)[:200],
        number=int(number) if number.isascii() and number.isdigit() else 0,
        total=int(total) if total.isascii() and total.isdigit() else 0,
        text=params.get("text", ""),
    )


def _receipt(params: Mapping[str, str]) -> Receipt | Ignored:
    state = _STATES.get(params["status"])
    if state is None:
        return Ignored(f"unknown status {params['status'][:60]}")
    ref, code = params.get("client-ref", ""), params.get("err-code", "")
    failed = state == "failed"
    return Receipt(
        state=state,
        provider_id=params["messageId"],
        delivery_id=whole_number(ref),
        error_code=code[:60] if failed else "",
        error=text_of(code) if failed else "",
    )


def _message(inbox: Inbox, raw: Raw, params: Mapping[str, str]) -> InboundMessage:
    sender = _international(params.get("msisdn", ""))
    if not sender:
        raise UnreadableError("no msisdn")
    name, body, meta = params["messageId"], params.get("text", ""), {}
    if params.get("concat") == "true":
        found = join(inbox, raw, _part(params), lambda data, kind: _part(_read(data, kind)))
        name, body = found.id, found.text
        meta = {} if found.whole else {"incomplete": True}
    elif params.get("type", "text") not in {"text", "unicode"}:
        body = f"(unsupported message: {params['type'][:40]})"
    return InboundMessage(
        sender=Person("phone", sender, verified=True, label=sender),
        body=body,
        external_id=name,
        sent_at=_moment(params.get("message-timestamp", "")),
        meta=meta,
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
