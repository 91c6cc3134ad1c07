"""What every SMS gateway has in common."""

from __future__ import annotations

import phonenumbers
from django.utils.translation import gettext_lazy as _

from helpdesk.adapters import Capabilities, Outgoing, PermanentError

MAX_CHARS = 1600
NEW_PAGE = ("phone-new", _("New number"), "sms")


class SmsAdapter:
    """Base of the gateways: constants of the channel and the checks before any send.

    A text that could not be sent within an hour is not sent at all: an answer that arrives
    in the night is worse than a visible failure.
    """

    channel = "sms"
    setup_page = "phone-setup"
    new_page = NEW_PAGE
    icon = "sms"
    identity_kind = "phone"
    capabilities = Capabilities(
        max_chars=MAX_CHARS,
        max_attachment_bytes=0,
        echoes_id=True,
        expires_after=3600,
        opts_out=True,
        segments=True,
        splits=True,
    )


def e164(address: str) -> str:
    """`+48123456789` for a full international number; anything else (a short code, a sender
    name) as it came, trimmed.
    """
    address = address.strip()
    try:
        number = phonenumbers.parse(address, None)
    except phonenumbers.NumberParseException:
        return address
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_sendable(outgoing: Outgoing, *, files: bool = False) -> None:
    """Raise PermanentError for what no gateway would take, before anything is sent.

    files: this gateway carries files.
    """
    if (outgoing.files or outgoing.links) and not files:
        raise PermanentError("Text messages cannot carry files.", "files")
    if not outgoing.body.strip() and not outgoing.links:
        raise PermanentError("The text is empty.", "empty")
    if len(outgoing.body) > MAX_CHARS:
        raise PermanentError(f"The text is longer than {MAX_CHARS} characters.", "too_long")
