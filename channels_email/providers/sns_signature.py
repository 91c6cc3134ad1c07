"""Whether a message of Amazon SNS is Amazon's: its signature, by a certificate of theirs.

The certificate comes from an address in the message itself, so only Amazon's own are asked, over
TLS. It is kept for a day. Source: the SNS Developer Guide, "Verifying the signatures of messages".
"""

from __future__ import annotations

import re
import time
from base64 import b64decode
from binascii import Error
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from helpdesk import outbound_http
from helpdesk.adapters import UnreadableError

SECONDS, KEPT, MOST, LARGEST = 10.0, 24 * 3600.0, 50, 64 * 1024
_NOTE = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_OTHER = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    "Notification": _NOTE,
    "SubscriptionConfirmation": _OTHER,
    "UnsubscribeConfirmation": _OTHER,
}
_HASHES = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303  the older one is the default there
_HOST = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?\Z")
_PATH = re.compile(
    rf"https://({_HOST.pattern[:-2]})/SimpleNotificationService-[0-9a-f]{{32}}\.pem\Z"
)
_known: dict[str, tuple[float, rsa.RSAPublicKey]] = {}


def is_amazons(host: str) -> bool:
    """Whether a host name is one of SNS."""
    return _HOST.match(host.lower()) is not None


def check(element: dict[str, Any]) -> None:
    """Raise UnreadableError unless Amazon signed it; OutboundError when their key cannot be had."""
    names, method = _SIGNED.get(str(element.get("Type"))), str(element.get("SignatureVersion"))
    if names is None or method not in _HASHES:
        raise UnreadableError("not signed by Amazon SNS")
    try:
        given = b64decode(str(element.get("Signature") or ""), validate=True)
        _key(str(element.get("SigningCertURL") or "")).verify(
            given, _words(element, names), padding.PKCS1v15(), _HASHES[method]
        )
    except (InvalidSignature, Error, ValueError):
        raise UnreadableError("the signature is not Amazon SNS's") from None


def _words(element: dict[str, Any], names: tuple[str, ...]) -> bytes:
    """What is signed: names and values, a line each; a name without a value is left out."""
    told = [(name, element[name]) for name in names if element.get(name) is not None]
    return "".join(f"{name}\n{value}\n" for name, value in told).encode()


def _key(url: str) -> rsa.RSAPublicKey:
    """The public key under an address of Amazon's. Raises ValueError for any other."""
    if not _PATH.match(url):
        raise ValueError("not an address of Amazon's")
    now = time.monotonic()
    found = _known.get(url)
    if found is None or found[0] < now:
        if len(_known) >= MOST:
            _known.clear()
        found = _known[url] = (now + KEPT, _fetched(url))
    return found[1]


def _fetched(url: str) -> rsa.RSAPublicKey:
    answer = outbound_http.get(url, seconds=SECONDS, allowed=is_amazons, max_bytes=LARGEST)
    if not answer.ok:
        raise outbound_http.CutError(f"SNS answers {answer.status}")
    certificate = x509.load_pem_x509_certificate(answer.body)
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("no RSA key")  # noqa: TRY004  as everything that is wrong with it
    return key
