"""Orders of the shop: signed by its server, counted once, owed to the chat before them."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from helpdesk.events import Kind, locked, record
from helpdesk.models import Conversation, Customer, CustomerIdentity, Inbox, Order

ATTRIBUTED_WITHIN = timedelta(days=7)
_NUMBER = re.compile(r"[^|\x00-\x1f\x7f\ud800-\udfff]{1,100}")
_VISITOR = re.compile(r"[^|\x00-\x1f\x7f\ud800-\udfff]{0,320}")
_VALUE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


class InvalidOrderError(ValueError):
    """A field of the order is missing or malformed; the text says which."""


class ForgedOrderError(PermissionError):
    """The signature is missing or not made with the inbox's secret, or there is no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One order as the shop spelled it: the very texts that it signed.

    value: digits with at most two decimals after a point; currency: ISO 4217. None of them
    may hold the separator `|`, so that one signature fits one order only.
    """

    number: str
    value: str
    currency: str
    visitor: str = ""

    def signed(self, secret: str) -> str:
        """HMAC-SHA256 in hex of `number|value|currency|visitor`."""
        text = "|".join((self.number, self.value, self.currency, self.visitor))
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _digest(visitor: str) -> str:
    """What is kept of a visitor's id."""
    return hashlib.sha256(visitor.encode()).hexdigest()


def _check(inbox: Inbox, bill: Bill, signature: str) -> None:
    for name, rule, text in (
        ("number", _NUMBER, bill.number),
        ("value", _VALUE, bill.value),
        ("currency", _CURRENCY, bill.currency),
        ("visitor", _VISITOR, bill.visitor),
    ):
        if not rule.fullmatch(text):
            msg = f"{name} is missing or malformed"
            raise InvalidOrderError(msg)
    secret = inbox.secrets.get("order_secret")
    if not isinstance(secret, str) or not secret:
        msg = "this inbox takes no orders"
        raise ForgedOrderError(msg)
    if not hmac.compare_digest(bill.signed(secret).encode(), signature.lower().encode()):
        msg = "the signature does not fit"
        raise ForgedOrderError(msg)


def record_order(
    inbox: Inbox,
    bill: Bill,
    *,
    signature: str,
    buyer: Customer | None = None,
    now: datetime | None = None,
) -> tuple[Order, bool]:
    """Keep a signed order; (order, created). A repeat of its number returns the first one.

    It is owed to the last conversation in this inbox, within seven days, of its buyer: `buyer`,
    whom the channel knows by the bill's visitor, else whoever has that address. Of the visitor
    only the SHA-256 is kept; the currency stays as it is. Raises InvalidOrderError,
    ForgedOrderError.
    """
    _check(inbox, bill, signature)
    at = now or datetime.now(UTC)
    buyer = buyer or _known(inbox, bill.visitor)
    owed = _owed(inbox, buyer, at)
    with transaction.atomic():
        if owed is None:
            return _keep(inbox, bill, at, buyer, None)
        with locked(owed) as conversation:
            order, created = _keep(inbox, bill, at, buyer, conversation)
            if created:
                record(conversation, Kind.ORDER_RECORDED, payload={"order": order.pk})
    return order, created


def _keep(
    inbox: Inbox,
    bill: Bill,
    at: datetime,
    buyer: Customer | None,
    conversation: Conversation | None,
) -> tuple[Order, bool]:
    """get_or_create: the unique number settles a race, the loser reads the winner's row."""
    return Order.objects.get_or_create(
        inbox=inbox,
        number=bill.number,
        defaults={
            "value": Decimal(bill.value),
            "currency": bill.currency,
            "visitor": _digest(bill.visitor) if bill.visitor else "",
            "customer": buyer,
            "conversation": conversation,
            "ordered_at": at,
        },
    )


def _known(inbox: Inbox, visitor: str) -> Customer | None:
    """Who is known by this very address and has written to this inbox."""
    if not visitor:
        return None
    found = CustomerIdentity.objects.filter(
        address=visitor, verified=True, customer__conversations__inbox=inbox
    )
    identity = found.select_related("customer").order_by("pk").first()
    return identity.customer if identity else None


def _owed(inbox: Inbox, buyer: Customer | None, at: datetime) -> int | None:
    if buyer is None:
        return None
    recent = Conversation.objects.filter(
        customer=buyer, inbox=inbox, last_message_at__gte=at - ATTRIBUTED_WITHIN
    )
    return recent.order_by("-last_message_at", "-pk").values_list("pk", flat=True).first()
