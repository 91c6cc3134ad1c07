"""Values of custom fields: checked against their definitions, kept as plain JSON.

Text is a string, a number a string of digits as it was typed ("12.50": no float rounds it), a
date "2026-11-22", a choice one of its words, a flag true; what is empty is not kept at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.models import CustomField, FieldKind
from helpdesk.services.text import clean_line, mask_cards

LONGEST = 500
DIGITS = 30


class _WrongError(ValueError):
    """The value is none of its kind; the text is for the agent."""


def checked(
    given: Mapping[str, Any],
    before: Mapping[str, Any],
    definitions: Iterable[CustomField],
    faults: dict[str, str],
) -> dict[str, Any]:
    """The values with what was given put in; whatever is wrong goes to `faults` by fields.<key>.

    Values of a definition that is gone stay as they are.
    """
    known = {one.key: one for one in definitions}
    values = dict(before)
    for key, value in given.items():
        definition = known.get(key)
        if definition is None:
            faults[f"fields.{key[:80]}"] = _("There is no such field.")
            continue
        try:
            kept = (
                None if value is None or value == "" else _READ[definition.kind](definition, value)
            )
        except _WrongError as wrong:
            faults[f"fields.{key}"] = str(wrong)
            continue
        if kept is None:
            values.pop(key, None)
        else:
            values[key] = kept
    return values


def _text(_definition: CustomField, value: object) -> str | None:
    if not isinstance(value, str):
        raise _WrongError(_("This is not a text."))
    text = mask_cards(clean_line(value, LONGEST + 1))
    if len(text) > LONGEST:
        raise _WrongError(_("At most %(limit)s characters.") % {"limit": LONGEST})
    return text or None


def _number(_definition: CustomField, value: object) -> str:
    plain = str(value).strip().replace(",", ".").replace("\u2212", "-")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise _WrongError(_("This is not a number.")) from None
    if isinstance(value, bool) or not number.is_finite() or len(plain) > DIGITS:
        raise _WrongError(_("This is not a number."))
    text = f"{number:f}"
    if len(text) > DIGITS:
        raise _WrongError(_("This is not a number."))
    return text


def _date(_definition: CustomField, value: object) -> str:
    try:
        return date.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise _WrongError(_("Write the date like 2026-11-22.")) from None


def _choice(definition: CustomField, value: object) -> str:
    if value not in definition.choices:
        raise _WrongError(_("This is none of the choices."))
    return str(value)


def _flag(_definition: CustomField, value: object) -> bool | None:
    if not isinstance(value, bool):
        raise _WrongError(_("Say yes or no."))
    return value or None


_READ: dict[str, Callable[[CustomField, object], str | bool | None]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.CHOICE: _choice,
    FieldKind.FLAG: _flag,
}
