"""What Twilio's error codes mean for a send, and what the agent is told."""

from __future__ import annotations

from helpdesk.adapters import (
    ChannelBrokenError,
    OptedOutError,
    PermanentError,
    SendError,
    TransientError,
)
from helpdesk.outbound_http import Answer

PERMANENT = frozenset(
    {
        "21211", "21214", "21408", "21614", "21617",
        "21623", "63003", "63016", "63024", "30004", "30005", "30006", "30007", "30034",
    }
)  # fmt: skip
OPTED_OUT = "21610"
TRANSIENT = frozenset({"20429", "30001", "30003", "30008"})
BROKEN = frozenset({"20003", "20005", "30002"})

_TEXTS = {
    "20003": "Twilio refuses our credentials.",
    "20005": "The Twilio account is not active.",
    "20429": "Twilio asks us to slow down.",
    "21211": "This is not a valid phone number.",
    "21214": "This phone number cannot be reached.",
    "21408": "Sending to this country is not allowed for this account.",
    "21610": "The customer has opted out of text messages (STOP).",
    "21614": "This number cannot receive text messages.",
    "21617": "The text is too long.",
    "21623": "At most 10 files in one message.",
    "63003": "This number is not on WhatsApp.",
    "63016": "WhatsApp allows free words only within 24 hours of the customer's last message.",
    "63024": "This number is not on WhatsApp.",
    "30001": "Twilio's queue is full.",
    "30002": "The Twilio account is suspended.",
    "30003": "The phone is switched off or out of reach.",
    "30004": "The message was blocked.",
    "30005": "This number does not exist.",
    "30006": "This is a landline or a carrier that takes no text messages.",
    "30007": "The carrier filtered the message as unwanted.",
    "30008": "The carrier did not say why the message failed.",
    "30034": "Our number is not registered for sending to this country.",
}


def text_of(code: str, fallback: str = "") -> str:
    """A sentence for the agent; the provider's own text where the code is not known."""
    return _TEXTS.get(code) or fallback or f"Twilio error {code or 'without a code'}."


def error_of(answer: Answer) -> SendError:
    """The error of an answer that is not 2xx: by code, then by status.

    Twilio warns that codes change: an unknown 4xx is final, an unknown 5xx is worth a retry.
    """
    document = answer.json()
    code = str(document.get("code") or "")
    text = text_of(code, str(document.get("message") or "")[:300] or f"HTTP {answer.status}.")
    shown = code or str(answer.status)
    if code in BROKEN or answer.status == 401:
        return ChannelBrokenError(text, shown)
    if code == OPTED_OUT:
        return OptedOutError(text, shown)
    if code in PERMANENT:
        return PermanentError(text, shown)
    if code in TRANSIENT or answer.status in (408, 425, 429) or answer.status >= 500:
        return TransientError(text, shown, answer.retry_after)
    return PermanentError(text, shown)
