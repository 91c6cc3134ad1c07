"""Reads behind the customers: the list by keyset, one person, who may be the same person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from helpdesk import search_words, suppression
from helpdesk.models import (
    Agent,
    Company,
    Conversation,
    Customer,
    CustomerIdentity,
    CustomerMerge,
    CustomField,
    Lead,
    SuppressedAddress,
    SuppressionReason,
)
from helpdesk.permissions import inbox_ids, visible
from helpdesk.realtime import payloads

PAGE = 40
SUGGESTED = 5
BROWSER = "visitor"
"""The kind of address that a browser has and nobody ever names."""

_FOUND = """
SELECT id FROM helpdesk_customer WHERE helpdesk_words(name) @@ to_tsquery('simple', %s)
UNION
SELECT customer_id FROM helpdesk_customeridentity
WHERE helpdesk_words(address) @@ to_tsquery('simple', %s)
UNION
SELECT c.id FROM helpdesk_customer c JOIN helpdesk_company f ON f.id = c.company_id
WHERE helpdesk_words(f.name) @@ to_tsquery('simple', %s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of customers is narrowed to; an empty field narrows nothing."""

    text: str = ""
    vip: bool = False
    blocked: bool = False
    company: int | None = None


def seen(agent: Agent) -> QuerySet[Customer]:
    """The customers that this agent may see; none who was merged into another."""
    return visible(agent, Customer).filter(merged_into__isnull=True)


def find(agent: Agent, customer_id: int) -> Customer:
    """One of them, or the survivor if they were merged. Raises Customer.DoesNotExist."""
    people = seen(agent).select_related("company", "blocked_by")
    into = Customer.objects.filter(pk=customer_id).values_list("merged_into", flat=True).first()
    for _step in range(20):
        if into is None:
            break
        customer_id = into
        into = Customer.objects.values_list("merged_into", flat=True).get(pk=customer_id)
    return people.get(pk=customer_id)


def page(
    agent: Agent, filters: Filters, before: int | None = None, *, size: int = PAGE
) -> tuple[list[Customer], int | None]:
    """Customers, newest first, and the `before` of the next page (None at the end).

    Each has its identities and its company at hand, and `latest`: when they last spoke with us.
    """
    people = seen(agent)
    if filters.text:
        wanted = search_words.words(filters.text)
        if wanted:
            asked = search_words.begin_with(wanted)
            people = people.filter(pk__in=RawSQL(_FOUND, (asked, asked, asked)))  # noqa: S611  ours
        else:  # too short for a word: a letter is the beginning of a name
            people = people.filter(name__istartswith=filters.text)
    if filters.vip:
        people = people.filter(vip=True)
    if filters.blocked:
        people = people.filter(blocked_at__isnull=False)
    if filters.company is not None:
        people = people.filter(company_id=filters.company)
    if before is not None:
        people = people.filter(pk__lt=before)
    talks = Conversation.objects.filter(customer=OuterRef("pk"), inbox_id__in=inbox_ids(agent))
    talks = talks.filter(last_message_at__isnull=False).order_by("-last_message_at")
    rows: list[Any] = list(
        people.annotate(latest=Subquery(talks.values("last_message_at")[:1]))
        .select_related("company")
        .prefetch_related("identities")
        .order_by("-pk")[: size + 1]
    )
    return rows[:size], rows[size - 1].pk if len(rows) > size else None


def companies(agent: Agent) -> QuerySet[Company]:
    """The companies of customers whom the agent may see, by name."""
    return Company.objects.filter(customers__in=seen(agent)).distinct().order_by("name")[:200]


def brief(customer: Customer) -> payloads.Payload:
    """A customer in a list. Needs identities prefetched."""
    shown = [one.address for one in customer.identities.all() if one.kind != BROWSER]
    return {
        **payloads.customer_brief(customer),
        "city": customer.city,
        "blocked": customer.blocked_at is not None,
        "addresses": shown[:3],
    }


def detail(agent: Agent, customer: Customer) -> payloads.Payload:
    """All that is known of a person. Needs company and blocked_by joined; three queries."""
    return {
        **payloads.customer_brief(customer),
        "named": bool(customer.name),
        "company": customer.company.name if customer.company else "",
        "city": customer.city,
        "timezone": customer.timezone,
        "since": payloads.stamp(customer.created_at),
        "blocked": blocked(customer),
        "identities": identities(customer.identities.order_by("pk")),
        "fields": fields(customer),
        "merges": [
            merge(one)
            for one in CustomerMerge.objects.filter(survivor=customer)
            .select_related("merged", "by", "undone_by")
            .order_by("-at", "-pk")[:20]
        ],
    }


def blocked(customer: Customer) -> payloads.Payload | None:
    """Since when, by whom and why they are blocked, or None."""
    if customer.blocked_at is None:
        return None
    by = customer.blocked_by
    return {
        "at": payloads.stamp(customer.blocked_at),
        "by": by.display_name if by else "",
        "reason": customer.blocked_reason,
    }


def identities(rows: Iterable[CustomerIdentity]) -> list[payloads.Payload]:
    """Addresses, each with why it is left alone, if it is; two queries."""
    known = list(rows)
    alone = suppression.of_identities(known)
    return [identity(one, alone.get(one.pk)) for one in known]


def identity(one: CustomerIdentity, alone: SuppressedAddress | None = None) -> payloads.Payload:
    """An address with the evidence for it. What a browser is known by is nobody's to read."""
    return {
        "id": one.pk,
        "kind": one.kind,
        "address": "" if one.kind == BROWSER else one.address,
        "verified": one.verified,
        "evidence": one.evidence,
        "at": payloads.stamp(one.created_at),
        "alone": suppression.words(alone) if alone else "",
        "opted_out": bool(alone and alone.reason == SuppressionReason.OPTED_OUT),
    }


def fields(
    customer: Customer, known: Iterable[CustomField] | None = None
) -> list[payloads.Payload]:
    """The desk's custom fields with this customer's values. known: the fields, for who has them."""
    return [
        {
            "key": one.key,
            "label": str(one),
            "kind": one.kind,
            "choices": one.choices,
            "value": customer.fields.get(one.key),
        }
        for one in (CustomField.objects.all() if known is None else known)
    ]


def merge(row: CustomerMerge) -> payloads.Payload:
    """One line of the history of merges. Needs merged, by and undone_by joined."""
    return {
        "id": row.pk,
        "survivor": row.survivor_id,
        "merged": payloads.customer_brief(row.merged),
        "by": row.by.display_name if row.by else "",
        "at": payloads.stamp(row.at),
        "undone_at": payloads.stamp(row.undone_at),
        "undone_by": row.undone_by.display_name if row.undone_by else "",
    }


def duplicates(agent: Agent, customer: Customer) -> list[payloads.Payload]:
    """Customers who may be the same person, each with what speaks for it; nobody is merged.

    evidence: [["address", the address, whether it is verified], ["name_city", name, city]].
    """
    why: dict[int, list[list[Any]]] = {}
    shared = (
        CustomerIdentity.objects.annotate(low=Lower("address"))
        .filter(low__in=_addresses(customer))
        .exclude(Q(customer=customer) | Q(kind=BROWSER))
    )
    for one in shared.order_by("-verified", "pk")[:20]:
        why.setdefault(one.customer_id, []).append(["address", one.address, one.verified])
    if customer.name and customer.city:
        same = Customer.objects.annotate(n=Lower("name"), c=Lower("city")).filter(
            ~Q(name=""), n=customer.name.lower(), c=customer.city.lower()
        )
        for pk in same.exclude(pk=customer.pk).values_list("pk", flat=True)[:20]:
            why.setdefault(pk, []).append(["name_city", customer.name, customer.city])
    people = seen(agent).filter(pk__in=why).prefetch_related("identities")
    ranked = sorted(people, key=lambda one: (-len(why[one.pk]), one.pk))
    return [{**brief(one), "evidence": why[one.pk]} for one in ranked[:SUGGESTED]]


def _addresses(customer: Customer) -> set[str]:
    """Every address that this customer has or ever named: to us, in a lead, for an answer."""
    own = customer.identities.exclude(kind=BROWSER).values_list("address", flat=True)
    leads = Lead.objects.filter(customer=customer).values_list("email", "phone")[:50]
    talks = Conversation.objects.filter(customer=customer).order_by("-last_message_at")
    named: Iterable[Any] = (
        word
        for reply, answers in talks.values_list("reply_address", "answers")[:50]
        for word in (reply, *(text for text in answers.values() if "@" in str(text)))
    )
    told = (one for lead in leads for one in lead)
    return {str(one).strip().lower() for one in (*own, *told, *named) if one}
