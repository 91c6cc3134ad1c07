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


def you() -> Words:
    """The words of the agent's own page."""
    return {
        "you.none": _("This browser cannot show calls; perhaps the address is not https."),
        "you.denied": _(
            "Calls are forbidden in this browser. Allow notifications for this address in its"
            " settings."
        ),
        "you.off": _("This browser does not call you yet."),
        "you.on": _("This browser calls you, also while Parley is closed."),
        "you.failed": _("That did not work: {why}"),
        "you.unreached": _("No browser of yours was reached."),
        "you.unkept": _("This browser keeps nothing: it holds until you leave."),
    }
