"""What is left of an erased address: a keyed hash, by which it is known again and never read."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

PREFIX = "erased:"


def of(kind: str, address: str) -> str:
    """The tombstone of an address of this kind; only this installation can make it."""
    key = hashlib.sha256(b"tombstones" + settings.SECRET_KEY.encode()).digest()
    said = f"{kind}:{address.strip().lower()}".encode("utf-8", "surrogatepass")
    return PREFIX + hmac.new(key, said, hashlib.sha256).hexdigest()
