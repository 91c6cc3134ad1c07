"""We write first: a conversation that an agent begins."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.adapters import Capabilities, Person, adapter_for
from helpdesk.models import Agent, Conversation, Customer, CustomerIdentity, Inbox, Message
from helpdesk.outbox import NoAddressError
from helpdesk.services import assignments, conversations, customers, identities, messages
from helpdesk.services.addressing import AddressError
from helpdesk.services.customers import InvalidCustomerError
from helpdesk.services.faults import FieldsError
from helpdesk.services.text import clean_line

WHY = "wrote first"


class NotStartedError(FieldsError):
    """The conversation cannot begin like this; `errors` says why by the name of the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the agent typed. to: an address of the inbox's kind; name: for who is new to us."""

    to: str
    body: str
    subject: str = ""
    name: str = ""


def may_begin(can: Capabilities) -> bool:
    """Whether a first word of ours can go this way: no chat, no call, no window to be opened."""
    return not (can.live or can.talks or can.window)


@transaction.atomic
def start(
    opening: Opening, inbox: Inbox, *, by: Agent, client_id: uuid.UUID | None = None
) -> tuple[Conversation, bool]:
    """Begin a conversation with a message; it is the agent's own and waits for an answer.

    (conversation, made): a repeat with the same client_id gives the first one. Raises
    NotStartedError; who may use the inbox is asked by the caller.
    """
    customer, address = _reader(opening, inbox)
    # While they are held: of two that are sent at once the second waits, and finds the first.
    if client_id and (known := _known(client_id, customer, by)):
        return known, False
    subject = clean_line(opening.subject, 300)
    adapter = adapter_for(inbox)
    if adapter.capabilities.subject and not subject:
        raise NotStartedError({"subject": _("What is it about?")})
    with conversations.started(customer, inbox, subject=subject, rests=True) as talk:
        newest = customer.identities.filter(kind=adapter.identity_kind).order_by("-pk").first()
        if newest is None or newest.address != address:  # else it goes there by itself
            talk.reply_inbox, talk.reply_address = inbox, address
        assignments.give(talk, by, by=by, why=WHY)
    try:
        messages.reply(talk.pk, by=by, body=opening.body, client_id=client_id)
    except (messages.RejectedError, AddressError) as error:
        raise NotStartedError({"body": str(error)}) from None
    except NoAddressError:
        raise NotStartedError({"to": _("Write an address.")}) from None
    return talk, True


def _known(client_id: uuid.UUID, customer: Customer, by: Agent) -> Conversation | None:
    said = Message.objects.filter(client_id=client_id, author=by, conversation__customer=customer)
    message = said.select_related("conversation").first()
    return message.conversation if message else None


def _reader(opening: Opening, inbox: Inbox) -> tuple[Customer, str]:
    """Whom it goes to, held until all is written. Raises NotStartedError."""
    adapter = adapter_for(inbox)
    if not inbox.enabled or not may_begin(adapter.capabilities):
        raise NotStartedError({"inbox": _("Nobody can be written to first this way.")})
    kind, typed = adapter.identity_kind, opening.to.strip()
    try:
        address = identities.typed(kind, typed)
    except InvalidCustomerError as error:
        raise NotStartedError({"to": "; ".join(error.faults.values())}) from None
    row = CustomerIdentity.objects.filter(kind=kind, address__iexact=address).first()
    address = row.address if row else address
    person = Person(kind, address, name=clean_line(opening.name, 200), label=address)
    customer = customers.held(customers.find_or_create(person).pk)
    if customer.blocked_at is not None:
        raise NotStartedError({"to": _("This customer is blocked.")})
    return customer, address
