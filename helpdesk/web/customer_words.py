"""The words of customers for the workspace's scripts, translated for the request."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.web.plurals import SAMPLES, Words


def customer() -> Words:
    """Everything that is said about a customer: the form, addresses, block, merge and undo."""
    return {
        "customer.saved": _("The customer is saved"),
        "customer.yes": _("Yes"),
        "customer.blocked": _("Blocked since {date}"),
        "customer.blocked.done": _("{name} is blocked. What they write goes to the spam."),
        "customer.unblocked.done": _("{name} may write again"),
        "customer.undo": _("Undo"),
        "consent.since": _("since {date}"),
        "consent.ended": _("withdrawn {date}"),
        "identity.owner": _("It belongs to {name}. Are they the same person?"),
        "merge.done": _("Merged with {name}"),
        "merge.address": _("Both use {address}"),
        "merge.verified": _("Both use {address}, which is verified"),
        "merge.alike": _("Same name and city: {name}, {city}"),
        "merge.taken": _("taken over"),
        "merge.none": _("Nobody is found"),
        "merge.rows.helpdesk.Conversation.customer": _count(
            lambda n: ngettext("{n} conversation", "{n} conversations", n)
        ),
        "merge.rows.helpdesk.CustomerIdentity.customer": _count(
            lambda n: ngettext("{n} address", "{n} addresses", n)
        ),
        "merge.rows.helpdesk.Order.customer": _count(
            lambda n: ngettext("{n} order", "{n} orders", n)
        ),
        "merge.rows.helpdesk.Lead.customer": _count(lambda n: ngettext("{n} lead", "{n} leads", n)),
        "field.name": _("Name"),
        "field.language": _("Language"),
        "field.company": _("Company"),
        "field.city": _("City"),
        "field.timezone": _("Time zone"),
        "line.customer_merged": _("Two customers were merged here"),
        "line.customer_unmerged": _("A merge of customers was undone"),
    }


def _count(words: object) -> dict[str, str]:
    assert callable(words)
    return {key: str(words(n)) for key, n in SAMPLES.items()}
