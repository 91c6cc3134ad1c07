"""The generic HTTP gateway: Kannel, Gammu, playSMS, SMSEagle, a modem box on a shelf.

What it is called and how it answers stands in the inbox's settings (gateway_templates). A private
address is called only if the environment lists it, never because a screen says so.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from channels_sms.adapter import SmsAdapter, check_sendable, e164
from channels_sms.params import pairs, payload, told
from channels_sms.providers import gateway_templates as templates
from channels_sms.stamps import signature
from helpdesk import outbound_http
from helpdesk.adapters import (
    AmbiguousError,
    ChannelBrokenError,
    Ignored,
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
from helpdesk.whole_numbers import whole_number

LEEWAY_SECONDS = 300
AUTHS = ("hmac", "basic", "bearer")


class GatewayAdapter(SmsAdapter):
    """One number behind a gateway of one's own.

    inbox.settings: `send` and `hear` (gateway_templates), `auth` (one of AUTHS). inbox.secrets:
    `webhook_secret` (for `basic`: `user:password`), `send_secret` ({secret} in templates).
    HMAC: `X-Timestamp` (seconds since 1970) and `X-Signature`, the hex SHA-256 HMAC of timestamp,
    a dot, and the body (of a GET: the query).
    """

    provider = "gateway"
    label = "HTTP gateway"
    parser_version = 1
    max_body_bytes = 64 * 1024
    by_get = True

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Refuse who does not know the secret, who comes too late, and what is not for us."""
        secret = str(inbox.secrets.get("webhook_secret") or "")
        if not secret or not _is_known(str(inbox.settings.get("auth") or "hmac"), secret, request):
            raise RefusedError("not who it should be")
        params, names = told(request), templates.hearing(inbox.settings)
        ours = params.get(names.to, "") if names.to and names.status not in params else ""
        if ours and _international(ours) != e164(inbox.address):
            raise RefusedError("another number")

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """One call carries one event."""
        content_type, body = payload(request)
        query = urlsplit(request.url).query if request.method == "POST" else ""
        names, params = templates.hearing(inbox.settings), told(request)
        key = params.get(names.id, "") if names.id else ""
        status = params.get(names.status) if names.status else None
        delivery = parse_qs(query).get("delivery", [""])[0]
        if status is not None and (key or delivery):
            key = f"dlr:{key or delivery}:{status}"
        if not key or len(key) > 120 or "\x00" in key:
            key = f"sha256:{hashlib.sha256(body).hexdigest()}"
        return [Raw(key, body, {"content-type": content_type, "query": query})]

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """A plain word, or the gateway's own from the settings."""
        return str(inbox.settings.get("answer") or "OK").encode(), "text/plain"

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """A text or a receipt, by the names in the settings. UnreadableError without a sender."""
        try:
            params = dict(pairs(raw.headers.get("content-type", ""), raw.body))
        except ValueError as error:
            raise UnreadableError(f"cannot be read: {error}") from None
        names = templates.hearing(inbox.settings)
        if names.status and names.status in params:
            return [_receipt(names, params, raw.headers.get("query", ""))]
        sender = _international(params.get(names.sender, ""))
        if not sender:
            raise UnreadableError(f"no {names.sender}")
        message = InboundMessage(
            sender=Person("phone", sender, verified=True, label=sender),
            body=params.get(names.text, ""),
            external_id=params.get(names.id, "") if names.id else raw.dedupe_key,
        )
        return [message]

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """One call as the settings describe it; their rule says whether it was taken."""
        check_sendable(outgoing)
        try:
            how = templates.sending(inbox.settings)
        except (LookupError, ValueError, TypeError) as error:
            raise ChannelBrokenError(f"The gateway is not set up: {error}") from None
        with outbound_http.as_send_errors():
            answer = _call(how, _facts(inbox, outgoing))
        if not templates.is_taken(how, answer):
            if answer.status in how.statuses and how.path and not templates.at(answer, how.path):
                raise AmbiguousError("The gateway's answer cannot be read.")
            raise _refusal(answer)
        return Sent(templates.id_of(how, answer))


