"""Words of social networks: what came after a message, shapes, windows and approved texts."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from helpdesk.web.plurals import SAMPLES, Words


def social() -> Words:
    """Every word of the workspace's scripts about social messages, in the active language."""
    return {
        "social.deleted": _("The sender deleted this message"),
        "social.edited": pgettext("message", "edited"),
        "social.before": _("It first said: {words}"),
        "social.echo": _("Sent with another tool"),
        "social.earlier": _("An earlier message"),
        "social.file": _("A file"),
        "social.reactions": _("Reactions"),
        "social.react": _("React with {emoji}"),
        "social.react.menu": _("Reactions"),
        "social.unreact": _("Take your reaction off"),
        "social.reacted": _("You reacted with {emoji}"),
        "social.reacted.queued": _("You react with {emoji}: on its way"),
        "social.reacted.failed": _("Your reaction did not arrive: {why}"),
        "social.reacted.off": _("Your reaction is being taken off"),
        "social.map": _("Show on a map"),
        "social.location": pgettext("place", "Location"),
        "social.contact": _("Contact card"),
        "social.unsupported": _("A message of a kind that cannot be shown here: {type}"),
        "line.customer_blocked_us": _("The customer has blocked us here: nothing arrives"),
        "line.customer_takes_again": _("The customer takes messages again"),
        "window.open": _("You can write freely for {time}"),
        "window.soon": _("Only {time} left to write freely"),
        "window.tag": _("The time for free answers is over. For {time} a person may still answer."),
        "window.closed.templates": _(
            "The customer's last message is too old: only an approved template may be sent."
        ),
        "window.closed.tag": _("The customer's last message is too old: they have to write first."),
        "window.closed.nothing": _(
            "The customer's last message is too old: they have to write first."
        ),
        "window.paused": _("The provider has a problem: what you send waits and goes by itself."),
        "check.bytes": _("Too long by {n} bytes for this channel"),
        "check.many": _("{n} messages, but at most {most} go at once: send a file or a letter."),
        "count.messages": {
            key: ngettext("{n} message", "{n} messages", n) for key, n in SAMPLES.items()
        },
        "count.cut": _("Cut between paragraphs or sentences, and sent in this order"),
        "portion.of": _("{n} of {all}"),
        "reply.to": _("You answer: {words}"),
        "reply.this": _("Answer this message"),
        "approved.loading": _("Loading …"),
        "approved.none": _("The provider has approved no templates yet."),
        "approved.gap": _("Gap {n}"),
        "approved.unfilled": _("Fill every gap of the template."),
    }
