"""Endpoints of webhooks: made, changed, given another secret, tried, switched, replayed."""

from __future__ import annotations

import base64
import secrets as chance
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.models import Act, Agent, Inbox, WebhookDelivery, WebhookEndpoint, WebhookState
from helpdesk.permissions import Action, can
from helpdesk.selectors import stream
from helpdesk.services.faults import FieldsError
from helpdesk.services.text import clean_line

PREFIX = "whsec_"
TWO_SECRETS = timedelta(hours=24)
PATIENCE = timedelta(hours=24)  # how long one event is tried
MOST = 50
TRIAL = "test"


class InvalidWebhookError(FieldsError):
    """The endpoint cannot be like this; `errors` says why by the name of the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An endpoint as its form holds it; inboxes None: of every one."""

    name: str
    url: str
    kinds: Collection[str]
    notes: bool = False
    inboxes: Collection[int] | None = None


@transaction.atomic
def save(endpoint: WebhookEndpoint | None, draft: Draft, *, by: Agent) -> WebhookEndpoint:
    """A new one, told of what happens from now on, or another shape of an old one.

    Raises InvalidWebhookError, PermissionError.
    """
    _allowed(by)
    limited = list(Inbox.objects.filter(pk__in=draft.inboxes or ()))
    errors = _faults(draft, limited, new=endpoint is None)
    if errors:
        raise InvalidWebhookError(errors)
    made = endpoint or WebhookEndpoint(
        made_by=by, secrets={"now": _secret()}, read_to=stream.mark().event
    )
    made.name, made.url = clean_line(draft.name, 80), draft.url.strip()
    made.kinds, made.notes = sorted(set(draft.kinds)), draft.notes
    made.everywhere = draft.inboxes is None
    made.save()
    made.inboxes.set(limited)
    if endpoint is not None:
        _untold(made, limited)
    # The host alone: providers put secrets into the path.
    changes = {"url": [None, urlsplit(made.url).netloc]}
    changes |= {name: [None, getattr(made, name)] for name in ("kinds", "notes")}
    audit.record(Act.CHANGED if endpoint else Act.ADDED, made, by=by, changes=changes)
    return made


def _untold(endpoint: WebhookEndpoint, limited: list[Inbox]) -> None:
    """What waits to be told and is no longer for it is never told."""
    kept = {*endpoint.kinds, TRIAL} - (set() if endpoint.notes else stream.AMONG_COLLEAGUES)
    gone = ~Q(kind__in=kept)
    if not endpoint.everywhere:
        gone |= Q(conversation__isnull=False) & ~Q(conversation__inbox__in=limited)
    endpoint.deliveries.filter(gone, state=WebhookState.QUEUED).delete()


@transaction.atomic
def rotate(endpoint: WebhookEndpoint, *, by: Agent) -> str:
    """Another secret, from now on; for 24 hours tellings are signed with the old one as well."""
    _allowed(by)
    one = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    fresh = _secret()
    one.secrets = {"now": fresh, "before": one.secrets.get("now", "")}
    one.old_until = datetime.now(UTC) + TWO_SECRETS
    one.save(update_fields=["secrets", "old_until"])
    audit.record(Act.CHANGED, one, by=by, changes={"secrets": None})
    return fresh


@transaction.atomic
def switch(endpoint: WebhookEndpoint, *, on: bool, by: Agent) -> None:
    """On again, it is told of all that happened meanwhile."""
    _allowed(by)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        enabled=on, failing_since=None, stopped_at=None
    )
    audit.record(Act.CHANGED, endpoint, by=by, changes={"enabled": [not on, on]})


@transaction.atomic
def delete(endpoint: WebhookEndpoint, *, by: Agent) -> None:
    """It is told nothing more, and its log is gone."""
    _allowed(by)
    audit.record(Act.DELETED, endpoint, by=by)
    endpoint.delete()


@transaction.atomic
def attempt(endpoint: WebhookEndpoint, *, by: Agent) -> WebhookDelivery:
    """Send it something harmless, to see whether it arrives."""
    _allowed(by)
    now = datetime.now(UTC)
    return WebhookDelivery.objects.create(
        endpoint=endpoint, kind=TRIAL, next_at=now, created_at=now, give_up_at=now + PATIENCE
    )


@transaction.atomic
def replay(delivery: WebhookDelivery, *, by: Agent) -> None:
    """Tell it again, with the same id; what is on its way is left alone."""
    _allowed(by)
    now = datetime.now(UTC)
    over = (WebhookState.DONE, WebhookState.FAILED)
    WebhookDelivery.objects.filter(pk=delivery.pk, state__in=over).update(
        state=WebhookState.QUEUED, attempts=0, next_at=now, give_up_at=now + PATIENCE
    )


def _allowed(by: Agent) -> None:
    if not can(by, Action.EDIT_API):
        raise PermissionError


def _secret() -> str:
    return PREFIX + base64.b64encode(chance.token_bytes(32)).decode()


def _faults(draft: Draft, limited: list[Inbox], *, new: bool) -> dict[str, str]:
    errors = {}
    if not 1 <= len(clean_line(draft.name, 81)) <= 80:
        errors["name"] = _("A name of up to 80 characters, please.")
    if not _is_address(draft.url.strip()):
        errors["url"] = _("An address that begins with https:// or http://, please.")
    if not draft.kinds or not set(draft.kinds) <= stream.KINDS:
        errors["kinds"] = _("Choose what it is told of.")
    elif not draft.notes and set(draft.kinds) <= stream.AMONG_COLLEAGUES:
        errors["kinds"] = _("Without notes, it would be told of nothing.")
    if draft.inboxes is not None and not limited:
        errors["inboxes"] = _("Choose at least one inbox.")
    if new and WebhookEndpoint.objects.count() >= MOST:
        errors["name"] = _("There are enough webhooks: delete one first.")
    return errors


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
        sound = sound and "@" not in parts.netloc  # the one client for calls refuses it
    except ValueError:
        return False
    return sound and len(text) <= 500 and text.isascii() and text.isprintable() and " " not in text
