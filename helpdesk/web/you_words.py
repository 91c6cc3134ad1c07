"""The words of the agent's own page, for its template and its script."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from helpdesk.services.preferences import CHOICES, UNDO_SECONDS
from helpdesk.web.composer_words import composer
from helpdesk.web.plurals import Words


def you() -> Words:
    """What the script says."""
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
        "you.picture": _("This browser cannot read that file as a picture."),
        "you.shown": _("Your photo is shown from now on."),
        "you.hidden": _("Your photo is gone."),
        "you.saved": _("Saved"),
    }


def events() -> dict[str, str]:
    """What is worth a call."""
    return {
        "offered": _("A chat is offered to me"),
        "assigned": _("A conversation is given to me"),
        "answered": _("A customer of mine writes"),
        "late": _("A customer of mine waits too long"),
        "mentioned": _("A colleague mentions or asks me"),
        "returned": _("A mail of mine came back"),
        "stopped": _("A mail loop was stopped (administrators)"),
        "unread": _("Something that came in cannot be read (supervisors)"),
    }


def ways() -> dict[str, str]:
    """How one can be called."""
    return {"sound": _("Sound"), "desktop": _("On the screen"), "push": _("When Parley is closed")}


def choices() -> dict[str, tuple[str, dict[Any, str]]]:
    """Label and values of each preference, in the words of the composer's menu."""
    said = composer()
    seconds = str(said["undo.seconds"])
    return {
        "undo_seconds": (
            _("Time to take an answer back"),
            {
                n: seconds.replace("{n}", str(n)) if n else str(said["undo.off"])
                for n in UNDO_SECONDS
            },
        ),
        "enter": (
            _("The Enter key"),
            {value: str(said[f"enter.{value}"]) for value in CHOICES["enter"]},
        ),
    }
