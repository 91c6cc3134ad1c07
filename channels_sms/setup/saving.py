"""Keeping what was typed: checked, secrets written and never shown, the change logged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.contrib.admin.models import ADDITION, CHANGE
from django.db import transaction
from django.utils.translation import gettext as _

from channels_sms.adapter import e164
from channels_sms.providers import gateway_templates as templates
from channels_sms.setup.fields import Field, Gateway
from helpdesk import audit
from helpdesk.models import Agent, Inbox, InboxHealth, Team
from helpdesk.whole_numbers import whole_numbers

LONGEST = 4000
Errors = dict[str, str]


def number(gateway: Gateway, text: str) -> str:
    """Our number in one spelling; with the network's name before it where that is needed."""
    prefix = "whatsapp:" if gateway.provider == "twilio_whatsapp" else ""
    return prefix + e164(text.strip().removeprefix("whatsapp:"))


@transaction.atomic
def add(
    gateway: Gateway, shown: Mapping[str, str], team_ids: list[str], *, by: Agent
) -> tuple[Inbox | None, Errors]:
    """A new inbox for a number, read by these teams; None and the errors where it cannot be."""
    address, name = number(gateway, shown.get("address", "")), shown.get("name", "").strip()
    errors = _wrong_number(gateway, address, None)
    if not 0 < len(name) <= 120:
        errors["name"] = _("An inbox needs a name.")
    teams = list(Team.objects.filter(pk__in=whole_numbers(team_ids)))
    if not teams:
        errors["teams"] = _("Somebody has to read it: choose a team.")
    if errors:
        return None, errors
    inbox = Inbox.objects.create(
        channel=gateway.channel, provider=gateway.provider, address=address, name=name
    )
    inbox.teams.set(teams)
    said: list[dict[str, dict[str, str]]] = [{"added": {}}]
    audit.log(by, [inbox], ADDITION, said)
    return inbox, {}


@transaction.atomic
def change(inbox_id: int, gateway: Gateway, shown: Mapping[str, str], *, by: Agent) -> Errors:
    """Keep the connection. An empty secret leaves the stored one as it is."""
    inbox = Inbox.objects.select_for_update().get(pk=inbox_id)
    address = number(gateway, shown.get("address", ""))
    errors = _wrong_number(gateway, address, inbox.pk)
    settings, secrets = dict(inbox.settings), dict(inbox.secrets)
    for field in gateway.fields:
        try:
            value = _read(field, shown.get(field.name, ""))
        except ValueError as error:
            errors[field.name] = str(error)
            continue
        kept = secrets if field.kind == "secret" else settings
        if value not in ("", None, False, {}):
            _put(kept, field.name, value)
        elif field.kind != "secret":
            _put(kept, field.name, None)
        if field.needed and not kept.get(field.name):
            errors[field.name] = _("This is needed.")
    if errors:
        return errors
    inbox.address, inbox.settings, inbox.secrets = address, settings, secrets
    inbox.health, inbox.health_note = InboxHealth.OK, ""  # it is worth another try
    inbox.save()
    names = sorted(["address", *(field.name for field in gateway.fields)])
    said = [{"changed": {"fields": names}}]
    audit.log(by, [inbox], CHANGE, said)
    return {}


def _put(kept: dict[str, Any], name: str, value: Any) -> None:
    """Keep a value, or (None) forget it; a name with a dot is one of an object's."""
    whole, _dot, part = name.partition(".")
    if part:
        value = {**(kept.get(whole) or {}), part: value}
        value = {key: one for key, one in value.items() if one is not None} or None
    if value is None:
        kept.pop(whole, None)
    else:
        kept[whole] = value


def _wrong_number(gateway: Gateway, address: str, pk: int | None) -> Errors:
    bare = address.removeprefix("whatsapp:")
    if not (bare.startswith("+") and bare[1:].isdigit()):
        return {"address": _("A number with its country code, please, such as +386 40 123 456.")}
    same = Inbox.objects.filter(
        channel=gateway.channel, provider=gateway.provider, address=address
    ).exclude(pk=pk or 0)
    return {"address": _("Another inbox has this number.")} if same.exists() else {}


def _read(field: Field, text: str) -> Any:
    """The value of a field. Raises ValueError with words for whoever typed it."""
    if len(text) > LONGEST:
        raise ValueError(_("This is too long."))
    if field.kind == "tick":
        return text == "1"
    if field.kind == "choice":
        if text and text not in field.choices:
            raise ValueError(_("Choose one of the list."))
        return text
    if field.kind == "number":
        if text.strip() and not (text.strip().isdecimal() and 0 < int(text) < 65536):
            raise ValueError(_("A whole number, please."))
        return int(text) if text.strip() else ""
    if field.kind != "json":
        return _fitting(field, text.strip())
    if not text.strip():
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(_("This is not JSON: %(why)s") % {"why": error}) from None
    if not isinstance(found, dict):
        raise ValueError(  # noqa: TRY004  it is a value of a form
            _("This has to be a JSON object.")
        )
    reader = templates.sending if field.name == "send" else templates.hearing
    try:
        reader({field.name: found})
    except (LookupError, TypeError, ValueError) as error:
        raise ValueError(_("This cannot be used: %(why)s") % {"why": error}) from None
    return found


def _fitting(field: Field, text: str) -> str:
    """What the protocol carries whole: cut, it would be another password. Raises ValueError."""
    if not field.octets:
        return text
    if len(text) > field.octets:
        words = _("SMPP has room for %(most)d signs, and this has %(many)d.")
        raise ValueError(words % {"most": field.octets, "many": len(text)})
    if not (text.isprintable() and all(ord(sign) < 256 for sign in text)):
        raise ValueError(_("SMPP carries only Latin letters, figures and signs here."))
    return text
