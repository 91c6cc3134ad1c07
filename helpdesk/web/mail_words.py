"""Words of a mail as it was written: its pictures, and who may load them; files of a draft."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.web.plurals import SAMPLES, Words


def mail() -> Words:
    """Every word of an opened mail that is its own, in the active language."""
    return {
        "mail.pictures": {
            key: ngettext(
                "{n} picture from {hosts} is not loaded.",
                "{n} pictures from {hosts} are not loaded.",
                n,
            )
            for key, n in SAMPLES.items()
        },
        "mail.loaded": {
            key: ngettext(
                "{n} picture from {hosts} is loaded through Parley.",
                "{n} pictures from {hosts} are loaded through Parley.",
                n,
            )
            for key, n in SAMPLES.items()
        },
        "mail.trackers": {
            key: ngettext(
                "{n} invisible picture that reports when it is read was left out.",
                "{n} invisible pictures that report when they are read were left out.",
                n,
            )
            for key, n in SAMPLES.items()
        },
        "mail.load": _("Show the pictures of this mail"),
        "mail.always": _("Always for this sender"),
        "mail.always.on": _("Pictures of this sender are always shown."),
        "mail.always.off": _("Ask again"),
        "file.many": _("At most {limit} files in one message."),
    }
