"""The words that the scripts of the queue page show, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.models import Priority
from helpdesk.web.plurals import SAMPLES, Words
from helpdesk.web.work_words import presences


def queue() -> Words:
    """Every word of the page's scripts."""
    return {
        **presences(),
        **{f"priority.{value}": str(label) for value, label in Priority.choices},
        **_waiting(),
        **_agents(),
        **_chrome(),
    }


def _waiting() -> Words:
    return {
        "queue.count": {
            key: ngettext("{n} customer waits", "{n} customers wait", n)
            for key, n in SAMPLES.items()
        },
        "queue.place": _("place {n}"),
        "queue.step": _("step {n} of 4"),
        "queue.requeued": _("came back"),
        "queue.due": _("Answer by {time}"),
        "queue.late": _("Late since {time}"),
        "queue.relax": _("Ask more people"),
        "queue.relaxed": _("More people are asked now"),
        "queue.priority": _("Priority"),
        "queue.give": _("Give to"),
        "queue.reason": _("given from the queue"),
        "queue.changed": _("The priority is changed"),
        "queue.taken": _("The conversation is yours"),
        "queue.force": _("Give it all the same"),
        "queue.forced": _("above the limit, by hand"),
        "because.offered": _("Offered to {name}"),
        "because.soon": _("Is about to be offered"),
        "because.held": _("Waits a little for the agent who knows the customer"),
        "because.reserved": _("The next agent with room is kept free"),
        "because.full": {
            key: ngettext("{n} agent fits, but has no room", "{n} agents fit, but have no room", n)
            for key, n in SAMPLES.items()
        },
        "because.nobody": _("Nobody online fits"),
        "row.vip": _("VIP"),
        "row.waiting": _("Waiting {time}"),
    }


def _agents() -> Words:
    return {
        "agent.units": _("{n} of {most} units"),
        "agent.since": _("since {time}"),
        "agent.lost": _("Connection lost"),
        "agent.reserve": _("helps at the last step"),
        "agent.flex": _("helps: {name}"),
        "agent.off": _("off: {name}"),
        "agent.watch": _("Look on unseen"),
        "agent.back": _("Call in: set online"),
        "agent.carries": _("Workload"),
        "agent.skill": _("Add a skill for 2 hours"),
        "agent.why": _("needed in the queue"),
        "agent.undo": _("Undo"),
        "agent.undone": _("Taken back"),
        "agent.help": _("Lets help with"),
        "agent.changed": _("{name}: changed"),
        "agent.nothing": _("Nothing to change here"),
    }


def _chrome() -> Words:
    return {
        "act.assigned": _("Given to {name}"),
        "act.failed": _("That did not work: {why}"),
        "clock.seconds": _("{n} s"),
        "clock.good": _("Waiting since {time}, in time"),
        "clock.attention": _("Waiting since {time}, answer soon"),
        "clock.late": _("Waiting since {time}, late"),
        "time.minutes": _("{n} min"),
        "time.hours": _("{n} h"),
        "time.days": {key: ngettext("{n} day", "{n} days", n) for key, n in SAMPLES.items()},
        "queue.down": _("Reconnecting. This is the queue as it was at {time}."),
        "queue.offline": _("No network. This is the queue as it was at {time}."),
        "link.out": _("You were signed out."),
        "fault.network": _("The server cannot be reached."),
        "fault.late": _("The server did not answer in 10 seconds."),
        "fault.server": _("The server had a fault; it was noted."),
        "fault.refused": _("The server refused it."),
    }
