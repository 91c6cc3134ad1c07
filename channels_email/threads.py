"""Which conversation a mail belongs to: signed ids and addresses that nobody can guess.

Rules E1, E2, E5-E7, F3 and AUT-14. Every token is an 80-bit HMAC under SECRET_KEY, made for
one purpose, compared in constant time, and still accepted under SECRET_KEY_FALLBACKS.
It is base32 in lower case, since some servers fold the case of addresses.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

MAX_IDS: Final = 100
MAX_ID: Final = 400
LOOP_HEADER: Final = "X-Parley-Loop"

_ID: Final = re.compile(r"<([^<>]{1,2000})>")
_BLANK: Final = re.compile(r"\s+")
_OURS: Final = re.compile(r"v1\.(\d{1,18})\.(\d{1,18})\.([a-z2-7]{16})@", re.IGNORECASE)
_TAG: Final = re.compile(r"c(\d{1,18})\.([a-z2-7]{16})\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OwnId:
    """What a verified Message-ID of ours says."""

    delivery_id: int
    conversation_id: int


def message_id(delivery_id: int, conversation_id: int, domain: str) -> str:
    """The Message-ID of one delivery, without <>: the same at every attempt (K1)."""
    mac = _mac("message-id", f"{delivery_id}:{conversation_id}", settings.SECRET_KEY)
    return f"v1.{delivery_id}.{conversation_id}.{mac}@{domain}"


def read_message_id(identifier: str) -> OwnId | None:
    """The delivery and conversation behind a Message-ID of ours; None when it is not signed."""
    match = _OURS.match(identifier)
    if match is None:
        return None
    delivery, conversation = int(match[1]), int(match[2])
    if not _verified("message-id", f"{delivery}:{conversation}", match[3]):
        return None
    return OwnId(delivery, conversation)


def reply_address(address: str, inbox_id: int, conversation_id: int) -> str:
    """The inbox's address with the conversation's signed tag: `local+c12.<mac>@domain`."""
    local, _sign, domain = address.rpartition("@")
    mac = _mac("reply-address", f"{inbox_id}:{conversation_id}", settings.SECRET_KEY)
    return f"{local}+c{conversation_id}.{mac}@{domain}"


def read_reply_address(address: str, inbox_id: int) -> int | None:
    """The conversation whose signed tag the address carries; None when there is none."""
    tag = address.rpartition("@")[0].rpartition("+")[2]
    match = _TAG.match(tag)
    if match is None or not _verified("reply-address", f"{inbox_id}:{int(match[1])}", match[2]):
        return None
    return int(match[1])


def loop_mark() -> str:
    """The value of LOOP_HEADER that says "sent by this very installation" (F3)."""
    return _mac("loop", "", settings.SECRET_KEY)


def is_own_loop_mark(value: str) -> bool:
    """Whether a LOOP_HEADER value is ours, under any of our keys."""
    return bool(value) and _verified("loop", "", value.strip())


def ids(values: Iterable[str]) -> list[str]:
    """The message ids of header fields, without <>, in order, each once, at most 100 (E5, E6).

    Ids without <> are taken as they stand; the first and the last are kept when there are
    too many, since the oldest and the newest say most.
    """
    found: list[str] = []
    for value in values:
        bracketed = [_BLANK.sub("", match) for match in _ID.findall(value)]
        found += bracketed or [word.strip("<>,;") for word in value.split() if "@" in word]
    unique = list(dict.fromkeys(item for item in found if 0 < len(item) <= MAX_ID))
    if len(unique) > MAX_IDS:
        unique = unique[: MAX_IDS // 2] + unique[-MAX_IDS // 2 :]
    return unique


def _mac(purpose: str, value: str, secret: str | bytes) -> str:
    digest = salted_hmac(f"channels_email.{purpose}", value, secret=secret, algorithm="sha256")
    return base64.b32encode(digest.digest()[:10]).decode("ascii").lower()


def _verified(purpose: str, value: str, mac: str) -> bool:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    given = mac.lower()
    results = [constant_time_compare(_mac(purpose, value, secret), given) for secret in secrets]
    return any(results)
