"""Names of files as display data: whatever arrives, something harmless is shown (C2, C3)."""

from __future__ import annotations

import mimetypes
import re
from typing import Final

from channels_email.addresses import BIDI
from channels_email.charsets import clean

MAX_BYTES: Final = 255

_DRIVE: Final = re.compile(r"\A[A-Za-z]:")
_CONTROL: Final = re.compile(f"[\x00-\x1f\x7f-\x9f{BIDI}]")
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)
_EXTENSIONS: Final = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "image/jpeg": ".jpg",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "text/rfc822-headers": ".txt",
    "application/pgp-keys": ".asc",
    "application/octet-stream": ".bin",
}


def display_name(name: str, content_type: str, number: int) -> str:
    """A safe name of at most 255 bytes; `attachment-<number>.<ext>` when there is none."""
    name = _CONTROL.sub("", clean(name)).replace("\\", "/").rpartition("/")[2].strip()
    name = _DRIVE.sub("", name).lstrip(".").rstrip(". ")
    if not name:
        return f"attachment-{number}{extension(content_type)}"
    if _RESERVED.match(name):
        name = f"_{name}"
    return _capped(name)


def extension(content_type: str) -> str:
    """The usual file extension of a type, with its dot; ".bin" for the unknown."""
    return _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"


def type_of(name: str) -> str:
    """The type that a name's ending tells, for files that came without one."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _capped(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > 20:
        stem, dot, ending = name, "", ""
    room = MAX_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + dot + ending
