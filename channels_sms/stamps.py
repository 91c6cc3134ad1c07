"""The signature of the HTTP gateway's and the telephone systems' calls. Pure: the fakes use it."""

from __future__ import annotations

import hashlib
import hmac


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The hex `X-Signature` of a call."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
