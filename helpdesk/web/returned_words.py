"""Words of mail that came back, of addresses that are left alone, and of machines."""

from __future__ import annotations

from django.utils.translation import gettext as _

from helpdesk.web.plurals import Words


def returned() -> Words:
    """Every word of the workspace's scripts about what became of a mail, in the active language."""
    return {
        "delivery.delayed": _("Late: the other side has not taken it yet"),
        "delivery.bounced": _("Came back: {why}"),
        "delivery.complained": _("Delivered, but reported as spam"),
        "delivery.anyway": _("Send anyway"),
        "bounce.no_such_user": _("there is no such address."),
        "bounce.full": _("the mailbox is full."),
        "bounce.too_big": _("it was too big."),
        "bounce.refused": _("the other side refused it."),
        "bounce.unreachable": _("the other side could not be reached."),
        "bounce.unknown": _("the other side did not take it."),
        "line.came_back": _("The mail to {address} came back: {why}"),
        "line.complained": _("The mail to {address} was reported as spam"),
        "line.automatic_stopped": _("Nothing automatic is sent here any more: {why}"),
        "loop.storm": _("too many mails in a few minutes"),
        "loop.ping_pong": _("a machine answers at once, again and again"),
        "loop.tokens": _("this mail went round several times"),
        "loop.received": _("this mail went round several times"),
        "alone.mark": _("Left alone"),
        "alone.lift": _("Write to it again"),
        "alone.lifted": _("Mail goes to {address} again."),
        "away.note": _("Automatic answer"),
        "call.returned": _("Your mail came back: {name}"),
    }
