"""Whether a call is its provider's: signatures over the raw body, compared in constant time.

No proof is good without a key: an empty one never matches (SEC-36).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from django.utils.crypto import constant_time_compare

from helpdesk.adapters import RefusedError

SHORTEST_SECRET: Final = 20
WINDOW_SECONDS: Final = 24 * 3600
"""How old a signed time may be. Providers repeat a call for hours, some under its first time."""

_BLOCK: Final = re.compile(r"-----BEGIN [^-]*-----[^-]+-----END [^-]*-----")
_FRAME: Final = re.compile(r"-----[^-]*-----|\s")


def password(secret: str, authorization: str) -> None:
    """HTTP Basic with this secret as its password, whatever the user. Raises RefusedError."""
    scheme, _blank, given = authorization.partition(" ")
    try:
        user_and_password = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        user_and_password = b""
    found = user_and_password.partition(b":")[2]
    strong = len(secret) >= SHORTEST_SECRET
    if scheme.lower() != "basic" or not constant_time_compare(found, secret) or not strong:
        raise RefusedError("wrong password")


def recent(timestamp: str, now: float | None = None) -> None:
    """Raises RefusedError for a time in seconds that is too long ago, ahead, or none at all."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        raise RefusedError("no time")
    age = (time.time() if now is None else now) - int(timestamp)
    if not -300 <= age <= WINDOW_SECONDS:
        raise RefusedError("too old")


def hex_sha256(keys: Sequence[str], message: bytes, given: str) -> None:
    """Hexadecimal HMAC-SHA256 by one of the keys."""
    _one_of([hmac.new(key.encode(), message, hashlib.sha256).hexdigest() for key in keys], given)


def base64_sha1(keys: Sequence[str], message: bytes, given: str) -> None:
    """Base64 HMAC-SHA1 by one of the keys (Mandrill)."""
    made = [hmac.new(key.encode(), message, hashlib.sha1).digest() for key in keys]
    _one_of([base64.b64encode(one).decode() for one in made], given)


def svix(keys: Sequence[str], identifier: str, timestamp: str, body: bytes, given: str) -> None:
    """The signatures of Svix: `v1,<base64>` for each, keys as `whsec_<base64>` (Resend)."""
    recent(timestamp)
    message = f"{identifier}.{timestamp}.".encode() + body
    wanted = []
    for key in keys:
        try:
            secret = base64.b64decode(key.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            continue
        if secret:
            made = hmac.new(secret, message, hashlib.sha256).digest()
            wanted.append(base64.b64encode(made).decode())
    if not identifier:
        raise RefusedError("no id")
    for one in given.split()[:10]:
        version, _comma, signature = one.partition(",")
        if version == "v1" and any(constant_time_compare(signature, good) for good in wanted):
            return
    raise RefusedError("bad signature")


def public(keys: Sequence[str], message: bytes, given: str) -> None:
    """A signature by the private half of one of the keys: RSA with SHA-1, or ECDSA with SHA-256."""
    try:
        signature = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError("bad signature") from None
    if not any(_verifies(key, message, signature) for key in keys if key):
        raise RefusedError("bad signature")


def public_keys(text: str) -> list[str]:
    """The keys of a field: whole PEM blocks, or one in each line as providers show them."""
    return _BLOCK.findall(text) or text.split()


def public_key(text: str) -> PublicKeyTypes | None:
    """The key that these letters are (PEM, or only what stands between its lines), or None."""
    inner = _FRAME.sub("", text)
    pem = f"-----BEGIN PUBLIC KEY-----\n{inner}\n-----END PUBLIC KEY-----\n"
    try:
        return serialization.load_pem_public_key(pem.encode("ascii"))
    except (ValueError, TypeError, UnicodeError):
        return None


def _verifies(text: str, message: bytes, signature: bytes) -> bool:
    key = public_key(text)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _one_of(wanted: Sequence[str], given: str) -> None:
    if not any(constant_time_compare(given, one) for one in wanted):
        raise RefusedError("bad signature")