def _facts(inbox: Inbox, outgoing: Outgoing) -> dict[str, str]:
    return {
        "to": outgoing.to,
        "to_digits": outgoing.to.removeprefix("+"),
        "from": inbox.address,
        "from_digits": inbox.address.removeprefix("+"),
        "text": outgoing.body,
        "id": str(outgoing.delivery_id),
        "callback": f"{outgoing.callback_url}?delivery={outgoing.delivery_id}",
        "secret": str(inbox.secrets.get("send_secret") or ""),
    }


def _call(how: templates.Sending, facts: Mapping[str, str]) -> outbound_http.Answer:
    url = templates.filled(how.url, facts, in_url=True)
    headers = {name: templates.filled(text, facts) for name, text in how.headers.items()}
    body = {name: templates.filled(text, facts) for name, text in how.body.items()}
    if how.format == "query" or how.method == "GET":
        joint = "&" if urlsplit(url).query else "?"
        url = f"{url}{joint}{urlencode(body)}" if body else url
        if how.method == "GET":
            return outbound_http.get(url, headers=headers)
        return outbound_http.post(url, headers=headers, body=b"")
    if how.format == "json":
        return outbound_http.post(url, headers=headers, json=body)
    return outbound_http.post(url, headers=headers, form=body)


def _refusal(answer: outbound_http.Answer) -> SendError:
    """By its HTTP status; a success by status that the rule calls none is final."""
    code, text = str(answer.status), f"The gateway refused the text (HTTP {answer.status})."
    if answer.status in (401, 403):
        return ChannelBrokenError("The gateway refuses our credentials.", code)
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return TransientError("The gateway cannot take the text now.", code, answer.retry_after)
    return PermanentError(text, code)


def _is_known(auth: str, secret: str, request: WebhookRequest) -> bool:
    header = request.headers.get("authorization", "")
    if auth == "hmac":
        return is_signed(secret, request)
    if auth == "basic":
        wanted = "Basic " + base64.b64encode(secret.encode()).decode()
    elif auth == "bearer":
        wanted = f"Bearer {secret}"
    else:
        return False
    return hmac.compare_digest(wanted.encode(), header.encode(errors="replace"))


def is_signed(secret: str, request: WebhookRequest) -> bool:
    """Whether the call carries the right `X-Signature` of a time that is now."""
    timestamp = request.headers.get("x-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 15):
        return False
    if abs(datetime.now(UTC).timestamp() - int(timestamp)) > LEEWAY_SECONDS:
        return False
    right = signature(secret, timestamp, payload(request)[1])
    given = request.headers.get("x-signature", "")
    return hmac.compare_digest(right.encode(), given.encode(errors="replace"))


def _international(number: str) -> str:
    """With a plus; modem boxes leave it out, or write 00 for it."""
    number = number.strip()
    digits = number.removeprefix("00") if number.startswith("00") else number
    if digits.isascii() and digits.isdigit() and len(digits) > 6:
        return e164(f"+{digits}")
    return e164(number)


def _receipt(names: templates.Hearing, params: Mapping[str, str], query: str) -> Receipt | Ignored:
    said = params[names.status]
    state = str(names.states.get(said, ""))
    if state not in templates.STATES:
        return Ignored(f"unknown status {said[:60]}")
    ours = params.get(names.delivery, "") if names.delivery else ""
    ours = ours or parse_qs(query).get("delivery", [""])[0]
    failed = state == "failed"
    reason = params.get(names.reason, "")[:300] if names.reason else ""
    return Receipt(
        state=state,
        provider_id=params.get(names.id, "")[:400] if names.id else "",
        delivery_id=whole_number(ours),
        error_code=said[:60] if failed else "",
        error=(reason or f"The gateway says: {said[:60]}.") if failed else "",
    )
