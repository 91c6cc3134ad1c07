"""DKIM: who receives our mail can prove that it is ours (K3, RFC 6376).

The private key is a secret of the inbox, so it is encrypted at rest and never shown; the record
for the DNS is public. A new key gets a new selector: mail is signed with it only once the
administrator says that its record is published, and the old record stays valid meanwhile.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any, Final

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from helpdesk.models import Inbox

BITS: Final = 2048
_SIGNED: Final = [
    b"from",
    b"to",
    b"cc",
    b"reply-to",
    b"subject",
    b"date",
    b"message-id",
    b"in-reply-to",
    b"references",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
]


class UnusableKeyError(ValueError):
    """The key of this inbox signs nothing; the text is for the administrator."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the DNS of the domain must say: a TXT record `value` under `name`."""

    name: str
    value: str


def signed(inbox: Inbox, data: bytes) -> bytes:
    """The mail with its signature in front, or as it is where the inbox signs nothing."""
    selector = str(inbox.settings.get("dkim_selector") or "")
    if not selector:
        return data
    key = str(inbox.secrets.get(_secret(selector)) or "")
    domain = inbox.address.rpartition("@")[2].lower()
    try:
        signature: bytes = dkim.sign(
            data,
            selector.encode("ascii"),
            domain.encode("idna"),
            key.encode("ascii"),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=_SIGNED,
        )
    except (dkim.DKIMException, ValueError, TypeError) as error:
        raise UnusableKeyError("the DKIM key of this inbox cannot be used") from error
    return signature + data


def with_new_key(inbox: Inbox) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings and secrets of the inbox with a fresh key that waits for its record."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    selector = f"parley{secrets.token_hex(4)}"
    settings = {
        **inbox.settings,
        "dkim_next": selector,
        "dkim_next_public": base64.b64encode(public).decode("ascii"),
    }
    return settings, {**inbox.secrets, _secret(selector): pem.decode("ascii")}


def with_next_in_use(inbox: Inbox) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings and secrets once the waiting key signs; the key before it is forgotten."""
    settings = dict(inbox.settings)
    selector, public = settings.pop("dkim_next", ""), settings.pop("dkim_next_public", "")
    if not selector:
        return settings, dict(inbox.secrets)
    old = str(settings.get("dkim_selector") or "")
    kept = {name: value for name, value in inbox.secrets.items() if name != _secret(old)}
    return {**settings, "dkim_selector": selector, "dkim_public": public}, kept


def without_keys(inbox: Inbox) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings and secrets of an inbox that signs nothing any more."""
    settings = {name: one for name, one in inbox.settings.items() if not name.startswith("dkim_")}
    kept = {name: one for name, one in inbox.secrets.items() if not name.startswith("dkim_key_")}
    return settings, kept


def record(inbox: Inbox, *, waiting: bool) -> Record | None:
    """The record of the key that signs, or of the one that waits; None without one."""
    prefix = "dkim_next" if waiting else "dkim"
    selector = str(inbox.settings.get("dkim_next" if waiting else "dkim_selector") or "")
    public = str(inbox.settings.get(f"{prefix}_public") or "")
    domain = inbox.address.rpartition("@")[2].lower()
    if not (selector and public and domain):
        return None
    return Record(f"{selector}._domainkey.{domain}", f"v=DKIM1; k=rsa; p={public}")


def _secret(selector: str) -> str:
    return f"dkim_key_{selector}"
