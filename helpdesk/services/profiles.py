"""What an agent says of themselves: names, one line, photo, language, time zone, signature."""

from __future__ import annotations

import hashlib
import zoneinfo
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk import pictures
from helpdesk.models import Agent, Face
from helpdesk.phrasing import texts
from helpdesk.services.faults import FieldsError
from helpdesk.services.text import clean, clean_line

LENGTHS = {"first_name": 60, "last_name": 60, "public_name": 80, "bio": 120}
SIGNATURE = 1000  # characters
FIELDS = (*LENGTHS, "language", "time_zone", "signature")
_KEPT = (*FIELDS, "language_chosen")


class InvalidProfileError(FieldsError):
    """Something cannot be kept; `errors` says what, by field."""


@transaction.atomic
def change(wanted: Mapping[str, str], *, by: Agent) -> Agent:
    """Change some of one's own FIELDS; others are ignored. Raises InvalidProfileError."""
    row = Agent.objects.select_for_update().get(pk=by.pk)
    errors: dict[str, str] = {}
    for name, length in LENGTHS.items():
        if name in wanted:
            text = clean_line(wanted[name], length + 1)
            if len(text) > length:
                errors[name] = _("At most %(n)d characters.") % {"n": length}
            setattr(row, name, text)
    if "signature" in wanted:
        row.signature = _signature(wanted["signature"], errors)
    if not row.first_name:
        errors["first_name"] = _("Colleagues need a name to call you by.")
    if "language" in wanted:
        row.language = wanted["language"]
        if row.language not in dict(settings.LANGUAGES):
            errors["language"] = _("Choose one of the list.")
        row.language_chosen = True
    if "time_zone" in wanted:
        row.time_zone = wanted["time_zone"]
        if row.time_zone and row.time_zone not in zoneinfo.available_timezones():
            errors["time_zone"] = _("Choose one of the list.")
    if errors:
        raise InvalidProfileError(errors)
    row.save(update_fields=_KEPT)
    for name in _KEPT:
        setattr(by, name, getattr(row, name))
    return by


@transaction.atomic
def speak(language: str, *, by: Agent) -> Agent:
    """Let the screens speak this language to the agent, wherever they sign in; no other changes."""
    if language in dict(settings.LANGUAGES):
        by.language, by.language_chosen = language, True
        by.save(update_fields=["language", "language_chosen"])
    return by


def _signature(given: str, errors: dict[str, str]) -> str:
    text = clean(given, SIGNATURE + 1).strip()
    if len(text) > SIGNATURE:
        errors["signature"] = _("At most %(n)d characters.") % {"n": SIGNATURE}
    elif fault := texts.fault(text):
        errors["signature"] = _("This cannot be filled in: %(what)s") % {"what": fault.what}
    return text


def show(data: bytes, *, by: Agent) -> Agent:
    """Keep a photo of oneself instead of the one before. Raises pictures.BadPictureError."""
    png = pictures.square(data)
    digest = hashlib.sha256(png).hexdigest()
    with transaction.atomic():
        row = Agent.objects.select_for_update().get(pk=by.pk)
        Face.objects.update_or_create(agent=row, defaults={"digest": digest, "png": png})
        row.photo = by.photo = digest
        row.save(update_fields=["photo"])
    return by


@transaction.atomic
def hide(*, by: Agent) -> Agent:
    """Take one's photo away: its address answers nobody any more."""
    row = Agent.objects.select_for_update().get(pk=by.pk)
    Face.objects.filter(agent=row).delete()
    row.photo = by.photo = ""
    row.save(update_fields=["photo"])
    return by
