"""What those who lead an inbox may change of it: never its connection, never its secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.admin.models import CHANGE
from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.models import AddressForm, Agent, Inbox, Register
from helpdesk.services.faults import FieldsError
from helpdesk.services.text import clean_line

NAME_LENGTH = 120


class InvalidInboxError(FieldsError):
    """Something cannot be kept; `errors` says what, by field."""


@dataclass(frozen=True, slots=True)
class Basics:
    """name: as customers and colleagues see it. language: where a customer's is not known.

    forms: a register by language, "" for all other languages; a missing one is the template's own.
    """

    name: str
    language: str
    forms: Mapping[str, str]


def basics(inbox: Inbox) -> Basics:
    """An inbox as it is now; one query."""
    forms = {one.language: one.register for one in inbox.address_forms.all()}
    return Basics(inbox.name, inbox.language, forms)


@transaction.atomic
def change(inbox_id: int, wanted: Basics, *, by: Agent) -> Inbox:
    """Change the basics; what changed goes into the admin's log. Raises InvalidInboxError."""
    inbox = Inbox.objects.select_for_update().get(pk=inbox_id)
    name = clean_line(wanted.name, NAME_LENGTH + 1)
    known = dict(settings.LANGUAGES)
    errors: dict[str, str] = {}
    if not name:
        errors["name"] = _("An inbox needs a name.")
    elif len(name) > NAME_LENGTH:
        errors["name"] = _("At most %(n)d characters.") % {"n": NAME_LENGTH}
    if wanted.language not in known:
        errors["language"] = _("Choose one of the list.")
    for language, register in wanted.forms.items():
        if language not in {"", *known} or register not in Register.values:
            errors["forms"] = _("Choose one of the list.")
    if errors:
        raise InvalidInboxError(errors)
    before = basics(inbox)
    after = Basics(name, wanted.language, dict(wanted.forms))
    changed = [one for one in ("name", "language") if getattr(before, one) != getattr(after, one)]
    if changed:
        inbox.name, inbox.language = name, wanted.language
        inbox.save(update_fields=["name", "language"])
    if before.forms != after.forms:
        changed.append("address_forms")
        AddressForm.objects.filter(inbox=inbox).delete()
        AddressForm.objects.bulk_create(
            AddressForm(inbox=inbox, language=language, register=register)
            for language, register in after.forms.items()
        )
    if changed:
        said = [{"changed": {"fields": changed}}]
        audit.log(by, [inbox], CHANGE, said)
    return inbox
