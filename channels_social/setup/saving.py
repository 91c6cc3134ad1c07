"""Writing what the set-up changed: settings mixed in, secrets never shown, the change logged."""

from __future__ import annotations

import secrets

from django.contrib.admin.models import ADDITION, CHANGE
from django.db import transaction
from django.utils.translation import gettext as _

from channels_social.models import Upkeep
from channels_social.setup.fields import Sent
from channels_social.watching import WAY
from helpdesk import audit, channel_health
from helpdesk.models import Agent, Inbox, InboxHealth, Team
from helpdesk.whole_numbers import whole_numbers


def _own() -> dict[str, str]:
    """The secrets that we make ourselves: what a provider shows or sends to prove that it is he."""
    return {
        "verify_token": secrets.token_urlsafe(24),
        "webhook_secret": secrets.token_urlsafe(32),
    }


@transaction.atomic
def add(
    provider: str, sent: Sent, team_ids: list[str], *, by: Agent
) -> tuple[Inbox | None, dict[str, str]]:
    """A new inbox, answered by these teams; None and the errors where it cannot be."""
    errors = {**sent.errors, **_taken(provider, sent.address, None)}
    teams = list(Team.objects.filter(pk__in=whole_numbers(team_ids)))
    if not teams:
        errors["teams"] = _("Somebody has to read it: choose a team.")
    if errors:
        return None, errors
    inbox = Inbox.objects.create(
        channel="social",
        provider=provider,
        name=sent.name,
        address=sent.address,
        settings={key: value for key, value in sent.settings.items() if value},
        secrets={**_own(), **sent.secrets},
    )
    inbox.teams.set(teams)
    said: list[dict[str, dict[str, str]]] = [{"added": {}}]
    audit.log(by, [inbox], ADDITION, said)
    return inbox, {}


@transaction.atomic
def change(inbox_id: int, sent: Sent, *, by: Agent) -> dict[str, str]:
    """Keep the fields; errors by field, {} when they are kept. A held queue goes on."""
    inbox = Inbox.objects.select_for_update().get(pk=inbox_id)
    errors = {**sent.errors, **_taken(inbox.provider, sent.address, inbox_id)}
    if errors:
        return errors
    inbox.name, inbox.address = sent.name, sent.address
    inbox.settings = {**inbox.settings, **sent.settings}
    inbox.secrets = {**_own(), **inbox.secrets, **sent.secrets}
    inbox.health, inbox.health_note = InboxHealth.OK, ""
    inbox.save()
    channel_health.forget(inbox.pk, WAY)
    Upkeep.objects.filter(inbox=inbox).delete()  # it is looked after anew, at once
    fields = sorted(["name", "address", *sent.settings, *sent.secrets])
    said = [{"changed": {"fields": fields}}]
    audit.log(by, [inbox], CHANGE, said)
    return {}


def _taken(provider: str, address: str, inbox_id: int | None) -> dict[str, str]:
    """An account is one inbox's."""
    rows = Inbox.objects.filter(channel="social", provider=provider, address=address)
    if address and rows.exclude(pk=inbox_id or 0).exists():
        return {"address": _("Another inbox has this address already.")}
    return {}
