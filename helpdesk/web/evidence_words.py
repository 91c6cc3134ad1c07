"""How we know that an address is somebody's, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def said(evidence: str) -> str:
    """What programs noted is translated; what a person noted stays in his words."""
    known = {
        "first message": _("first message"),
        "imported list": _("imported list"),
        "signed by the site": _("signed by the site"),
        "signed webhook": _("signed webhook"),
        "typed by the customer": _("typed by the customer"),
        "wrote from it": _("wrote from it"),
    }
    return known.get(evidence, evidence)
