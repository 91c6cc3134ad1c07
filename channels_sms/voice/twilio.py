"""Twilio Voice: status callbacks of calls and of their recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from channels_sms.adapter import e164
from channels_sms.params import pairs, payload, told
from channels_sms.providers.twilio_signature import is_signed
from channels_sms.voice.adapter import VoiceAdapter
from helpdesk.adapters import (
    Ignored,
    Parsed,
    Person,
    Raw,
    RefusedError,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import Inbox
from helpdesk.records import CallReport

_STATES = {
    "queued": "queued",
    "initiated": "queued",
    "ringing": "ringing",
    "in-progress": "in_progress",
    "answered": "in_progress",
    "completed": "completed",
    "busy": "busy",
    "failed": "failed",
    "no-answer": "no_answer",
    "canceled": "canceled",
}


class TwilioVoiceAdapter(VoiceAdapter):
    """One Twilio number whose calls are logged.

    inbox.address: our number. inbox.settings: `account_sid`. inbox.secrets: `auth_token`. The
    webhook is the number's StatusCallback, and the RecordingStatusCallback.
    """

    provider = "twilio_voice"
    label = "Twilio Voice"

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Refuse what Twilio did not sign, and what is for another account or number."""
        if request.method != "POST":
            raise RefusedError("not a POST")
        params = told(request)
        given = request.headers.get("x-twilio-signature", "")
        token = str(inbox.secrets.get("auth_token") or "")
        if not is_signed(token, request.url, params.items(), given):
            raise RefusedError("bad signature")
        sid = inbox.settings.get("account_sid", "")
        if not sid or params.get("AccountSid") != sid:
            raise RefusedError("another account")
        ours = "" if params.get("ParentCallSid") else _ends(params)[1]
        if ours and inbox.address and ours != e164(inbox.address):
            raise RefusedError("another number")

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """One call of ours, one event: by CallSid and SequenceNumber, or the recording's state."""
        params, (content_type, body) = told(request), payload(request)
        recording = params.get("RecordingSid")
        step = params.get("SequenceNumber") or params.get("CallStatus", "")
        if recording:
            step = f"{recording}:{params.get('RecordingStatus', '')}"
        return [Raw(f"{params.get('CallSid', '')}:{step}", body, {"content-type": content_type})]

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """Empty TwiML: the call goes on as its own instructions say."""
        return b"<Response/>", "text/xml"

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """One report: of the call, of a phone that it made ring, or of a recording, whose
        callback names neither end.
        """
        try:
            params = dict(pairs(raw.headers.get("content-type", ""), raw.body))
        except ValueError as error:
            raise UnreadableError(f"not a form: {error}") from None
        if not params.get("CallSid"):
            raise UnreadableError("no CallSid")
        leg, recording = params.get("ParentCallSid"), params.get("RecordingSid")
        theirs = "" if leg else _ends(params)[0]
        if not (theirs or leg or recording):
            return [Ignored("no caller's number")]
        status = params.get("CallStatus", "")
        if not recording and status not in _STATES:
            return [Ignored(f"unknown status {status[:60]}")]
        return [_report(inbox, theirs, params)]


def _ends(params: Mapping[str, str]) -> tuple[str, str]:
    """Their number and ours; "" for what is not told (a recording's callback names neither)."""
    ends = [e164(params.get("From", "")), e164(params.get("To", ""))]
    if not params.get("Direction", "inbound").startswith("inbound"):
        ends.reverse()
    return ends[0], ends[1]


def _report(inbox: Inbox, theirs: str, params: Mapping[str, str]) -> CallReport:
    inbound = params.get("Direction", "inbound").startswith("inbound")
    recorded = params.get("RecordingStatus") == "completed"
    parent, own = params.get("ParentCallSid", ""), params["CallSid"]
    return CallReport(
        id=parent or own,
        line=own if parent else "",
        person=Person("phone", theirs, verified=True, label=theirs),
        way="in" if inbound else "out",
        state=_state(params, inbound=inbound),
        sequence=_number(params.get("SequenceNumber", "")),
        ours="" if parent else _ends(params)[1],
        at=_moment(params.get("Timestamp") or params.get("RecordingStartTime") or ""),
        seconds=_number(params.get("CallDuration", "")),
        recording_url=params.get("RecordingUrl", "") if recorded else "",
    )


def _state(params: Mapping[str, str], *, inbound: bool) -> str:
    """Twilio "answers" a caller by itself, to say its words: who talks is told of the phones."""
    if params.get("RecordingSid"):
        return ""
    state = _STATES[params["CallStatus"]]
    by_itself = inbound and state == "in_progress" and not params.get("ParentCallSid")
    return "ringing" if by_itself else state


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _moment(text: str) -> datetime | None:
    """RFC 2822, as Twilio writes it."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None
