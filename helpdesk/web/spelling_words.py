"""The words of the spelling suggestions."""

from __future__ import annotations

from django.utils.translation import gettext as _

from helpdesk.web.plurals import Words


def spelling() -> Words:
    """What stands below an answer."""
    return {
        "spelling.take": _("Write “{word}” for “{wrong}”"),
        "spelling.taken": _("Written: {word}"),
        "spelling.learn": _("Add to dictionary"),
        "spelling.learn.word": _("“{word}” is right: add it to the dictionary"),
        "spelling.learnt": _("“{word}” is in the dictionary"),
    }
