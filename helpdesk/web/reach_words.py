"""The words by which everything is reached: the command palette and what calls for attention."""

from __future__ import annotations

from django.utils.translation import gettext as _

from helpdesk.web.plurals import Words


def reach() -> Words:
    """Every word of the palette."""
    return {
        "palette.commands": _("Commands"),
        "palette.templates": _("Templates"),
        "palette.texts": _("Found in messages"),
        "palette.none": _("Nothing fits “{q}”"),
        "palette.offline": _("The server gave no answer: only what is on the screen was searched."),
        "call.given": _("{name} was given to you"),
        "call.wrote": _("{name} wrote"),
        "command.reply": _("Write a reply"),
        "command.note": _("Write a note"),
        "command.templates": _("Insert a template"),
        "command.search": _("Search messages, notes and customers"),
        "command.keys": _("Show the keyboard map"),
        "command.inbox": _("Go to the inbox"),
        "command.go": _("Go to: {name}"),
        "command.view": _("Show the list: {name}"),
        "command.presence": _("I am: {name}"),
        "command.theme": _("Look: {name}"),
    }
