"""Reads of proposed templates: what a draft would become, one's own, and those that wait."""

from __future__ import annotations

from typing import Any

from helpdesk.models import Agent, Conversation, CustomerIdentity, Order, Template, TemplateState
from helpdesk.permissions import Action, can, visible
from helpdesk.phrasing.impersonal import impersonal
from helpdesk.selectors import templates as reads

TEMPLATES_SHOWN = 200
OWN_SHOWN = 20
MOST_COUNTED = 99
IDENTITIES = 50
_GAPS = {"email": "e-mail", "phone": "phone"}
SHORTEST_VALUE = 4  # of a custom field: "yes" is no secret, and is everywhere


def drafted(agent: Agent, conversation: Conversation, text: str) -> dict[str, Any]:
    """What the words of an answer would be as a template, and for whom; five queries."""
    wanted = reads.wanted(conversation)
    made = impersonal(text, reads.facts(conversation, agent), _private(conversation))
    offered = visible(agent, Template).filter(state=TemplateState.ACTIVE)
    return {
        "text": made.text,
        "found": [{"what": one.what, "by": one.by} for one in made.found],
        "language": wanted.language,
        "register": wanted.register,
        "channel": wanted.channel,
        "templates": list(offered.order_by("name", "pk").values("id", "name")[:TEMPLATES_SHOWN]),
    }


def _private(conversation: Conversation) -> dict[str, str]:
    """What is on record of the customer and is no fact of templates, with the name of its gap."""
    customer = conversation.customer
    own = CustomerIdentity.objects.filter(customer=customer).values_list("kind", "address")
    found = {address: _GAPS.get(kind, "address") for kind, address in own[:IDENTITIES]}
    orders = Order.objects.filter(customer=customer).order_by("-pk")
    found |= dict.fromkeys(orders.values_list("number", flat=True)[:IDENTITIES], "number")
    values = (one for one in customer.fields.values() if isinstance(one, str))
    return found | dict.fromkeys((one for one in values if len(one) >= SHORTEST_VALUE), "address")


def own(agent: Agent) -> list[Template]:
    """What an agent proposed last, with the template it is for; one query."""
    mine = Template.objects.filter(proposed_by=agent).select_related("proposed_for")
    return list(mine.order_by("-pk")[:OWN_SHOWN])


def waiting(agent: Agent) -> int:
    """How many proposals wait for this editor, at most MOST_COUNTED; 0 for everybody else."""
    if not can(agent, Action.EDIT_TEMPLATES):
        return 0
    found = visible(agent, Template).filter(state=TemplateState.PROPOSED)
    return found.values("pk")[:MOST_COUNTED].count()
