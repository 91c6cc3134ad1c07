"""Writing what the set-up changed: settings mixed in, secrets never shown, the change logged."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE
from django.db import transaction
from django.utils.translation import gettext as _

from channels_email import signing
from channels_email.setup.reading import Sent
from helpdesk import audit
from helpdesk.models import Agent, Inbox, InboxHealth, Team
from helpdesk.whole_numbers import whole_numbers


@transaction.atomic
def change(inbox_id: int, sent: Sent, *, by: Agent) -> dict[str, str]:
    """Keep one part of the page; errors by field, {} when it is kept."""
    errors = {**sent.errors, **_taken(sent, inbox_id)}
    if errors:
        return errors
    inbox = Inbox.objects.select_for_update().get(pk=inbox_id)
    kept = {**inbox.secrets, **sent.secrets}
    if inbox.provider != sent.columns.get("provider", inbox.provider):
        kept = _without_old(kept, sent)
    missing = {name for name in sent.needs if not kept.get(name)}
    if missing:
        return dict.fromkeys(missing, _("It does not work without."))
    if sent.columns.get("provider") and not kept.get("hook_secret"):
        kept["hook_secret"] = new_hook_secret()
    mixed = {**inbox.settings, **sent.settings}
    inbox.settings = {key: value for key, value in mixed.items() if value is not None}
    for name, value in sent.columns.items():
        setattr(inbox, name, value)
    inbox.secrets = kept
    if sent.secrets or {"host", "port", "security", "username"} & sent.settings.keys():
        inbox.health, inbox.health_note = InboxHealth.OK, ""  # it is worth another try
    inbox.save()
    _log(inbox, sorted([*sent.columns, *sent.settings, *sent.secrets]), by)
    return {}


@transaction.atomic
def turn_hook_secret(inbox_id: int, *, by: Agent) -> str:
    """A new password for the address that the provider calls; the old one is void at once."""
    inbox = Inbox.objects.select_for_update().get(pk=inbox_id)
    secret = new_hook_secret()
    inbox.secrets = {**inbox.secrets, "hook_secret": secret}
    inbox.save(update_fields=["secrets"])
    _log(inbox, ["hook_secret"], by)
    return secret


def new_hook_secret() -> str:
    """Fit for the password in an address."""
    return secrets.token_urlsafe(24)


def _without_old(kept: dict[str, Any], sent: Sent) -> dict[str, Any]:
    """What was another provider's does not go to the new one."""
    old = {"api_key", "api_secret", "hook_keys", "hook_secret"} - sent.secrets.keys()
    return {name: value for name, value in kept.items() if name not in old}


@transaction.atomic
def add(sent: Sent, team_ids: list[str], *, by: Agent) -> tuple[Inbox | None, dict[str, str]]:
    """A new mailbox, answered by these teams; None and the errors where it cannot be."""
    errors = {**sent.errors, **_taken(sent, None)}
    teams = list(Team.objects.filter(pk__in=whole_numbers(team_ids)))
    if not teams:
        errors["teams"] = _("Somebody has to read it: choose a team.")
    if errors:
        return None, errors
    kept = {key: value for key, value in sent.settings.items() if value is not None}
    inbox = Inbox.objects.create(channel="email", settings=kept, **sent.columns)
    inbox.teams.set(teams)
    said: list[dict[str, dict[str, str]]] = [{"added": {}}]
    audit.log(by, [inbox], ADDITION, said)
    return inbox, {}


@transaction.atomic
def turn_key(inbox_id: int, verb: str, *, by: Agent) -> None:
    """Make a DKIM key that waits for its record (new), use it (use), or sign no more (stop)."""
    inbox = Inbox.objects.select_for_update().get(pk=inbox_id)
    if verb == "new":
        inbox.settings, inbox.secrets = signing.with_new_key(inbox)
    elif verb == "use":
        inbox.settings, inbox.secrets = signing.with_next_in_use(inbox)
    else:
        inbox.settings, inbox.secrets = signing.without_keys(inbox)
    inbox.save(update_fields=["settings", "secrets"])
    _log(inbox, ["dkim"], by)


def _taken(sent: Sent, inbox_id: int | None) -> dict[str, str]:
    """An address is one mailbox's, be it the first name or an alias (D8)."""
    own = sent.columns.get("address")
    wanted = {own, *(sent.settings.get("aliases") or ())} - {None, ""}
    others: set[Any] = set()
    rows = Inbox.objects.filter(channel="email").exclude(pk=inbox_id or 0)
    for known, settings in rows.values_list("address", "settings"):
        others |= {known.lower(), *(settings.get("aliases") or ())}
    if own in others:
        return {"address": _("Another inbox has this address already.")}
    if wanted & others:
        return {"aliases": _("Another inbox has one of these addresses already.")}
    return {}


def _log(inbox: Inbox, fields: list[str], by: Agent) -> None:
    said = [{"changed": {"fields": fields}}]
    audit.log(by, [inbox], CHANGE, said)
