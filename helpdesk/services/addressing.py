"""To whom an answer goes, and what is signed below it: kept with the message as it was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from helpdesk.adapters import Capabilities
from helpdesk.models import Agent, Conversation, Inbox
from helpdesk.selectors import recipients, signatures
from helpdesk.services.text import clean_line

MOST = 20
LENGTH = 320


class AddressError(ValueError):
    """An answer cannot go there; the text is for the agent."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """What the agent chose in the composer. to: "" is where the customer asks to be answered."""

    to: str = ""
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    signed: bool = True


def facts(
    conversation: Conversation,
    inbox: Inbox,
    chosen: Addressed | None,
    *,
    by: Agent,
    can: Capabilities | None,
) -> dict[str, Any]:
    """What the message keeps of it, on channels that write letters; {} on all others,
    and for a note (can is None).

    Each address is named once and none of ours is (K4). Raises AddressError.
    """
    if can is None or not can.signs:
        return {}
    chosen = chosen or Addressed()
    kept: dict[str, Any] = {}
    signature = signatures.of(conversation, inbox, by) if chosen.signed else ""
    if signature:
        kept["signature"] = signature
    if not (chosen.to or chosen.cc or chosen.bcc):
        return kept
    if len(chosen.cc) + len(chosen.bcc) > MOST:
        raise AddressError(_("At most %(n)d copies of one message.") % {"n": MOST})
    ours = recipients.own_addresses(inbox.channel)
    to = _address(chosen.to) if chosen.to else ""
    if to and recipients.without_tag(to) in ours:
        raise AddressError(_("%(address)s is an address of ours.") % {"address": to})
    seen = {to}
    addressed: dict[str, Any] = {"to": to}
    if to and to != recipients.suggested(conversation, inbox).to:
        addressed["name"] = ""  # whose address that is, nobody knows
    for name, given in (("cc", chosen.cc), ("bcc", chosen.bcc)):
        found = [one for one in map(_address, given) if recipients.without_tag(one) not in ours]
        addressed[name] = [one for one in dict.fromkeys(found) if one not in seen]
        seen |= set(found)
    return {**kept, "addressed": addressed}


def _address(given: str) -> str:
    """An address as it is kept. Raises AddressError, also for line breaks (SEC-30)."""
    text = given.strip()
    try:
        if len(text) > LENGTH or clean_line(text, LENGTH) != text:
            raise ValidationError("odd")
        validate_email(text)
    except ValidationError:
        raise AddressError(_("“%(address)s” is no e-mail address.") % {"address": text}) from None
    local, _sign, domain = text.rpartition("@")
    return f"{local}@{domain}".lower()
