"""What Vonage's status and error codes mean for a send, and what the agent is told."""

from __future__ import annotations

from helpdesk.adapters import ChannelBrokenError, PermanentError, SendError, TransientError
from helpdesk.outbound_http import Answer

TRANSIENT = frozenset({"1", "5", "10", "429"})
BROKEN = frozenset({"2", "4", "8", "9", "14", "32", "33", "401", "403"})
_SENDING = {
    "1": "Vonage asks us to slow down.",
    "4": "Vonage refuses our credentials.",
    "5": "Vonage has a fault of its own.",
    "6": "Vonage cannot send to this number.",
    "7": "This number is barred.",
    "8": "The Vonage account is barred.",
    "9": "The Vonage account has no money left.",
    "14": "Vonage refuses our signature.",
    "15": "Our sender number is not allowed there.",
    "22": "This is not a valid network code.",
    "29": "This number is not on the test list of the Vonage account.",
    "34": "This is not a phone number.",
}
_DELIVERY = {
    "1": "The phone could not be found.",
    "2": "The phone is switched off or out of reach for now.",
    "3": "The phone is out of reach for good.",
    "4": "The phone's owner or operator bars texts.",
    "5": "The number was taken to another operator, who could not be found.",
    "6": "The operator took it for spam.",
    "7": "The phone is busy.",
    "8": "The network has a fault.",
    "9": "The phone does not accept this text.",
    "10": "The text was rejected.",
    "12": "The text was longer than the operator takes.",
    "15": "Our sender number is not allowed there.",
    "99": "The operator did not say why the message failed.",
}


def text_of(code: str) -> str:
    """Why a text did not arrive, for the agent."""
    return _DELIVERY.get(code, f"Vonage error {code[:20] or 'without a code'}.")


def error_of(status: str, said: str, answer: Answer) -> SendError:
    """The error of a refused send: by Vonage's status, or that of HTTP."""
    text = _SENDING.get(status) or said[:300] or f"Vonage error {status[:20]}."
    if status in BROKEN:
        return ChannelBrokenError(text, status)
    if status in TRANSIENT or (len(status) == 3 and status >= "500"):
        return TransientError(text, status, answer.retry_after)
    return PermanentError(text, status)
