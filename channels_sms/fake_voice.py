"""A fake Twilio Voice: the signed status callbacks of made-up calls, in the order of the real ones.

Standard library only (helpdesk.sandbox). Nothing is sent by it: it answers no call of the API.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode

from channels_sms.providers.twilio_signature import signature
from helpdesk.sandbox.caller import Webhook
from helpdesk.sandbox.fakes import Call, HttpFake, Reply, json_reply

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
AGENT = "+15005550111"
# What each kind of call tells: (line, CallStatus); "" is the caller's, "a" and "b" are phones.
PLOTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "answered": (
        ("", "ringing"), ("", "in-progress"), ("a", "initiated"), ("a", "ringing"),
        ("b", "ringing"), ("a", "in-progress"), ("b", "canceled"), ("a", "completed"),
        ("", "completed"),
    ),
    "rang_in_vain": (
        ("", "ringing"), ("", "in-progress"), ("a", "ringing"), ("b", "ringing"),
        ("a", "no-answer"), ("b", "no-answer"), ("", "completed"),
    ),
    "direct": (("", "ringing"), ("", "in-progress"), ("", "completed")),
    "missed": (("", "ringing"), ("", "no-answer")),
}  # fmt: skip


class TwilioVoiceFake(HttpFake):
    """Account sid and auth token are whatever the caller uses: both sides are ours."""

    name = "twilio_voice"
    prefixes = ("/twilio_voice/",)

    def handle(self, call: Call) -> Reply:
        """There is no call of the API that we make."""
        return self.refusal(404, 20404, 0)

    def refusal(self, status: int, code: int, seconds: float) -> Reply:
        """Twilio's error document."""
        return json_reply(status, {"code": code, "message": "not here", "status": status})

    def webhooks(self, order: Mapping[str, Any]) -> list[Webhook]:
        """One call. Needs `account_sid`, `auth_token`, `to` (our number), `text` (one of PLOTS).

        seconds: how long they talked. recorded: a recording is told of too, whose callback names
        neither number. signed_url: the hook as the product spells it (PUBLIC_BASE_URL).
        """
        own = _new("CA")
        phones = {"a": _new("CA"), "b": _new("CA")}
        steps = PLOTS[str(order["text"])]
        talked = str(int(order.get("seconds", 42)))
        hooks = []
        for number, (line, status) in enumerate(steps):
            params = {
                "CallSid": phones[line] if line else own,
                "From": str(order["from"]),
                "To": AGENT if line else str(order["to"]),
                "Direction": "outbound-dial" if line else "inbound",
                "CallStatus": status,
                "SequenceNumber": str(number),
                "Timestamp": formatdate(usegmt=True),
            }
            if line:
                params["ParentCallSid"] = own
            if status == "completed":
                params["CallDuration"] = talked
            hooks.append(_signed(order, params))
        if order.get("recorded"):
            params = {
                "CallSid": own,
                "RecordingSid": _new("RE"),
                "RecordingStatus": "completed",
                "RecordingUrl": f"{self.base_url}/recordings/1".replace("http:", "https:"),
                "RecordingStartTime": formatdate(usegmt=True),
            }
            hooks.append(_signed(order, params))
        return hooks


def _signed(order: Mapping[str, Any], params: Mapping[str, str]) -> Webhook:
    whole = {"AccountSid": str(order["account_sid"]), "ApiVersion": "2010-04-01", **params}
    url = str(order.get("signed_url") or order["hook"])
    headers = {
        **_FORM,
        "X-Twilio-Signature": signature(str(order["auth_token"]), url, whole.items()),
    }
    key = f"{whole['CallSid']}:{whole.get('SequenceNumber', 'recording')}"
    return Webhook(key, str(order["hook"]), urlencode(whole).encode(), headers, tries=3)


def _new(prefix: str) -> str:
    return prefix + secrets.token_hex(16)
