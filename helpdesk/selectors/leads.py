"""Reads behind the leads: pages by keyset, the file for sales, what a conversation brought."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from helpdesk.models import Agent, Lead, LeadStatus, Order
from helpdesk.permissions import visible
from helpdesk.realtime import payloads

PAGE = 40
EXPORT_PAGE = 500
BESIDE = 20
# A spreadsheet takes a cell that begins like this for a formula, also after a full-width sign.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of leads is narrowed to; an empty field narrows nothing. owner -1: nobody."""

    status: str = ""
    inbox: int | None = None
    owner: int | None = None
    text: str = ""


def found(agent: Agent, filters: Filters) -> QuerySet[Lead]:
    """The leads that this agent may see and asked for, newest first."""
    leads = visible(agent, Lead)
    if filters.status:
        leads = leads.filter(status=filters.status)
    if filters.inbox is not None:
        leads = leads.filter(inbox_id=filters.inbox)
    if filters.owner is not None:
        leads = leads.filter(owner_id=None if filters.owner < 0 else filters.owner)
    if filters.text:
        text = filters.text
        leads = leads.filter(
            Q(name__icontains=text)
            | Q(email__icontains=text)
            | Q(phone__icontains=text)
            | Q(need__icontains=text)
        )
    return leads.select_related("inbox", "owner").order_by("-pk")


def page(
    agent: Agent, filters: Filters, before: int | None = None, *, size: int = PAGE
) -> tuple[list[Lead], int | None]:
    """Leads older than the id `before`, and the `before` of the next page (None at the end)."""
    leads = found(agent, filters)
    if before is not None:
        leads = leads.filter(pk__lt=before)
    rows = list(leads[: size + 1])
    return rows[:size], rows[size - 1].pk if len(rows) > size else None


def payload(lead: Lead) -> payloads.Payload:
    """A lead as the API gives it. Reads only the lead and its joined inbox and owner."""
    return {
        "id": lead.pk,
        "status": lead.status,
        "name": lead.name,
        "email": lead.email,
        "phone": lead.phone,
        "need": lead.need,
        "budget": lead.budget,
        "consent": lead.consent,
        "consent_at": payloads.stamp(lead.consent_at),
        "value": None if lead.value is None else str(lead.value),
        "currency": lead.currency,
        "owner": payloads.agent(lead.owner) if lead.owner else None,
        "inbox": {"id": lead.inbox.pk, "name": lead.inbox.name},
        "conversation": lead.conversation_id,
        "customer": lead.customer_id,
        "at": payloads.stamp(lead.created_at),
    }


def order_payload(order: Order) -> payloads.Payload:
    """An order as the API gives it."""
    return {
        "number": order.number,
        "value": str(order.value),
        "currency": order.currency,
        "conversation": order.conversation_id,
        "at": payloads.stamp(order.ordered_at),
    }


def of_customer(agent: Agent, customer_id: int) -> dict[str, list[payloads.Payload]]:
    """The newest leads and orders of one customer, of the inboxes that the agent may see."""
    leads = visible(agent, Lead).filter(customer_id=customer_id)
    orders = visible(agent, Order).filter(customer_id=customer_id)
    return {
        "leads": [
            payload(one) for one in leads.select_related("inbox", "owner").order_by("-pk")[:BESIDE]
        ],
        "orders": [order_payload(one) for one in orders.order_by("-ordered_at", "-pk")[:BESIDE]],
    }


def harmless(cell: str) -> str:
    """A cell that no spreadsheet will calculate: an apostrophe before what looks like a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def csv_parts(agent: Agent, filters: Filters) -> Iterator[bytes]:
    """All leads of a list as a CSV file for spreadsheets, in parts: memory stays flat.

    UTF-8 with a byte order mark (Excel asks for one), a line of column names first. Words are
    in the language of the call, not of the moment in which the server sends a part.
    """
    statuses = {str(value): str(label) for value, label in LeadStatus.choices}
    return _parts(agent, filters, _columns(), statuses)


def _parts(
    agent: Agent, filters: Filters, columns: list[str], statuses: dict[str, str]
) -> Iterator[bytes]:
    yield ("\ufeff" + _lines([columns])).encode()
    before: int | None = None
    while True:
        leads, before = page(agent, filters, before, size=EXPORT_PAGE)
        if leads:
            yield _lines([_cells(one, statuses) for one in leads]).encode()
        if before is None:
            return


def _lines(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _columns() -> list[str]:
    return [
        _("Number"),
        _("Captured"),
        _("Status"),
        _("Name"),
        _("E-mail"),
        _("Phone"),
        _("Need"),
        _("Budget"),
        _("Value"),
        _("Currency"),
        _("Owner"),
        _("Inbox"),
        _("Conversation"),
        _("Consented to"),
        _("Consented"),
    ]


def _cells(lead: Lead, statuses: dict[str, str]) -> list[str]:
    facts: list[Any] = [
        lead.pk,
        payloads.stamp(lead.created_at),
        statuses[lead.status],
        lead.name,
        lead.email,
        lead.phone,
        lead.need,
        lead.budget,
        lead.value,
        lead.currency,
        lead.owner.display_name if lead.owner else None,
        lead.inbox.name,
        lead.conversation_id,
        lead.consent,
        payloads.stamp(lead.consent_at),
    ]
    return ["" if fact is None else str(fact) for fact in facts]
