"""Words of what goes with templates: their files, and proposing them from the composer."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.web.plurals import Words


def content() -> Words:
    """Every word, in the active language."""
    return {
        "tfile.none": _("This channel carries no files. Left out: {names}"),
        "tfile.big": _("Too large for this channel. Left out: {names}"),
        "command.propose": _("Propose what I wrote as a template"),
        "propose.any": _("Any"),
        "propose.new": _("A new template"),
        "propose.variant": _("New words for “{name}”"),
        "propose.empty": _("A proposal needs a name and words."),
        "propose.done": _("Proposed. Supervisors accept or refuse it."),
        "gap.number": pgettext("gap", "number"),
        "gap.e-mail": pgettext("gap", "e-mail address"),
        "gap.phone": pgettext("gap", "phone number"),
        "gap.address": pgettext("gap", "address"),
        "thread.byrule": _("Rule “{name}”"),
        "forme.proposals": _("Proposed templates"),
        "forme.proposals.more": _("Read, accept or refuse them"),
    }
