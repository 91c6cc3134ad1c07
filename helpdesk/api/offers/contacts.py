"""Customers, their addresses, and leads."""

from __future__ import annotations

from typing import Any

from helpdesk.api.offers.params import CURSOR, EDIT, ID, KNOW, NOTES, READ, SEARCHED, number
from helpdesk.api.product import Operation, Param, offer
from helpdesk.api.serializers import LeadChangeSerializer, LeadSerializer
from helpdesk.api.serializers.customers import (
    BlockSerializer,
    ConsentSerializer,
    CustomerChangeSerializer,
    IdentityChangeSerializer,
    IdentitySerializer,
    MergeSerializer,
)
from helpdesk.api.shapes import NUMBER, TEXT, listed, many, obj, page, ref
from helpdesk.models import LeadStatus

G = "Customers"
_FLAG = {"type": "string", "enum": ["0", "1"]}


def write_down() -> None:
    """Into the table."""
    _people()
    _history()
    _identities()
    _consents()
    _merging()
    _leads()


def _people() -> None:
    offer(
        "customers/",
        get=Operation(
            name="listCustomers",
            about="Customers, the newest first.",
            group=G,
            scopes=(KNOW,),
            gives=page(ref("CustomerRow")),
            query=(
                SEARCHED,
                Param("vip", "1: only the important ones.", _FLAG),
                Param("blocked", "1: only the blocked ones.", _FLAG),
                number("company", "Of this company."),
                Param("cursor", CURSOR.about, ID),
            ),
        ),
    )
    offer(
        "customers/<int:pk>/",
        get=Operation(
            name="readCustomer",
            about="All that is known of a customer; of one who was merged, the one they became.",
            group=G,
            scopes=(KNOW,),
            gives=ref("Customer"),
            refusals=(404,),
        ),
        patch=Operation(
            name="changeCustomer",
            about="Only what is given changes; in `fields`, null takes a value away.",
            group=G,
            scopes=(EDIT,),
            takes=CustomerChangeSerializer,
            gives=ref("Customer"),
            refusals=(404, 409, 412),
            versioned=True,
            sent={"city": "Leeds", "vip": True},
        ),
    )


def _history() -> None:
    offer(
        "customers/<int:pk>/timeline/",
        get=Operation(
            name="readTimeline",
            about="Everything that happened with a customer over all channels, newest first.",
            group=G,
            scopes=(KNOW, READ, NOTES),
            gives=obj(
                results=many(obj(kind=TEXT, id=TEXT)),
                next={"type": ["string", "null"]},
                customer=NUMBER,
            ),
            query=(
                Param("kinds", "Only these kinds, like `note,order`."),
                Param("channel", "Only what was said on this channel."),
                Param("size", "Entries on a page, at most 40.", ID),
                CURSOR,
            ),
            refusals=(404,),
        ),
    )
    offer(
        "customers/<int:pk>/block/",
        post=Operation(
            name="blockCustomer",
            about="What a blocked customer writes is kept among the spam.",
            group=G,
            scopes=(EDIT,),
            takes=BlockSerializer,
            gives=ref("Customer"),
            refusals=(404, 409),
            sent={"blocked": True, "reason": "Threats"},
        ),
    )


def _identities() -> None:
    whole: dict[str, Any] = {
        "group": G,
        "scopes": (EDIT,),
        "gives": ref("Customer"),
        "refusals": (404, 409),
    }
    offer(
        "customers/<int:pk>/identities/",
        post=Operation(
            name="addIdentity",
            about="Another address of the customer. 409: it is somebody else's.",
            takes=IdentitySerializer,
            codes=(201,),
            sent={"kind": "email", "address": "tom@shop.example"},
            **whole,
        ),
    )
    offer(
        "customers/<int:pk>/identities/<int:identity>/",
        patch=Operation(
            name="verifyIdentity",
            about="Whether the address is surely theirs, and how we know.",
            takes=IdentityChangeSerializer,
            sent={"verified": True, "evidence": "Called back"},
            **whole,
        ),
        delete=Operation(
            name="removeIdentity",
            about="The address is theirs no longer.",
            **whole,
        ),
    )


