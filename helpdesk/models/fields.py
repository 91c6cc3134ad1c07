"""Fields and ids that the models share."""

from __future__ import annotations

import os
import time
import uuid
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute


def uuid7(at: datetime | None = None, chance: int | None = None) -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7), so that index pages fill in order.

    at: the moment it tells, now if none. chance: its 80 random bits, for who needs the same again.
    """
    stamp = int(at.timestamp() * 1000) if at else time.time_ns() // 1_000_000
    value = (stamp << 80) | (int.from_bytes(os.urandom(10)) if chance is None else chance)
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return uuid.UUID(int=value)


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class _Opened(DeferredAttribute):
    """Decrypts when it is first looked at: rows are read far more often than their secrets."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, (bytes, memoryview)):
            value = instance.__dict__[self.field.attname] = _opened(bytes(value))
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        # With it, Python asks __get__ even where the instance holds a value.
        instance.__dict__[self.field.attname] = value


def _opened(sealed: bytes) -> dict[str, Any]:
    if not sealed:
        return {}
    try:
        plain = _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(sealed)
    except InvalidToken:
        return {}
    loaded: dict[str, Any] = orjson.loads(plain)
    return loaded


def sealed_text(text: str) -> str:
    """A short text encrypted by FIELD_ENCRYPTION_KEYS, for rows of libraries."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def opened_text(sealed: str) -> str:
    """What sealed_text() sealed; "" if no key opens it."""
    try:
        return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(sealed).decode()
    except InvalidToken:
        return ""


def is_newest(sealed: bytes | str) -> bool | None:
    """Whether the first key sealed this; None if no key opens it."""
    keys = tuple(settings.FIELD_ENCRYPTION_KEYS)
    for number, key in enumerate(keys):
        try:
            _cipher((key,)).decrypt(sealed)
        except InvalidToken:
            continue
        return number == 0
    return None


class EncryptedJSONField(models.BinaryField):  # type: ignore[type-arg]
    """A dict kept encrypted at rest by FIELD_ENCRYPTION_KEYS (the first encrypts, all decrypt).

    A value that no key opens reads as {} so that a lost key breaks a channel, not the desk.
    `values()` gives it as it is stored.
    """

    descriptor_class = _Opened

    def get_prep_value(self, value: Any) -> bytes:
        return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(orjson.dumps(value or {}))

    def value_to_string(self, obj: models.Model) -> str:
        return ""
