"""What WhatsApp, Messenger and Instagram share: the handshake, the signature and the Graph API."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from helpdesk import outbound_http
from helpdesk.adapters import (
    AmbiguousError,
    ChannelBrokenError,
    OutboundFile,
    PermanentError,
    RefusedError,
    SendError,
    TransientError,
    WebhookRequest,
)
from helpdesk.models import Inbox
from helpdesk.whole_numbers import whole_number

GRAPH = "https://graph.facebook.com"
VERSION = "v23.0"
HOSTS = ("fbsbx.com", "fbcdn.net", "facebook.com", "cdninstagram.com", "whatsapp.net")
MAX_BODY = 3 * 1024 * 1024  # a batch of 1,000 updates
# Seconds to wait after "too fast" (errors table of the Graph API); None: the provider is ill.
WAIT: Mapping[int, float | None] = {
    1: None, 2: None, 4: 60, 32: 60, 613: 60, 80006: 60, 80007: 60, 130429: 10, 131000: None,
    131016: None, 131048: 300, 131056: 6, 131057: None, 133016: 300,
}  # fmt: skip
REACTIONS = ("👍", "❤", "🙏", "👏", "🎉", "😂", "😮", "😢")
BROKEN = frozenset({10, 190, 368, 131031, 131042, 131045, *range(200, 300)})
# Refusals that are about one person or one moment, though their main code says "broken".
PERSONAL = frozenset({2018278, 2018065, 2018108, 2018001, 1545041, 2534022})


def challenge(inbox: Inbox, request: WebhookRequest) -> bytes:
    """The answer to the handshake: digits only, since it is shown as it came. RefusedError."""
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(request.url).query).items()}
    token = str(inbox.secrets.get("verify_token", "")).encode()
    given = asked.get("hub.verify_token", "").encode()
    number = asked.get("hub.challenge", "")
    right = bool(token) and hmac.compare_digest(token, given)
    if asked.get("hub.mode") != "subscribe" or not right:
        raise RefusedError("bad verify token")
    if not (number.isascii() and number.isdigit() and len(number) <= 40):
        raise RefusedError("the challenge is no number")
    return number.encode()


def verify(inbox: Inbox, request: WebhookRequest) -> None:
    """Raise RefusedError unless the raw body is signed with our app's secret."""
    secret = str(inbox.secrets.get("app_secret", "")).encode()
    given = request.headers.get("x-hub-signature-256", "")
    right = "sha256=" + hmac.new(secret, request.body, hashlib.sha256).hexdigest()
    if request.method != "POST":
        raise RefusedError("not a POST")
    if not secret or not hmac.compare_digest(right.encode(), given.encode(errors="replace")):
        raise RefusedError("bad signature")


def base(inbox: Inbox) -> str:
    """Where the Graph API answers, with its version."""
    home = str(inbox.settings.get("api_base") or GRAPH).rstrip("/")
    return f"{home}/{inbox.settings.get('api_version') or VERSION}"


def token(inbox: Inbox) -> str:
    """The access token; never a part of a URL."""
    return str(inbox.secrets.get("access_token", ""))


def bearer(inbox: Inbox) -> dict[str, str]:
    """The header that proves who calls."""
    return {"Authorization": f"Bearer {token(inbox)}"}


def get(inbox: Inbox, path: str) -> dict[str, Any]:
    """Read from the Graph API. Raises a SendError."""
    with outbound_http.as_send_errors():
        answer = outbound_http.get(f"{base(inbox)}/{path}", headers=bearer(inbox))
    return _checked(answer)


def post(
    inbox: Inbox,
    path: str,
    document: Mapping[str, Any] | None = None,
    *,
    form: Mapping[str, str] | None = None,
    file: tuple[str, OutboundFile] | None = None,
) -> dict[str, Any]:
    """Call the Graph API; a file (field, content) makes it a form. Raises a SendError."""
    parts = None
    if file is not None:
        field, content = file
        parts = [(field, (content.name, content.data, content.content_type))]
    with outbound_http.as_send_errors():
        answer = outbound_http.post(
            f"{base(inbox)}/{path}",
            json=dict(document) if document is not None else None,
            form=form,
            files=parts,
            headers=bearer(inbox),
        )
    return _checked(answer)


def _checked(answer: outbound_http.Answer) -> dict[str, Any]:
    found = answer.json()
    if answer.ok and "error" not in found:
        if not found:
            raise AmbiguousError("The provider's answer cannot be read.")
        return found
    raise error_of(answer, found)


def error_of(answer: outbound_http.Answer, found: Mapping[str, Any]) -> SendError:
    """What an error document means for the message and for the channel."""
    said = found.get("error")
    said = said if isinstance(said, dict) else {}
    code = said.get("code") if isinstance(said.get("code"), int) else 0
    sub = said.get("error_subcode")
    text = str(said.get("message") or f"HTTP {answer.status}")[:300]
    shown = str(code or answer.status)
    if code in WAIT or answer.status == 429:
        wait = answer.retry_after if answer.retry_after is not None else WAIT.get(code or 0, 10)
        return TransientError(f"Meta asks us to wait: {text}", shown, wait)
    if sub in PERSONAL:
        return PermanentError(f"Meta refused the message: {text}", str(sub))
    if code in BROKEN or answer.status == 401:
        return ChannelBrokenError(f"Meta refuses our account: {text}", shown)
    if answer.status in (408, 425) or (answer.status >= 500 and not code):
        return TransientError(f"Meta has a problem: {text}", shown, answer.retry_after)
    return PermanentError(f"Meta refused the message: {text}", shown)


def sent_id(found: Mapping[str, Any], name: str) -> str:
    """The id of what was sent. Raises AmbiguousError when the answer does not tell it."""
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise AmbiguousError("Meta took the message but its answer cannot be read.")
    return value


def own_delivery(value: Any) -> int | None:
    """Our delivery's number in what the provider echoes ("outbox:7"), or None."""
    name, _colon, number = str(value or "").partition(":")
    return whole_number(number) if name == "outbox" else None
