"""Amazon SNS for tests: messages that it signed, by a key that is taken for Amazon's."""

from __future__ import annotations

import base64
import time
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from channels_email.providers import sns_signature

CERTIFICATE = f"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-{'0' * 32}.pem"


@cache
def key() -> rsa.RSAPrivateKey:
    """Amazon's; known() makes it known."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def known() -> None:
    """As if the certificate had just been fetched."""
    sns_signature._known[CERTIFICATE] = (time.monotonic() + 3600, key().public_key())


def signed(element: dict[str, Any], version: str = "2") -> dict[str, Any]:
    """The message with Amazon's signature."""
    whole = {"Timestamp": "2026-05-04T10:00:00.000Z", "TopicArn": "arn:aws:sns:eu:1:m", **element}
    names = sns_signature._SIGNED[whole["Type"]]
    kind = {"1": hashes.SHA1(), "2": hashes.SHA256()}[version]  # noqa: S303
    words = sns_signature._words(whole, names)
    made = base64.b64encode(key().sign(words, padding.PKCS1v15(), kind)).decode()
    return {**whole, "SignatureVersion": version, "Signature": made, "SigningCertURL": CERTIFICATE}
