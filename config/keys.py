"""Keys that a start refuses: too short, well known, or one key for two purposes (AUT-17)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

SHORTEST = 50  # characters of SECRET_KEY
KNOWN = ("only-for-tests", "django-insecure", "change-me", "changeme", "secret", "example")
KNOWN_FIELD_KEYS = ("dGVzdHMtb25seS1rZXktdGVzdHMtb25seS1rZXktISE=",)


def refuse_weak(secret: str, field_keys: Sequence[str]) -> None:
    """Raise ImproperlyConfigured for keys that somebody else may know."""
    if len(secret) < SHORTEST or len(set(secret)) < 12 or secret.lower().startswith(KNOWN):
        raise ImproperlyConfigured(
            f"SECRET_KEY must be random and have {SHORTEST} characters at least: "
            "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    for key in field_keys:
        try:
            raw = base64.urlsafe_b64decode(key)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != 32 or len(set(raw)) < 8 or key in KNOWN_FIELD_KEYS or key == secret:
            raise ImproperlyConfigured(
                "every one of FIELD_ENCRYPTION_KEYS must be a random Fernet key of its own: python "
                "-c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
            )
