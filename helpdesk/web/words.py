"""The words that the workspace's scripts show: one dict, translated for the request."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from helpdesk.models import CallState, LeadStatus
from helpdesk.services import acts, conversations
from helpdesk.web import rule_words, together_words
from helpdesk.web.composer_words import composer
from helpdesk.web.content_words import content
from helpdesk.web.customer_words import customer
from helpdesk.web.letter_words import letters
from helpdesk.web.mail_words import mail
from helpdesk.web.plurals import SAMPLES, Words
from helpdesk.web.reach_words import reach
from helpdesk.web.reading_words import reading
from helpdesk.web.returned_words import returned
from helpdesk.web.social_words import social
from helpdesk.web.spelling_words import spelling
from helpdesk.web.template_words import templates
from helpdesk.web.view_words import views
from helpdesk.web.weave_words import weave
from helpdesk.web.work_words import work

REASONS = conversations.REASONS


def workspace() -> Words:
    """Every word of the workspace's scripts, in the active language. Not to be changed."""
    return _workspace(get_language() or "")


@lru_cache(maxsize=len(settings.LANGUAGES))
def _workspace(_language: str) -> Words:
    return {
        **_chrome(),
        **_list(),
        **_thread(),
        **_calls(),
        **_delivery(),
        **_acts(),
        **_composer(),
        **_dealings(),
        **customer(),
        **work(),
        **reach(),
        **rule_words.workspace(),
        **returned(),
        **together_words.together(),
        **views(),
        **templates(),
        **composer(),
        **mail(),
        **letters(),
        **spelling(),
        **reading(),
        **weave(),
        **content(),
        **social(),
    }


def _chrome() -> Words:
    return {
        "title": _("Inbox") + " · Parley",
        "presence.chats": {
            key: ngettext("{n} open chat", "{n} open chats", n) for key, n in SAMPLES.items()
        },
        "rail.waiting": {
            key: ngettext("{n} customer waits for you", "{n} customers wait for you", n)
            for key, n in SAMPLES.items()
        },
        "link.down": _("Reconnecting. Clocks keep true, what you write is kept."),
        "link.offline": _("No network. What you write is kept and goes out by itself."),
        "link.waiting": {
            key: ngettext(
                "Reconnecting. {n} message waits here and goes out by itself.",
                "Reconnecting. {n} messages wait here and go out by themselves.",
                n,
            )
            for key, n in SAMPLES.items()
        },
        "link.out": _("You were signed out. What you wrote is kept in this browser."),
        "fault.network": _("The server cannot be reached."),
        "fault.late": _("The server did not answer in 10 seconds."),
        "fault.server": _("The server had a fault; it was noted."),
        "fault.refused": _("The server refused it."),
        "fault.forbidden": _("the server refused it. You may be signed out: reload the page."),
        "clock.seconds": _("{n} s"),
        "time.minutes": _("{n} min"),
        "time.hours": _("{n} h"),
        "time.days": {key: ngettext("{n} day", "{n} days", n) for key, n in SAMPLES.items()},
        "clock.good": _("Waiting since {time}, in time"),
        "clock.attention": _("Waiting since {time}, answer soon"),
        "clock.late": _("Waiting since {time}, late"),
        "context.since": _("Customer since {date}"),
        "context.there": _("{time} there"),
        "context.missing": _("The timeline could not be read."),
        "context.this.chat": _("This chat"),
        "context.this.other": _("This conversation"),
        "fact.state": _("State"),
        "fact.owner": _("Assigned to"),
        "fact.inbox": _("Inbox"),
        "fact.channel": _("Channel"),
        "fact.subject": _("Subject"),
        "fact.started": _("Started"),
        "fact.number": _("Number"),
    }


def _list() -> Words:
    return {
        "group.mine": _("Waiting for you"),
        "group.waiting": _("Waiting"),
        "group.rest": pgettext("group of conversations", "Open"),
        "list.more": _("Show more"),
        "search.empty": _("Nothing found for “{q}”"),
        "search.customers": _("Customers"),
        "search.texts": _("Conversations"),
        "search.note": pgettext("internal", "Note"),
        "list.error": _("{why} Your drafts are safe."),
        "row.waiting": _("Waiting {time}"),
        "row.snoozed": _("Returns {time}"),
        "row.typing": _("typing…"),
        "row.us": pgettext("before our own words", "You:"),
        "row.you": pgettext("the agent himself", "You"),
        "row.vip": _("VIP"),
        "row.unread": {
            key: ngettext("{n} unread message", "{n} unread messages", n)
            for key, n in SAMPLES.items()
        },
        "channel.chat": _("Chat on the site"),
        "channel.email": _("E-mail"),
        "channel.sms": _("SMS"),
        "channel.voice": _("Call"),
        "state.new": pgettext("conversation", "New"),
        "state.open": pgettext("conversation", "Open"),
        "state.pending": _("Waiting for the customer"),
        "state.on_hold": _("On hold"),
        "state.snoozed": _("Snoozed"),
        "state.resolved": _("Resolved"),
        "state.closed": _("Closed"),
        "state.spam": _("Spam"),
    }


