"""Any telephone system that can post JSON: signed with the time, idempotent by call and step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from channels_sms.adapter import e164
from channels_sms.providers.gateway import is_signed
from channels_sms.voice.adapter import VoiceAdapter
from helpdesk.adapters import (
    Parsed,
    Person,
    Raw,
    RefusedError,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import CallState, Inbox
from helpdesk.records import CallReport

_TEXTS = ("agent", "disposition", "reason_code", "notes", "recording_url")
_LONGEST_SEQUENCE = 10**12


class CtiAdapter(VoiceAdapter):
    """One telephone system.

    inbox.address: our number. inbox.secrets: `webhook_secret`, which signs as that of the HTTP
    gateway does (`X-Timestamp`, `X-Signature`). The document: `call_id`, `direction` (in, out),
    `customer` (their number), `state` (models.CallState) and `sequence`; if known `number` (ours),
    `at` (ISO 8601 with its zone), `seconds`, `hold_seconds`, `agent` (mail address),
    `disposition`, `reason_code`, `notes`, `recording_url` (https), `recording_notice`.
    """

    provider = "cti"
    label = "CTI webhook"

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Refuse who does not know the secret, who is late, and what is for another number."""
        secret = str(inbox.secrets.get("webhook_secret") or "")
        if request.method != "POST" or not secret or not is_signed(secret, request):
            raise RefusedError("bad signature")
        try:
            number = str(_document(request.body).get("number") or "")
        except UnreadableError:
            return
        if number and inbox.address and e164(number) != e164(inbox.address):
            raise RefusedError("another number")

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """One report, by the call's id and the step."""
        headers = {"content-type": request.content_type}
        try:
            told = _document(request.body)
            step = told.get("sequence")
            key = f"{told['call_id']}:{told.get('state', '') if step is None else step}"
        except (UnreadableError, KeyError):
            key = f"unread:{request.headers.get('x-signature', '')}"
        return [Raw(key, request.body, headers)]

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """It is stored."""
        return b'{"stored":true}', "application/json"

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """The report. UnreadableError when it lacks a call, a customer or a known state."""
        told = _document(raw.body)
        theirs, state = e164(_text(told, "customer")), _text(told, "state")
        name, way = _text(told, "call_id"), _text(told, "direction")
        if not name or not theirs or way not in {"in", "out"}:
            raise UnreadableError("call_id, customer and direction are needed")
        if state and state not in CallState.values:
            raise UnreadableError(f"unknown state {state[:40]}")
        report = CallReport(
            id=name,
            person=Person("phone", theirs, verified=True, label=theirs),
            way=way,
            state=state,
            sequence=_number(told.get("sequence")),
            ours=_text(told, "number") or inbox.address,
            at=_moment(_text(told, "at")),
            seconds=_number(told.get("seconds")),
            hold_seconds=_number(told.get("hold_seconds")),
            recording_notice=told.get("recording_notice") is True,
            **{one: _text(told, one) for one in _TEXTS},
        )
        return [report]


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise UnreadableError(f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise UnreadableError("not a JSON object")
    return found


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""


def _number(value: object) -> int:
    """A count; what is negative, too large or no number is none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LONGEST_SEQUENCE:
        return value
    return 0


def _moment(text: str) -> datetime | None:
    """A moment with its zone; one without is not to be trusted."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
