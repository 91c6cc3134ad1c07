"""API tokens: made with a secret that is shown once, used within limits, taken back (AUT-6)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.models import Act, Agent, ApiToken, IdempotencyKey, Scope
from helpdesk.permissions import Action, can, inboxes
from helpdesk.selectors.tokens import PREFIX, digest
from helpdesk.services.faults import FieldsError
from helpdesk.services.text import clean_line

SECRET_BYTES = 32  # 43 signs
MOST_DAYS = 365
MOST = 50  # living tokens of one agent
MOST_NETWORKS = 20
SEEN_EVERY = timedelta(minutes=1)
REMEMBERED = timedelta(hours=24)


class InvalidTokenError(FieldsError):
    """The token cannot be made like this; `errors` says why by the name of the field."""


@transaction.atomic
def create(
    *,
    by: Agent,
    agent: Agent | None = None,
    name: str,
    scopes: Collection[str],
    inbox_ids: Collection[int] | None = None,
    days: int,
    networks: Collection[str] = (),
) -> tuple[ApiToken, str]:
    """A new token and its text, which nobody can read again.

    agent: whom it acts as, oneself if none; only who administers the API may name another.
    inbox_ids: in which inboxes, None for all of the agent's. Raises InvalidTokenError.
    """
    acting = agent or by
    errors = _faults(by, acting, name, scopes, days)
    limited = list(inboxes(acting).filter(pk__in=inbox_ids or ()))
    if inbox_ids is not None and (not limited or len(limited) != len(set(inbox_ids))):
        errors["inboxes"] = _("Choose inboxes that this person may see.")
    places = _networks(networks)
    if places is None:
        errors["networks"] = _("Addresses or networks, like 192.0.2.7 or 192.0.2.0/24.")
    if errors:
        raise InvalidTokenError(errors)
    now, secret = datetime.now(UTC), secrets.token_urlsafe(SECRET_BYTES)
    made = ApiToken.objects.create(
        agent=acting,
        made_by=by,
        name=clean_line(name, 80),
        digest=digest(secret),
        scopes=sorted(set(scopes)),
        everywhere=inbox_ids is None,
        networks=places or [],
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    made.inboxes.set(limited)
    changes: audit.Changes = {"agent": [None, acting.pk], "scopes": [None, made.scopes]}
    audit.record(Act.ADDED, made, by=by, changes=changes)
    return made, f"{PREFIX}_{made.pk}_{secret}"


def _faults(
    by: Agent, acting: Agent, name: str, scopes: Collection[str], days: int
) -> dict[str, str]:
    errors = {}
    if not can(by, Action.EDIT_API) and (acting.pk != by.pk or not can(by, Action.USE_API)):
        errors["agent"] = _("You may not make a token for this person.")
    elif not acting.is_active:
        errors["agent"] = _("This account is switched off.")
    elif ApiToken.objects.filter(agent=acting).filter(_living()).count() >= MOST:
        errors["agent"] = _("There are enough tokens: revoke one first.")
    if not 1 <= len(clean_line(name, 81)) <= 80:
        errors["name"] = _("A name of up to 80 characters, please.")
    if not scopes or not set(scopes) <= set(Scope.values):
        errors["scopes"] = _("Choose what it is for.")
    if not 1 <= days <= MOST_DAYS:
        errors["days"] = _("From one day to a year.")
    return errors


def _networks(texts: Collection[str]) -> list[str] | None:
    """In their usual form; None if one of them is none, or there are too many."""
    try:
        found = [str(ip_network(one.strip(), strict=False)) for one in texts if one.strip()]
    except ValueError:
        return None
    return found if len(found) <= MOST_NETWORKS else None


def _living() -> Q:
    return Q(revoked_at__isnull=True, expires_at__gt=datetime.now(UTC))


@transaction.atomic
def revoke(token: ApiToken, *, by: Agent) -> None:
    """It opens nothing from now on. Harmless to repeat. Raises PermissionError."""
    if token.agent_id != by.pk and not can(by, Action.EDIT_API):
        raise PermissionError
    now = datetime.now(UTC)
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        audit.record(Act.DELETED, token, by=by)


def seen(token: ApiToken) -> None:
    """Write down that it was used, at most once a minute."""
    now = datetime.now(UTC)
    if token.used_at is None or token.used_at < now - SEEN_EVERY:
        late = Q(used_at__isnull=True) | Q(used_at__lt=now - SEEN_EVERY)
        ApiToken.objects.filter(late, pk=token.pk).update(used_at=now)


def keep() -> int:
    """Revoke for good those whose agent left or was signed out everywhere (a new password, another
    role); drop the answers that nobody repeats any more.
    """
    now = datetime.now(UTC)
    void = Q(agent__is_active=False) | Q(created_at__lte=F("agent__signed_out_at"))
    left = ApiToken.objects.filter(void, revoked_at__isnull=True)
    old = IdempotencyKey.objects.filter(created_at__lt=now - REMEMBERED)
    return left.update(revoked_at=now) + old.delete()[0]
