"""Leads: caught in a conversation, with a purpose agreed to, and followed until won or lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.events import Kind, locked, record
from helpdesk.models import (
    Agent,
    Conversation,
    Lead,
    LeadStatus,
    Purpose,
)
from helpdesk.permissions import agents_for
from helpdesk.services import consents
from helpdesk.services.assignments import NotEligibleError
from helpdesk.services.conversations import IllegalTransitionError
from helpdesk.services.text import clean, clean_line, mask_cards

# A lead that was given up or bought may come back; nothing becomes new again.
TRANSITIONS: dict[str, frozenset[str]] = {
    LeadStatus.NEW: frozenset({LeadStatus.CONTACTED, LeadStatus.LOST}),
    LeadStatus.CONTACTED: frozenset({LeadStatus.WON, LeadStatus.LOST}),
    LeadStatus.WON: frozenset({LeadStatus.CONTACTED}),
    LeadStatus.LOST: frozenset({LeadStatus.CONTACTED}),
}
MAX_VALUE = Decimal("999999999999.99")
_CURRENCY = re.compile(r"[A-Z]{3}")
_FILLABLE = ("name", "email", "phone", "need", "budget")


class InvalidLeadError(ValueError):
    """Something that was typed cannot be right; `field` names it, the text is for the agent."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who the lead is and what he wants. `phone` with its country code, in any spelling."""

    name: str = ""
    email: str = ""
    phone: str = ""
    need: str = ""
    budget: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What to change of a lead; None leaves it. owner: 0 takes the owner away."""

    status: str | None = None
    owner: int | None = None
    value: Decimal | None = None
    currency: str | None = None


def typed_email(text: str) -> str:
    """An e-mail address as we keep it; "" for none. Raises InvalidLeadError."""
    address = clean_line(text, 400)
    if not address:
        return ""
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidLeadError("email", _("This is not an e-mail address.")) from None
    name, _at, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"


def typed_phone(text: str) -> str:
    """A number as E.164: two spellings of it are one; "" for none. Raises InvalidLeadError."""
    typed = clean_line(text, 64)
    if not typed:
        return ""
    try:
        number = phonenumbers.parse(typed, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        msg = _("Write the number with its country code, like +48 601 234 567.")
        raise InvalidLeadError("phone", msg)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _checked(contact: Contact) -> dict[str, str]:
    email, phone = typed_email(contact.email), typed_phone(contact.phone)
    if not email and not phone:
        raise InvalidLeadError("email", _("Write an e-mail address or a phone number."))
    return {
        "name": mask_cards(clean_line(contact.name, 200)),
        "email": email,
        "phone": phone,
        "need": mask_cards(clean(contact.need, 4000).strip()),
        "budget": mask_cards(clean_line(contact.budget, 80)),
    }


def capture(
    conversation_id: int,
    contact: Contact,
    *,
    consent: str,
    by: Agent | None,
    consent_at: datetime | None = None,
) -> tuple[Lead, bool]:
    """Keep who may buy; (lead, created). `consent` says what he agreed to, in words he saw.

    One lead for an address or number of a conversation: a repeat fills in what was empty and
    overwrites nothing. Raises InvalidLeadError, Conversation.DoesNotExist.
    """
    purpose = clean_line(consent, 200)
    if not purpose:
        raise InvalidLeadError("consent", _("Without consent nothing may be kept."))
    facts = _checked(contact)
    with locked(conversation_id) as conversation:
        lead = _known(conversation, facts["email"], facts["phone"])
        if lead is not None:
            _fill_in(lead, facts)
            return lead, False
        lead = Lead.objects.create(
            customer=conversation.customer,
            conversation=conversation,
            inbox=conversation.inbox,
            owner=by,
            consent=purpose,
            consent_at=consent_at or datetime.now(UTC),
            **facts,
        )
        consents.record(
            conversation.customer,
            Purpose.MARKETING,
            by=by,
            text=purpose,
            language=conversation.language,
            source=f"conversation {conversation.pk}",
            given_at=lead.consent_at,
        )
        record(conversation, Kind.LEAD_CAPTURED, by=by, payload={"lead": lead.pk})
    return lead, True


def _known(conversation: Conversation, email: str, phone: str) -> Lead | None:
    same = Q(email__iexact=email) if email else Q()
    same |= Q(phone=phone) if phone else Q()
    return Lead.objects.filter(same, conversation=conversation).order_by("pk").first()


def _fill_in(lead: Lead, facts: dict[str, str]) -> None:
    missing = [name for name in _FILLABLE if facts[name] and not getattr(lead, name)]
    for name in missing:
        setattr(lead, name, facts[name])
    if missing:
        lead.save(update_fields=[*missing, "updated_at"])


@contextmanager
def _held(lead: Lead) -> Iterator[tuple[Lead, Conversation | None]]:
    """The lead and its conversation, both locked in this order; a lead outlives the latter."""
    if lead.conversation_id is None:
        with transaction.atomic():
            yield Lead.objects.select_for_update().get(pk=lead.pk), None
        return
    with locked(lead.conversation_id) as conversation:
        yield Lead.objects.select_for_update().get(pk=lead.pk), conversation


def change(lead: Lead, wanted: Change, *, by: Agent | None) -> Lead:
    """Follow a lead up: its status, owner and value. What is so already makes no event.

    Raises IllegalTransitionError, InvalidLeadError, NotEligibleError (an owner who may not see
    the inbox), Lead.DoesNotExist.
    """
    with _held(lead) as (held, conversation):
        changed: dict[str, list[str]] = {}
        for name, value in _wanted(held, wanted).items():
            before = getattr(held, name)
            if before != value:
                changed[name.removesuffix("_id")] = [_plain(before), _plain(value)]
                setattr(held, name, value)
        if changed:
            held.save(update_fields=[*changed, "updated_at"])
            if conversation is not None:
                facts = {"lead": held.pk, "changed": changed}
                record(conversation, Kind.LEAD_CHANGED, by=by, payload=facts)
    return held


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _wanted(lead: Lead, wanted: Change) -> dict[str, object]:
    """The columns that a change names, checked."""
    columns: dict[str, object] = {}
    if wanted.status is not None:
        if wanted.status != lead.status and wanted.status not in TRANSITIONS[lead.status]:
            msg = f"a lead cannot go from {lead.status} to {wanted.status}"
            raise IllegalTransitionError(msg)
        columns["status"] = wanted.status
    if wanted.owner is not None:
        if wanted.owner and not agents_for(lead.inbox).filter(pk=wanted.owner).exists():
            msg = _("This agent does not work in the lead's inbox.")
            raise NotEligibleError(msg)
        columns["owner_id"] = wanted.owner or None
    if wanted.value is not None:
        columns["value"] = _value(wanted.value)
    if wanted.currency is not None:
        columns["currency"] = _code(wanted.currency) if wanted.currency else ""
    value = columns.get("value", lead.value)
    if value is not None and not columns.get("currency", lead.currency):
        raise InvalidLeadError("currency", _("A value needs its currency."))
    return columns


def _value(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value <= MAX_VALUE:
        raise InvalidLeadError("value", _("This is not an amount."))
    return value.quantize(Decimal("0.01"))


def _code(text: str) -> str:
    """A currency as ISO 4217 writes it: three capitals. Raises InvalidLeadError."""
    code = text.strip().upper()
    if not _CURRENCY.fullmatch(code):
        raise InvalidLeadError("currency", _("Write the currency with three letters, like EUR."))
    return code
