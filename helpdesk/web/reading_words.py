"""Words for what the reader of a mail noted: encrypted, signed, cut, broken."""

from __future__ import annotations

from django.utils.translation import gettext as _

from helpdesk.web.plurals import Words


def reading() -> Words:
    """One line each, above the words of a mail."""
    return {
        "reading.encrypted": _(
            "This mail is encrypted and cannot be read here. It is attached as it came."
        ),
        "reading.signed": _("Signed by its sender; the signature was not checked."),
        "reading.file": _("A file was too large and was left out. The mail itself is kept whole."),
        "reading.cut": _("This mail is too large to be shown whole. The mail itself is kept."),
        "reading.plain": _("The layout of this mail could not be made safe: this is its text."),
        "reading.broken": _("A part of this mail could not be read. It is attached as it came."),
    }
