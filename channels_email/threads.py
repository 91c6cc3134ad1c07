"""Which conversation a mail belongs to: signed ids and addresses that nobody can guess.

Rules E1, E2, E5-E7, F3, H3, K3 and AUT-14. Every token is an 80-bit HMAC under SECRET_KEY, made
for one purpose and one recipient, compared in constant time, and still accepted under
SECRET_KEY_FALLBACKS. It is base32 in lower case, since some servers fold the case of addresses.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from channels_email.addresses import normal

MAX_IDS: Final = 100
MAX_ID: Final = 400
LOOP_HEADER: Final = "X-Parley-Loop"

_ID: Final = re.compile(r"<([^<>]{1,2000})>")
_BLANK: Final = re.compile(r"\s+")
_OURS: Final = re.compile(r"v1\.(\d{1,18})\.(\d{1,18})\.([a-z2-7]{16})@", re.IGNORECASE)
_TAG: Final = re.compile(r"c(\d{1,18})(?:\.([a-z2-7]{8}))?\.([a-z2-7]{16})\Z", re.IGNORECASE)
_BOUNCE: Final = re.compile(r"b(\d{1,18})\.([a-z2-7]{8})\.([a-z2-7]{16})\Z", re.IGNORECASE)
_MARK: Final = re.compile(r"parley:(c\d{1,18}(?:\.[a-z2-7]{8})?\.[a-z2-7]{16})", re.IGNORECASE)
_SUBJECT: Final = re.compile(r"\[#(\d{1,18})-([A-Z2-7]{16})\]", re.IGNORECASE)
_LOCAL: Final = 64
_MAX_MARKS: Final = 50


@dataclass(frozen=True, slots=True)
class OwnId:
    """What a verified Message-ID of ours says."""

    delivery_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class Bounced:
    """What a verified envelope sender of ours says: which delivery, to which recipient."""

    delivery_id: int
    recipient_tag: str

    def is_for(self, address: str) -> bool:
        """Whether the mail that came back had been sent to this address."""
        return is_tag_of(self.recipient_tag, address)


@dataclass(frozen=True, slots=True)
class Named:
    """The conversation of a verified token, and the tag of the recipient it was made for."""

    conversation_id: int
    recipient_tag: str = ""


def recipient_tag(address: str) -> str:
    """Eight characters that stand for an address in our tokens and do not tell it."""
    return _mac("recipient", normal(address), settings.SECRET_KEY)[:8]


def is_tag_of(tag: str, address: str) -> bool:
    """Whether recipient_tag() made this tag of the address, under any of our keys."""
    macs = [_mac("recipient", normal(address), secret) for secret in _secrets()]
    return any(constant_time_compare(mac[:8], tag) for mac in macs)


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
    if not proves("message-id", f"{delivery}:{conversation}", match[3]):
        return None
    return OwnId(delivery, conversation)


def reply_address(address: str, inbox_id: int, conversation_id: int, recipient: str = "") -> str:
    """The inbox's address with the conversation's signed tag: `local+c12.<tag>.<mac>@domain`.

    Without the recipient's tag where the local part would be longer than mail allows.
    """
    local, _sign, domain = address.rpartition("@")
    token = _token(inbox_id, conversation_id, recipient)
    if len(local) + len(token) + 1 > _LOCAL:
        token = _token(inbox_id, conversation_id, "")
    return f"{local}+{token}@{domain}"


def read_reply_address(address: str, inbox_id: int) -> int | None:
    """The conversation whose signed tag the address carries; None when there is none."""
    named = read_token(address.rpartition("@")[0].rpartition("+")[2], inbox_id)
    return named.conversation_id if named else None


def read_token(token: str, inbox_id: int) -> Named | None:
    """What a tag of ours names in this inbox; None when it is not signed for it."""
    match = _TAG.match(token)
    if match is None:
        return None
    conversation, recipient = int(match[1]), (match[2] or "").lower()
    if not proves("reply-address", _named(inbox_id, conversation, recipient), match[3]):
        return None
    return Named(conversation, recipient)


def bounce_address(address: str, delivery_id: int, recipient: str) -> str:
    """The envelope sender of one delivery to one recipient: `local+b31.<tag>.<mac>@domain` (K3).

    Reports of its fate come back to it, and nobody can make one up (H3).
    """
    local, _sign, domain = address.rpartition("@")
    tag = recipient_tag(recipient)
    mac = _mac("bounce", f"{delivery_id}:{tag}", settings.SECRET_KEY)
    return f"{local}+b{delivery_id}.{tag}.{mac}@{domain}"


def read_bounce_address(address: str) -> Bounced | None:
    """Delivery and recipient behind an envelope sender of ours; None when it is not signed."""
    match = _BOUNCE.match(address.strip("<> ").rpartition("@")[0].rpartition("+")[2])
    if match is None:
        return None
    delivery, tag = int(match[1]), match[2].lower()
    return Bounced(delivery, tag) if proves("bounce", f"{delivery}:{tag}", match[3]) else None


def body_mark(inbox_id: int, conversation_id: int, recipient: str) -> str:
    """What the quoted body of an answer to us still carries when headers were lost (E1)."""
    return f"parley:{_token(inbox_id, conversation_id, recipient)}"


def read_body_marks(text: str, inbox_id: int) -> Named | None:
    """The first conversation that a signed mark in this text or HTML names."""
    for number, match in enumerate(_MARK.finditer(text)):
        if named := read_token(match[1], inbox_id):
            return named
        if number >= _MAX_MARKS:
            break
    return None


def subject_mark(conversation_id: int) -> str:
    """`[#12-ABCD…]` for the subject: a hint that is signed, and yet never enough alone (E4)."""
    mac = _mac("subject", str(conversation_id), settings.SECRET_KEY)
    return f"[#{conversation_id}-{mac.upper()}]"


def read_subject_marks(subject: str) -> int | None:
    """The conversation that a signed mark in a subject names, else None."""
    for match in _SUBJECT.finditer(subject):
        if proves("subject", match[1], match[2]):
            return int(match[1])
    return None


def without_marks(subject: str) -> str:
    """The subject without marks of ours, so that they never pile up."""
    return _BLANK.sub(" ", _SUBJECT.sub(" ", subject)).strip()


def loop_mark() -> str:
    """The value of LOOP_HEADER that says "sent by this very installation" (F3)."""
    return _mac("loop", "", settings.SECRET_KEY)


def is_own_loop_mark(value: str) -> bool:
    """Whether a LOOP_HEADER value is ours, under any of our keys."""
    return bool(value) and proves("loop", "", value.strip())


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


def _named(inbox_id: int, conversation_id: int, recipient: str) -> str:
    return f"{inbox_id}:{conversation_id}" + (f":{recipient}" if recipient else "")


def _token(inbox_id: int, conversation_id: int, recipient: str) -> str:
    tag = recipient_tag(recipient) if recipient else ""
    mac = _mac("reply-address", _named(inbox_id, conversation_id, tag), settings.SECRET_KEY)
    return ".".join(each for each in (f"c{conversation_id}", tag, mac) if each)


def _mac(purpose: str, value: str, secret: str | bytes) -> str:
    digest = salted_hmac(f"channels_email.{purpose}", value, secret=secret, algorithm="sha256")
    return base64.b32encode(digest.digest()[:10]).decode("ascii").lower()


def proof(purpose: str, value: str) -> str:
    """Sixteen letters and figures that only we can make, for one purpose and value."""
    return _mac(purpose, value, settings.SECRET_KEY)


def proves(purpose: str, value: str, mac: str) -> bool:
    """Whether they are ours; those of an earlier key are, too."""
    given = mac.lower()
    results = [constant_time_compare(_mac(purpose, value, secret), given) for secret in _secrets()]
    return any(results)


def _secrets() -> list[str | bytes]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
