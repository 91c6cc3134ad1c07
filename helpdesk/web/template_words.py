"""The words of the template picker and of what the composer says about templates."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk import address_words
from helpdesk.models import Register
from helpdesk.web.plurals import Words


def templates() -> Words:
    """Every word, in the active language."""
    return {
        **{f"register.{value}": str(label) for value, label in Register.choices},
        "picker.anylanguage": pgettext("language", "Any language"),
        "picker.register": _("Another form of address than usual here: read it first."),
        "picker.language": _("Not in the customer's language: translate it or take another."),
        "picker.before": _("Already sent to this customer."),
        "picker.again": _("Twice word for word in this conversation: add words of your own."),
        "gap.optional": _("words to keep (Tab) or delete"),
        "address.mixed": _("Two forms of address in one text: {one} and {other}"),
    }


def address() -> dict[str, Any]:
    """The words by which lib/address.js knows a form of address."""
    return {"words": address_words.WORDS, "pairs": address_words.PAIRS}
