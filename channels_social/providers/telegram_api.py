"""Calls to the Bot API, and what its errors mean. Its URLs hold the token: never shown."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from channels_social.providers import media
from channels_social.providers.media import Got
from helpdesk import outbound_http
from helpdesk.adapters import (
    AmbiguousError,
    ChannelBrokenError,
    OutboundFile,
    PermanentError,
    SendError,
    Sent,
    TransientError,
)
from helpdesk.models import Inbox, Missing

API_BASE = "https://api.telegram.org"
FIELDS = {"sendPhoto": "photo", "sendVideo": "video", "sendAudio": "audio"}
MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
_PAUSES = (0.0, 0.5, 1.5)
# No new try after this: the worker holds the payload for a minute only.
_PATIENCE_SECONDS = 25.0
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One method call; a file makes it multipart."""

    method: str
    fields: dict[str, str]
    file: OutboundFile | None = None


def message_key(chat_id: object, message_id: object) -> str:
    """Our external id of a message: Telegram numbers messages per chat only."""
    return f"{chat_id}:{message_id}"


def call_for_id(inbox: Inbox, call: Call, *, again: bool = False) -> Sent:
    """Make a sending call; raise a SendError unless Telegram says which message it became."""
    with outbound_http.as_send_errors():
        if call.file is None:
            answer = outbound_http.post(_url(inbox, call.method), json=call.fields)
        else:
            content = (call.file.name, call.file.data, call.file.content_type)
            field = FIELDS.get(call.method, "document")
            answer = outbound_http.post(
                _url(inbox, call.method), form=call.fields, files=[(field, content)]
            )
    result = answer.json().get("result")
    if not answer.ok or answer.json().get("ok") is False:
        moved = _moved_to(answer)
        if moved and not again:  # the group became a supergroup: its news of that comes by itself
            there = Call(call.method, {**call.fields, "chat_id": moved}, call.file)
            return call_for_id(inbox, there, again=True)
        raise _error_of(answer)
    if not isinstance(result, dict) or "message_id" not in result:
        raise AmbiguousError("Telegram took the message but its answer cannot be read.")
    return Sent(message_key(call.fields["chat_id"], result["message_id"]))


def ask(inbox: Inbox, method: str, fields: dict[str, Any]) -> Any:
    """The result of a call that sends nothing to a customer. Raises a SendError."""
    with outbound_http.as_send_errors():
        answer = outbound_http.post(_url(inbox, method), json=fields)
    if not answer.ok or answer.json().get("ok") is not True:
        raise _error_of(answer)
    return answer.json().get("result")


def _moved_to(answer: outbound_http.Answer) -> str:
    parameters = answer.json().get("parameters")
    moved = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None
    return str(moved) if isinstance(moved, int) else ""


def download(inbox: Inbox, file_id: str) -> Got:
    """The bytes of a file a customer sent (at most 20 MB), or why it cannot be had.

    Never raises: the customer's text must not wait for it.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    for pause in _PAUSES:
        if time.monotonic() > until:
            break
        time.sleep(pause)
        try:
            return _download(inbox, file_id)
        except (outbound_http.ForbiddenError, outbound_http.TooBigError) as error:
            _logger.warning("file not fetched: %s", error)
            return media.why(error)
        except outbound_http.OutboundError as error:
            _logger.warning("file not fetched, trying again: %s", error)
    return Missing.LATE


def _download(inbox: Inbox, file_id: str) -> Got:
    found = outbound_http.post(_url(inbox, "getFile"), json={"file_id": file_id})
    if media.busy(found):
        raise outbound_http.NotSentError(f"HTTP {found.status}")
    result = found.json().get("result")
    path = result.get("file_path") if isinstance(result, dict) else None
    if not isinstance(path, str) or ".." in path:
        return Missing.GONE
    home = urlsplit(_base(inbox)).hostname
    answer = outbound_http.get(
        f"{_base(inbox)}/file/bot{_token(inbox)}/{quote(path)}",
        max_bytes=MAX_DOWNLOAD_BYTES,
        allowed=lambda host: host == home,
    )
    if media.busy(answer):
        raise outbound_http.NotSentError(f"HTTP {answer.status}")
    # Telegram says of no file what it is: a page is somebody else's answer.
    page = answer.headers.get("content-type", "").startswith("text/html")
    return answer.body if answer.ok and not page else Missing.GONE


def _base(inbox: Inbox) -> str:
    return str(inbox.settings.get("api_base") or API_BASE).rstrip("/")


def _token(inbox: Inbox) -> str:
    return quote(str(inbox.secrets.get("bot_token", "")), safe=":")


def _url(inbox: Inbox, method: str) -> str:
    return f"{_base(inbox)}/bot{_token(inbox)}/{method}"


def _error_of(answer: outbound_http.Answer) -> SendError:
    document = answer.json()
    said_code = document.get("error_code")
    code = said_code if isinstance(said_code, int) else answer.status
    said = str(document.get("description") or f"HTTP {answer.status}")[:300]
    parameters: Any = document.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if code == 429:
        wait = parameters.get("retry_after")
        seconds = float(wait) if isinstance(wait, int | float) else answer.retry_after
        return TransientError("Telegram asks us to slow down.", "429", seconds)
    if code in (401, 404):
        return ChannelBrokenError("Telegram refuses our bot token.", str(code))
    if code == 403:
        return PermanentError("The customer has blocked our bot or left the chat.", "403")
    if "migrate_to_chat_id" in parameters:
        return PermanentError("The group has moved to a new address.", "migrated")
    if code in (408, 425) or code >= 500:
        return TransientError(f"Telegram has a problem: {said}", str(code), answer.retry_after)
    return PermanentError(f"Telegram refused the message: {said}", str(code))