def _thread() -> Words:
    return {
        "thread.error": _("{why} Nothing is lost."),
        "thread.nobody": _("Nobody yet"),
        "thread.mine": _("Assigned to you"),
        "thread.owner": _("Assigned to {name}"),
        "thread.automatic": _("Automatic"),
        "thread.note": _("Note by {name}"),
        "thread.nosubject": _("No subject"),
        "thread.typing": _("{name} is typing"),
        "thread.said": _("{name} wrote: {words}"),
        "mail.in": _("From {name} <{address}> to {to}"),
        "mail.out": _("From {name} to {to}"),
        "mail.show": _("Show quoted text"),
        "mail.hide": _("Hide quoted text"),
        "file.lost.too_big": _("Too large, not kept. Ask for a smaller file or a link."),
        "file.lost.gone": _("It was not there. Ask them to send it again."),
        "file.lost.late": _("It did not come in time. Ask them to send it again."),
        "file.lost.refused": _("Not fetched: its address is not safe. Ask them to send it again."),
        "opt.out": _("Wants no more texts: nothing more is sent"),
        "opt.in": _("Wants texts again"),
        "opt.maybe": _("May want no more texts: please look"),
        "opt.mark": _("no texts"),
        "line.started": _("The conversation began"),
        "line.taken": _("{actor} took the conversation"),
        "line.assigned": _("{actor} gave the conversation to {name}"),
        "line.assigned.auto": _("Given to {name} by the router"),
        "line.unassigned": _("{actor} gave the conversation back to the team"),
        "line.unassigned.auto": _("Given back to the team"),
        "line.linked": _("Joined with another contact of this customer"),
        "line.resolved": _("{actor} resolved the conversation"),
        "line.resolved.auto": _("Resolved by itself"),
        "line.open": _("{actor} reopened the conversation"),
        "line.open.auto": _("Opened again"),
        "line.open.customer": _("The customer wrote again: reopened"),
        "line.open.due": _("Back from snooze"),
        "line.snoozed": _("{actor} snoozed the conversation"),
        "line.pending": _("{actor} waits for the customer"),
        "line.on_hold": _("{actor} put the conversation on hold"),
        "line.closed.auto": _("Closed"),
        "line.spam": _("{actor} marked it as spam"),
        **{f"reason.{key}": words for key, words in acts.reasons().items()},
        "reason.ended by the customer": _("Ended by the customer"),
    }


def _calls() -> Words:
    return {
        "call.in": _("Incoming call"),
        "call.out": _("Outgoing call"),
        "call.missed": _("Missed call"),
        "call.length": _("Talked {time}"),
        "call.held": _("On hold {time}"),
        "call.until": _("until {time}"),
        "call.with": _("Talked with {name}"),
        "call.told": _("The caller was told of the recording"),
        "call.untold": _("Not known whether the caller was told"),
        "call.how_long": _("How many minutes did it last?"),
        **{f"call.state.{value}": str(label) for value, label in CallState.choices},
    }


def _delivery() -> Words:
    return {
        "delivery.sending": _("Sending"),
        "delivery.waiting": _("Waiting"),
        "delivery.retry": _("Waiting, next try {time}"),
        "delivery.now": _("Try now"),
        "delivery.cancel": _("Do not send"),
        "delivery.sent": _("Sent"),
        "delivery.delivered": _("Delivered"),
        "delivery.seen": _("Seen"),
        "delivery.maybe": _("Maybe sent, the network gave no answer"),
        "delivery.resend": _("Send again"),
        "delivery.leave": _("Leave it"),
        "delivery.failed": _("Not sent. Your text is kept."),
        "delivery.failed.why": _("Not sent: {why} Your text is kept."),
        "delivery.expired": _("Not sent: it became too old. Your text is kept."),
        "delivery.cancelled": _("Not sent: cancelled."),
        "delivery.again": _("Try again"),
        "parcel.offline": _("Waits for the connection"),
        "parcel.failed": _("Not sent: {why} Your text is kept."),
        "parcel.edit": _("Change"),
        "parcel.delete": _("Delete"),
    }


