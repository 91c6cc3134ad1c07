"""Four eyes: one administrator asks, another one agrees, and only then it is done (AUT-1).

Where there is only one administrator, nobody could agree: then it is done at once, and the audit
shows that one alone did it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.models import Act, Agent, Confirmation, Customer, FourEyes, Role
from helpdesk.permissions import Action, can
from helpdesk.services import erasing, holding, notices
from helpdesk.services.text import clean_line

OPEN_FOR = timedelta(days=7)
TAKEN_WITHIN = timedelta(hours=24)


class OverError(ValueError):
    """Somebody decided already, or its time is over."""


class OwnRequestError(ValueError):
    """Who asked cannot be the second one."""


def needed(by: Agent) -> bool:
    """Whether there is somebody to agree."""
    return _others(by).exists()


def _others(by: Agent) -> QuerySet[Agent]:
    return Agent.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=by.pk)


def waiting(now: datetime | None = None) -> QuerySet[Confirmation]:
    """What is open, newest first; not while its person is merged into another one."""
    found = Confirmation.objects.filter(
        Q(customer=None) | Q(customer__merged_into=None),
        agreed=None,
        until__gt=now or datetime.now(UTC),
    )
    return found.select_related("customer", "asked_by")


@transaction.atomic
def ask(
    kind: FourEyes, *, by: Agent, customer: Customer | None = None, reason: str = ""
) -> Confirmation:
    """Ask for it; the others hear by mail. Safe to repeat. Raises PermissionError."""
    _allowed(by)
    now = datetime.now(UTC)
    mine = Confirmation.objects.filter(
        kind=kind, customer=customer, asked_by=by, agreed=None
    ).select_for_update()
    mine.filter(until__lte=now).update(agreed=False, decided_at=now)
    if known := mine.first():
        return known
    made = Confirmation.objects.create(
        kind=kind, customer=customer, asked_by=by, asked_at=now, until=now + OPEN_FOR,
        reason=clean_line(reason, 200),
    )  # fmt: skip
    about = customer or made
    audit.record(Act.ASKED, about, by=by, changes={"what": (None, kind)}, reason=made.reason)
    for other in _others(by):
        _write(other, made)
    return made


def _write(other: Agent, made: Confirmation) -> None:
    with translation.override(other.language):
        what = {"name": made.asked_by.display_name, "what": made.get_kind_display()}
        subject = _("Parley: %(name)s asks you to agree: %(what)s") % what
        notices.post(other.email, subject, f"{settings.PUBLIC_BASE_URL}{reverse('privacy')}")


@transaction.atomic
def decide(pk: int, *, agree: bool, by: Agent) -> Confirmation:
    """Agree, and what was asked for is done in its asker's name; or refuse, or take back one's own.

    Raises OverError, OwnRequestError, PermissionError, HeldError, Confirmation.DoesNotExist.
    """
    _allowed(by)
    now = datetime.now(UTC)
    one = Confirmation.objects.select_for_update().get(pk=pk)
    if one.agreed is not None or one.until <= now:
        raise OverError
    if agree and one.customer is not None and one.customer.merged_into_id is not None:
        raise OverError  # of whom they became, nobody was asked
    if agree and one.asked_by_id == by.pk:
        raise OwnRequestError
    if agree and not can(one.asked_by, Action.KEEP_PRIVACY):
        raise OverError  # who asked has lost the right since
    one.agreed, one.decided_by, one.decided_at = agree, by, now
    one.save(update_fields=["agreed", "decided_by", "decided_at"])
    told = {"what": (None, one.kind), "asked_by": (None, one.asked_by_id)}
    audit.record(Act.CONFIRMED if agree else Act.REFUSED, one.customer or one, by=by, changes=told)
    if agree and one.customer is not None:
        if one.kind == FourEyes.ERASE:
            erasing.erase(one.customer.pk, by=one.asked_by, reason=one.reason)
        elif one.kind == FourEyes.LIFT:
            holding.lift(one.customer, by=one.asked_by)
    return one


@transaction.atomic
def use(kind: FourEyes, *, by: Agent) -> bool:
    """Take what was agreed to, once and within a day; False if nothing was."""
    now = datetime.now(UTC)
    fresh = Q(decided_at__gt=now - TAKEN_WITHIN, used_at=None, agreed=True)
    mine = Confirmation.objects.select_for_update().filter(fresh, kind=kind, asked_by=by).first()
    if mine is None:
        return False
    mine.used_at = now
    mine.save(update_fields=["used_at"])
    return True


def _allowed(by: Agent) -> None:
    if not can(by, Action.KEEP_PRIVACY):
        raise PermissionError
