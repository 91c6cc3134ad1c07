"""Words of the composer: three modes, drafts, answers taken back, replies for later, ways."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from helpdesk.web.plurals import SAMPLES, Words


def composer() -> Words:
    """Every word of the composer that is its own, in the active language."""
    return {**_modes(), **_leaving(), **_later(), **_ways()}


def _modes() -> Words:
    return {
        "row.draft": _("Draft"),
        "send.ask": _("Ask"),
        "write.note": _("Write a note. @ calls a colleague."),
        "write.ask": _("Ask a colleague. The customer sees nothing."),
        "label.ask": _("Question to a colleague, not visible to the customer"),
        "hint.enter.ask": _("Enter asks"),
        "hint.ctrl.ask": _("Ctrl+Enter asks"),
        "ask.title": _("Who is asked"),
        "ask.whom": _("Choose whom to ask"),
        "ask.supervisor": _("A supervisor"),
        "ask.supervisor.sees": _("The supervisors see this"),
        "ask.supervisor.button": _("Ask a supervisor"),
        "ask.one.sees": _("{names} sees this"),
        "ask.more.sees": _("{names} see this"),
        "ask.many.sees": {
            key: ngettext("{n} colleague sees this", "{n} colleagues see this", n)
            for key, n in SAMPLES.items()
        },
        "ask.one.button": _("Ask {name}"),
        "ask.many.button": {
            key: ngettext("Ask {n} colleague", "Ask {n} colleagues", n)
            for key, n in SAMPLES.items()
        },
        "check.whom": _("Choose whom you ask."),
        "check.card": _("This looks like a card number. It is kept as •••• {last} only."),
        "picker.words": _("Suggestions"),
    }


def _leaving() -> Words:
    return {
        "held.in": _("Sending in {n} s"),
        "held.taken": _("Taken back before it was sent"),
        "held.late": _("It could not be taken back: {why}"),
        "undo.off": pgettext("time to take back", "None"),
        "undo.seconds": _("{n} s"),
        "enter.channel": pgettext("the Enter key", "As usual"),
        "enter.always": pgettext("the Enter key", "Sends"),
        "enter.never": pgettext("the Enter key", "New line"),
        "message.all": {
            key: ngettext("Show all {n} line", "Show all {n} lines", n)
            for key, n in SAMPLES.items()
        },
    }


def _later() -> Words:
    return {
        "later.today": _("Later today"),
        "later.tomorrow": pgettext("send later", "Tomorrow"),
        "later.monday": pgettext("send later", "Monday"),
        "later.done": _("It will be sent {time}"),
        "later.will": _("Will be sent {time}"),
        "later.unless": _("{words}, unless the customer writes"),
        "later.stopped": _("Will not be sent: the customer has written"),
        "later.now": _("Send now"),
        "later.edit": _("Edit"),
        "later.cancel": _("Cancel"),
        "later.away": pgettext("a failed reply", "Delete"),
        "later.failed.closed": _("Not sent: the conversation was closed."),
        "later.failed.author": _("Not sent: {name} may no longer answer here."),
        "later.failed.refused": _("Not sent: {why}"),
    }


def _ways() -> Words:
    return {
        "via.to": _("{way} to {address}"),
        "way.title": _("How the customer is answered"),
        "way.last": _("the customer wrote here last"),
        "way.asked": _("the customer asked for answers here"),
        "way.chosen": _("chosen by a colleague"),
        "way.known": _("a known address"),
        "way.left": _("the customer has left the chat"),
        "way.no_consent": _("never used by them"),
        "way.doubt.unverified": _("Nobody has shown that this address is theirs."),
        "way.doubt.no_consent": _("They have never written from here nor asked for answers here."),
        "way.barred": _("nothing may be sent there"),
        "way.sure": _("Answer there all the same"),
        "way.why": _("{way} to {address}, because {why}"),
        "way.why.bare": _("{way}, because {why}"),
        "way.because.asked": _("the customer asked for answers there"),
        "way.because.left": _("the customer has left the chat"),
        "way.because.chosen": _("{name} chose it"),
        "way.because.waits": _(
            "The customer has left. What you write waits in the chat until they are back."
        ),
        "line.way.chosen": _("{actor} answers by “{name}” from now on"),
        "line.way.left": _("The customer has left the chat: answers go by “{name}”"),
        "line.way.waits": _("The customer has left the chat: answers wait for them there"),
        "line.way.back": _("The customer is back in the chat"),
        "way.unverified": _("not verified"),
        "mail.original": _("Show original"),
        "mail.text": _("Show as text"),
        "mail.frame": _("The mail as it was written"),
    }
