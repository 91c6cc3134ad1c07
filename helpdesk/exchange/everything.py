"""The whole desk as JSON lines, a row each, so that nobody is locked in. Secrets are not in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Model

from helpdesk.models.fields import EncryptedJSONField

LEFT_OUT = frozenset(
    {
        "sessions.Session",
        "helpdesk.SignIn",
        "mfa.Authenticator",
        "account.EmailConfirmation",
        "socialaccount.SocialApp",
        "socialaccount.SocialToken",
        "contenttypes.ContentType",
        "auth.Permission",
        "auth.Group",
        "helpdesk.PushKey",
        "helpdesk.PushSubscription",
        "helpdesk.FetchedPicture",
        "chat.VisitorSession",
    }
)
"""Sessions with their keys, second factors, caches and what only this installation can use."""
SECRET = frozenset({"password", "token_sha256", "key"})


def models() -> list[type[Model]]:
    """Every table that goes out, what others point at first as far as that can be said."""
    return [
        one
        for one in apps.get_models()
        if one._meta.label not in LEFT_OUT  # noqa: SLF001  Django documents it
    ]


def lines() -> Iterator[str]:
    """A line for each row: {"model", "pk", "fields"}."""
    for model in models():
        names = [
            one.attname
            for one in model._meta.concrete_fields  # noqa: SLF001
            if not isinstance(one, EncryptedJSONField | BinaryField) and one.name not in SECRET
        ]
        rows = model._default_manager.order_by("pk").values("pk", *names)  # noqa: SLF001
        for row in rows.iterator(chunk_size=1000):
            pk = row.pop("pk")
            yield _line(model, pk, row)


def _line(model: type[Model], pk: Any, fields: dict[str, Any]) -> str:
    told = {"model": model._meta.label_lower, "pk": pk, "fields": fields}  # noqa: SLF001
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False)
