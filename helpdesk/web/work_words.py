"""The words of offers, presence, wrap-up and the queue that the scripts show."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.models import Presence
from helpdesk.selectors import channel_names
from helpdesk.web.plurals import SAMPLES, Words


def work() -> Words:
    """Every word of the router's cards in the workspace."""
    return {
        **presences(),
        **_offers(),
        **_away(),
        **_lines(),
        "presence.load": _("{n} of {most} chats"),
        "assign.force": _("Give it all the same"),
        "assign.forced": _("above the limit, by hand"),
        "why.title": _("Why this agent"),
        "why.nobody": _("Why nobody yet"),
        "why.others": {
            key: ngettext("{n} other agent", "{n} other agents", n) for key, n in SAMPLES.items()
        },
    }


def presences() -> Words:
    """Every presence by its name."""
    return {f"presence.{value}": str(label) for value, label in Presence.choices}


def named(channels: list[dict[str, str]]) -> list[dict[str, str]]:
    """Channels by what people call them."""
    return [{**one, "label": channel_names.named(one["name"], one["label"])} for one in channels]


def _offers() -> Words:
    return {
        "offer.said": _("{name} is offered to you, {n} seconds to accept"),
        "offer.left": _("Offered · {n} s"),
        "offer.accept": _("Accept {name}"),
        "offer.decline": _("Decline {name}"),
        "offer.taken": _("{name} has it now"),
        "offer.missed": _("Not accepted in time, goes to others"),
        "offer.withdrawn": _("Taken back, goes to others"),
        "call.nudge": _("{name} waits for your first answer"),
        "call.nobody": _("{name} waits, and nobody has taken the chat"),
        "call.nobody.short": _("nobody has it yet"),
        "call.alarm": _("{name} waits too long"),
        "call.alarm.short": _("waits too long, step in"),
        "wrap.left": _("Wrap-up, {n} s left. The next chat waits until you are done."),
    }


def _away() -> Words:
    return {
        "away.lost": _("You did not respond, so new chats go to others."),
        "away.still": _("Are you still there? In a minute new chats go to others."),
        "away.live": {
            key: ngettext(
                "You have {n} live chat. Finish it, or hand it back to the queue?",
                "You have {n} live chats. Finish them, or hand them back to the queue?",
                n,
            )
            for key, n in SAMPLES.items()
        },
    }


def _lines() -> Words:
    return {
        "line.offered": _("Offered to {name}"),
        "line.offer_declined": _("{name} declined"),
        "line.offer_missed": _("{name} did not answer the offer"),
        "line.requeued": _("Back in the queue"),
        "line.priority_changed": _("The priority changed"),
        "line.promise_broken": _("The promised time is over"),
        "line.step_taken.supervisor": _("A supervisor was called"),
        "line.step_taken.second_agent": _("More agents are asked"),
        "line.step_taken.relax_step": _("More agents are asked"),
        "line.step_taken.raise_priority": _("The priority was raised"),
        "line.step_taken.reassign": _("Given to somebody else"),
        "line.step_taken.alternatives": _("The customer was offered other ways"),
    }