def _consents() -> None:
    gives = obj(
        results=many(ref("Consent")),
        addresses=many(TEXT),
        purposes=many(obj(value=TEXT, label=TEXT)),
    )
    offer(
        "customers/<int:pk>/consents/",
        get=Operation(
            name="listConsents",
            about="What the customer agreed to, and the addresses at which more can be noted.",
            group=G,
            scopes=(KNOW,),
            gives=gives,
            refusals=(404,),
        ),
        post=Operation(
            name="noteConsent",
            about="What somebody was told of: to what, at which address, and how we know.",
            group=G,
            scopes=(EDIT,),
            takes=ConsentSerializer,
            gives=gives,
            codes=(201,),
            refusals=(404,),
            sent={"purpose": "contact", "proof": "Said so on the phone"},
        ),
    )
    offer(
        "customers/<int:pk>/consents/<int:consent>/withdraw/",
        post=Operation(
            name="withdrawConsent",
            about="It holds no more, from now on.",
            group=G,
            scopes=(EDIT,),
            gives=gives,
            refusals=(404,),
        ),
    )


def _merging() -> None:
    offer(
        "customers/<int:pk>/duplicates/",
        get=Operation(
            name="listDuplicates",
            about="Who may be the same person, with what speaks for it.",
            group=G,
            scopes=(KNOW,),
            gives=listed(ref("CustomerRow")),
            refusals=(404,),
        ),
    )
    offer(
        "customers/<int:pk>/merge/",
        get=Operation(
            name="previewMerge",
            about="What would become of the two.",
            group=G,
            scopes=(KNOW, EDIT),
            gives=obj(keep=ref("Customer"), other=ref("Customer")),
            query=(Param("other", "The customer who would be merged into this one.", ID, True),),
            refusals=(404, 409),
        ),
        post=Operation(
            name="mergeCustomers",
            about="Merge the other into this one; it can be undone.",
            group=G,
            scopes=(EDIT,),
            takes=MergeSerializer,
            gives=obj(merge=NUMBER, customer=ref("Customer")),
            codes=(201,),
            refusals=(404, 409),
            sent={"other": 12},
        ),
    )
    offer(
        "customers/<int:pk>/merges/<int:merge>/undo/",
        post=Operation(
            name="undoMerge",
            about="Two people again.",
            group=G,
            scopes=(EDIT,),
            gives=ref("Customer"),
            refusals=(404, 409),
        ),
    )


def _leads() -> None:
    offer(
        "leads/",
        get=Operation(
            name="listLeads",
            about="Addresses left with consent, the newest first.",
            group="Leads",
            scopes=(KNOW,),
            gives=page(ref("Lead")),
            query=(
                Param("status", "In this status.", {"type": "string", "enum": LeadStatus.values}),
                number("inbox", "Of this inbox."),
                Param("owner", "Of this agent, or `none`."),
                SEARCHED,
                Param("cursor", CURSOR.about, ID),
            ),
        ),
        post=Operation(
            name="captureLead",
            about="Somebody who may buy, with what they agreed to. 200: it was there already.",
            group="Leads",
            scopes=(EDIT,),
            takes=LeadSerializer,
            gives=ref("Lead"),
            codes=(201, 200),
            refusals=(404, 409),
            sent={"conversation": 17, "email": "tom@shop.example", "consent": "An offer"},
        ),
    )
    offer(
        "leads/<int:pk>/",
        get=Operation(
            name="readLead",
            about="One lead.",
            group="Leads",
            scopes=(KNOW,),
            gives=ref("Lead"),
            refusals=(404,),
        ),
        patch=Operation(
            name="changeLead",
            about="What became of it.",
            group="Leads",
            scopes=(EDIT,),
            takes=LeadChangeSerializer,
            gives=ref("Lead"),
            refusals=(404, 409),
            sent={"status": "contacted"},
        ),
    )
