"""What a customer agreed to, and at which addresses more of it can be noted."""

from __future__ import annotations

from helpdesk.models import Consent, Customer, Purpose
from helpdesk.realtime import payloads
from helpdesk.selectors.customers import BROWSER

NEWEST = 50


def of(customer: Customer) -> payloads.Payload:
    """The consents, the newest first, those that were withdrawn as well; two queries."""
    rows = Consent.objects.filter(customer=customer).select_related("recorded_by")
    addresses = customer.identities.exclude(kind=BROWSER).order_by("pk")
    return {
        "results": [_shown(one) for one in rows.order_by("-given_at", "-pk")[:NEWEST]],
        "addresses": list(addresses.values_list("address", flat=True)),
        "purposes": [{"value": value, "label": str(label)} for value, label in Purpose.choices],
    }


def _shown(one: Consent) -> payloads.Payload:
    return {
        "id": one.pk,
        "purpose": one.purpose,
        "label": one.get_purpose_display(),
        "where": one.source,
        "proof": one.proof or one.text,
        "by": one.recorded_by.display_name if one.recorded_by else "",
        "at": payloads.stamp(one.given_at),
        "withdrawn_at": payloads.stamp(one.withdrawn_at),
    }
