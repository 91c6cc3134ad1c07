"""Web Push without a go-between: encryption (RFC 8291, RFC 8188) and proof of sender (RFC 8292).

The browser gave us an address of its push service and two secrets; the service carries our words
without being able to read them. Why this is not a library: docs/adr/0017.
"""

from __future__ import annotations

import base64
import os
import struct
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RECORD = 4096
# What a record holds besides our words: the tag, the mark of the last record, the header.
MAX_WORDS = RECORD - 16 - 1 - 86
VALID = timedelta(hours=12)  # RFC 8292 allows 24 hours


class BadKeyError(ValueError):
    """The browser's keys are not a point of the curve and 16 secret bytes."""


def read64(text: str) -> bytes:
    """URL-safe Base64 with or without its padding. Raises BadKeyError."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise BadKeyError(text[:20]) from None


def write64(raw: bytes) -> str:
    """URL-safe Base64 without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def point(text: str) -> ec.EllipticCurvePublicKey:
    """A public key as browsers give it. Raises BadKeyError."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), read64(text))
    except ValueError:
        raise BadKeyError(text[:20]) from None


def secret(text: str) -> bytes:
    """The browser's authentication secret: 16 bytes. Raises BadKeyError."""
    raw = read64(text)
    if len(raw) != 16:
        raise BadKeyError(text[:20])
    return raw


def new_key() -> str:
    """A private key for the desk, as PEM."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode()


def _private(pem: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _raw(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def public(pem: str) -> str:
    """The public half of a private key, as browsers take it."""
    return write64(_raw(_private(pem).public_key()))


def _derived(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def encrypted(
    words: bytes,
    *,
    receiver: str,
    auth: str,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of a push message (`Content-Encoding: aes128gcm`) for one browser.

    words: at most MAX_WORDS bytes. sender and salt are fresh for every message; only a test
    gives them. Raises BadKeyError, and ValueError for too many words.
    """
    if len(words) > MAX_WORDS:
        msg = f"{len(words)} bytes are more than a push message carries"
        raise ValueError(msg)
    theirs = point(receiver)
    ours = sender or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(16)
    mine = _raw(ours.public_key())
    material = _derived(
        secret(auth),
        ours.exchange(ec.ECDH(), theirs),
        b"WebPush: info\0" + _raw(theirs) + mine,
        32,
    )
    key = _derived(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, material, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, words + b"\x02", None)
    return salt + struct.pack("!IB", RECORD, len(mine)) + mine + sealed


def proof(endpoint: str, pem: str, *, contact: str, now: datetime | None = None) -> str:
    """The `Authorization` header: the push service may tell us (contact) of a fault of ours."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(((now or datetime.now(UTC)) + VALID).timestamp()),
        "sub": contact,
    }
    token = jwt.encode(claims, pem, algorithm="ES256")
    return f"vapid t={token}, k={public(pem)}"
