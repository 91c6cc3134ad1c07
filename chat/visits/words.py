"""The words that the scripts of the visitors' page show, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat.visits.models import Device
from helpdesk.web.plurals import SAMPLES, Words


def words() -> Words:
    """Every word of the page's scripts."""
    return {
        **{f"device.{value}": str(label) for value, label in Device.choices},
        **_list(),
        **_panel(),
        "fault.network": _("The server cannot be reached."),
        "fault.late": _("The server did not answer in 10 seconds."),
        "fault.server": _("The server had a fault; it was noted."),
        "fault.refused": _("The server refused it."),
    }


def _list() -> Words:
    return {
        "visitor": _("Visitor {code}"),
        "count": {
            key: ngettext("{n} visitor now", "{n} visitors now", n) for key, n in SAMPLES.items()
        },
        "count.more": {
            key: ngettext("{n} more is not shown", "{n} more are not shown", n)
            for key, n in SAMPLES.items()
        },
        "pages": {key: ngettext("{n} page", "{n} pages", n) for key, n in SAMPLES.items()},
        "visit.nth": _("Visit {n}"),
        "visit.first": _("First visit"),
        "from.direct": _("Came directly"),
        "from.campaign": _("Campaign {name}"),
        "search": _("Looked for {term}"),
        "search.none": _("Looked for {term}, found nothing"),
        "cart.items": {key: ngettext("{n} item", "{n} items", n) for key, n in SAMPLES.items()},
        "badge.errors": {key: ngettext("{n} error", "{n} errors", n) for key, n in SAMPLES.items()},
        "badge.rage": _("Clicks in vain"),
        "badge.stuck": _("Stuck in the checkout"),
        "badge.idle": _("Idle"),
        "status.chatting": _("Chatting"),
        "status.with": _("Chats with {name}"),
        "status.waiting": _("Waits for an answer"),
        "status.invited": _("Invited"),
        "status.declined": _("Declined"),
        "act.invite": _("Invite"),
        "act.open": _("Open the chat"),
        "link.down": _("Reconnecting. This is the list as it was at {time}."),
        "link.offline": _("No network. This is the list as it was at {time}."),
        "link.out": _("You were signed out."),
    }


def _panel() -> Words:
    return {
        "panel.landing": _("Landed on"),
        "panel.from": _("Came from"),
        "panel.campaign": _("Campaign"),
        "panel.search": _("Looked for"),
        "panel.language": _("Language"),
        "panel.visits": _("Visits"),
        "panel.step": _("Step"),
        "panel.gone": _("This visitor has left the site."),
        "invite.sent": _("Invited. It appears on the page within five seconds."),
        "invite.empty": _("Write what to ask."),
        "invite.chatting": _("This visitor is in a chat already."),
        "invite.invited": _("This visitor was invited a moment ago."),
        "invite.declined": _("This visitor declined an invitation today."),
    }
