"""What PostgreSQL and people can't take is removed from every text that comes in."""

from __future__ import annotations

import re

from helpdesk.services import greetings

# C0 controls but tab, line feed and carriage return; lone surrogates; non-characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Marks that reorder or hide text: fine inside a message, a trap in a name or a file name.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_SPACE = re.compile(r"\s+")


def clean(text: str, limit: int) -> str:
    """Text that is safe to store: forbidden characters out, at most `limit` characters."""
    return _FORBIDDEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")[:limit]


def clean_line(text: str, limit: int) -> str:
    """One line: as clean(), without bidi controls and with white space folded."""
    return _SPACE.sub(" ", _BIDI.sub("", clean(text, limit * 4))).strip()[:limit]


def preview(text: str) -> str:
    """The line that the inbox shows: at most 160 characters, from below the greeting."""
    return clean_line(greetings.below(text[:1000]), 160)


# 13 to 19 digits, with a space or a hyphen between groups at most; not a part of a longer number,
# a word or an address. With a plus, up to 15 digits are a telephone number (E.164).
_LONG_NUMBER = re.compile(r"(?<![+\w/=-])\+?\d(?:[ -]?\d){12,18}(?![\w-])", re.ASCII)
_LONGEST_PHONE = 15
# The digits on the back of a card, where the words say that they are.
_CODE = re.compile(
    r"\b(cvv2?|cvc2?|csc|security code)\b([\s:=#-]{0,3}(?:is\s)?)(\d{3,4})(?!\d)", re.IGNORECASE
)
_BRANDS = re.compile(
    r"(?:4\d{12}|4\d{15}|4\d{18}"  # Visa
    r"|(?:5[1-5]|2[2-7])\d{14}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17}"  # Discover, UnionPay
    r"|35\d{14}|3(?:0[0-5]|[68]\d)\d{11})"  # JCB, Diners
)


def _luhn(digits: str) -> bool:
    doubled = (int(one) * 2 for one in digits[-2::-2])
    plain = sum(map(int, digits[-1::-2]))
    return (plain + sum(two - 9 if two > 9 else two for two in doubled)) % 10 == 0


def mask_cards(text: str) -> str:
    """The text with each payment card's number down to its last four digits.

    A number counts as a card's if a known brand uses its beginning and length and its check digit
    is right (ISO/IEC 7812), so that orders, tracking numbers and telephones stay.
    """

    def masked(found: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", found[0])
        phone = found[0][0] == "+" and len(digits) <= _LONGEST_PHONE
        if phone or not _BRANDS.fullmatch(digits) or not _luhn(digits):
            return found[0]
        return f"•••• {digits[-4:]}"

    return _CODE.sub(r"\1\2•••", _LONG_NUMBER.sub(masked, text))
