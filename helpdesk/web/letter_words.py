"""Words of letters: recipients, the signature, and what is odd about a sender."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.web.plurals import Words


def letters() -> Words:
    """Every word of a letter's head and foot, in the active language."""
    return {
        "letter.to": pgettext("recipient", "To"),
        "letter.cc": _("Cc"),
        "letter.bcc": _("Bcc"),
        "letter.change": _("Cc, Bcc"),
        "letter.done": _("Done"),
        "letter.signed": _("Add the signature"),
        "letter.unsigned": _("Without signature"),
        "letter.outside": _("from their own mail program"),
        "letter.elsewhere": _("Answers are to go to another domain, {domain}. Do you know it?"),
        "letter.reply_to_elsewhere": _("{from} asks for answers at another domain: {address}."),
        "letter.dmarc_failed": _("The domain of {from} says that this mail is not from there."),
        "letter.lookalike": _("{from} only looks like {resembles}. It is not an address of yours."),
        "letter.named_elsewhere": _("The sender is named {name}, but wrote from {from}."),
        "letter.lying_link": _("A link names one place and leads to another: {hosts}."),
        "letter.agent_unverified": _(
            "{from} is a colleague's address, but nothing proves that they wrote this."
        ),
        "letter.unverified_sender": _(
            "Not verified: {from} takes no part in this conversation, but answered a mail of it."
        ),
        "letter.possible_follow_up": _("May belong to #{id}, in which {from} takes no part."),
        "letter.missed": _("Some copies were refused. {why}"),
        "letter.open": _("Open #{id}"),
        "letter.offered": _("It says that it was forwarded from {address}."),
        "letter.requester": _("Make {name} the customer"),
    }
