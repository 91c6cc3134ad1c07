"""Sealing every secret anew with the first of FIELD_ENCRYPTION_KEYS, so that an old one can go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import transaction
from django.db.models import Model

from helpdesk.models.fields import EncryptedJSONField, is_newest, opened_text, sealed_text

SEALED_IN_FACTORS = ("secret", "seed")


def everything() -> Iterator[tuple[str, Counter[str]]]:
    """Each kind of secret with what became of it: "sealed" anew, "newest" already, or "lost".

    A lost one, which no key opens, is left as it is: its key may be found again.
    """
    for model in apps.get_models():
        for field in model._meta.get_fields():  # noqa: SLF001  documented
            if isinstance(field, EncryptedJSONField):
                kept = model._base_manager.order_by("pk").values_list("pk", flat=True)  # noqa: SLF001
                counted = Counter(_row(model, field.name, pk) for pk in kept.iterator())
                yield f"{model._meta.label}.{field.name}", counted  # noqa: SLF001
    factors = Authenticator.objects.order_by("pk").values_list("pk", flat=True)
    yield "mfa.Authenticator.data", Counter(_factor(pk) for pk in factors.iterator())


@transaction.atomic
def _row(model: type[Model], name: str, pk: object) -> str:
    rows = model._base_manager.filter(pk=pk)  # noqa: SLF001
    sealed = rows.select_for_update().values_list(name, flat=True).first()
    if not sealed:
        return "empty"
    newest = is_newest(bytes(sealed))
    if newest is None:
        return "lost"
    if newest:
        return "newest"
    rows.update(**{name: getattr(rows.get(), name)})
    return "sealed"


@transaction.atomic
def _factor(pk: int) -> str:
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    names = [name for name in SEALED_IN_FACTORS if row is not None and row.data.get(name)]
    if row is None or not names:
        return "empty"
    found = {name: is_newest(row.data[name]) for name in names}
    if None in found.values():
        return "lost"
    if all(found.values()):
        return "newest"
    row.data |= {name: sealed_text(opened_text(row.data[name])) for name in names}
    row.save(update_fields=["data"])
    return "sealed"