def _acts() -> Words:
    return {
        "act.failed": _("That did not work: {why}"),
        "act.undo": _("Undo"),
        "act.taken": _("The conversation is yours"),
        "act.assigned": _("Given to {name}"),
        "act.unassigned": _("Back with the team"),
        "act.resolved": _("Resolved"),
        "act.reopened": _("Reopened"),
        "act.pending": _("Waiting for the customer"),
        "act.spam": _("Marked as spam"),
        "act.snoozed": _("Snoozed until {time}"),
        "act.copied": _("The link is copied"),
        "act.notcopied": _("The browser did not allow copying"),
        "assign.title": _("Assign to"),
        "assign.me": _("{name} (you)"),
        "assign.none": _("Back to the team"),
        "snooze.title": _("Snooze until"),
        "snooze.hour": _("In an hour"),
        "snooze.hours": _("In 3 hours"),
        "snooze.tomorrow": _("Tomorrow"),
        "snooze.monday": _("Next Monday"),
        "snooze.cannot": _("This conversation cannot be snoozed now"),
        "resolve.title": _("Why is it done?"),
        "menu.assign": _("Assign"),
        "menu.snooze": _("Snooze"),
        "menu.resolve": _("Resolve"),
        "menu.reopen": _("Reopen"),
        "menu.customer": _("Customer"),
        "menu.pending": _("Wait for the customer"),
        "menu.link": _("Copy the link"),
        "menu.spam": _("Mark as spam"),
    }


def _composer() -> Words:
    return {
        "via.chat": _("Replies in chat"),
        "via.email": _("Replies by e-mail"),
        "via.sms": _("Replies by SMS"),
        "via.social": _("Replies in {network}"),
        "via.note": _("Only your team sees this"),
        "send.reply": _("Send"),
        "send.note": _("Add note"),
        "hint.enter": _("Enter sends"),
        "hint.enter.note": _("Enter adds"),
        "hint.ctrl": _("Ctrl+Enter sends"),
        "hint.ctrl.note": _("Ctrl+Enter adds"),
        "write.reply": _("Write to {name}, or / for templates"),
        "label.reply": _("Reply to {name}"),
        "label.note": _("Note, not visible to the customer"),
        "check.gaps": {
            key: ngettext("One gap is open: {name}", "{n} gaps are open, the first: {name}", n)
            for key, n in SAMPLES.items()
        },
        "check.long": {
            key: ngettext(
                "{n} character too many for this channel",
                "{n} characters too many for this channel",
                n,
            )
            for key, n in SAMPLES.items()
        },
        "count.segments": {
            key: ngettext("{units} signs, {n} SMS", "{units} signs, {n} SMS", n)
            for key, n in SAMPLES.items()
        },
        "count.wide": _("One of the signs is not in the short alphabet: 70 signs fit in an SMS."),
        "check.uploading": _("A file is still on its way. Send again in a moment."),
        "check.empty": _("Write something first."),
        "file.remove": _("Remove {name}"),
        "file.big": _("larger than {limit}"),
        "file.empty": _("the file is empty"),
        "picker.none": _("No template for “{query}”. Supervisors add templates in Settings."),
        "picker.empty": _("No templates yet. Supervisors add them in Settings."),
        "picker.error": _("The templates did not load: {why}"),
        "gap.customer.name": _("name of the customer"),
        "gap.customer.first_name": _("first name"),
        "gap.customer.company": _("company"),
        "gap.conversation.subject": _("subject"),
    }


def _dealings() -> Words:
    """What the customer does on the site, and leads, orders, cards and verdicts."""
    return {
        "device.phone": _("Phone"),
        "device.tablet": _("Tablet"),
        "device.computer": _("Computer"),
        "site.page": _("page {n}"),
        "site.visits": {key: ngettext("{n} visit", "{n} visits", n) for key, n in SAMPLES.items()},
        "cart.title": {
            key: ngettext("{n} item in the cart", "{n} items in the cart", n)
            for key, n in SAMPLES.items()
        },
        "cart.pieces": "{n} ×",
        "cart.step": _("Step: {step}"),
        "beside.answers": _("Answers"),
        "beside.leads": _("Leads"),
        "beside.orders": _("Orders"),
        "beside.rating": _("Rating"),
        "rating.of": _("{n} of 5"),
        "rating.solved": _("The problem is solved"),
        "rating.unsolved": _("The problem is not solved"),
        **{f"lead.status.{value}": str(label) for value, label in LeadStatus.choices},
        "lead.purpose": _("being contacted about this request"),
        "lead.reach": _("Write an e-mail address or a phone number."),
        "lead.consent": _("Ask first: without consent nothing may be kept."),
        "lead.captured": _("The lead is saved"),
        "card.untitled": _("Give the card a title."),
        "card.nolink": _("A link begins with https://"),
        "quick.unasked": _("Write the question."),
        "quick.none": _("Write at least one answer."),
        "line.lead": _("{actor} saved a lead"),
        "line.lead.auto": _("The customer left an address: a new lead"),
        "line.lead.moved": _("The lead is now: {status}"),
        "line.order": _("An order followed"),
        "line.answered": _("The customer answered questions"),
        "line.left": _("The customer left and waits for an e-mail at {email}"),
        "line.pressed": _("The customer pressed “{label}”"),
        "line.rated": _("The customer rated {n} of 5"),
        "line.transcript": _("A copy of the chat went to {email}"),
    }
