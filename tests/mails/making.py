"""How the mails of this folder are made: bytes by hand, and what a reader must find in them.

The maker knows the answer before it writes the question, so an expectation never comes from
the reader that it judges.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent
HELP: Final = "help@parley.example"
SENT: Final = "Tue, 04 Mar 2025 11:20:00 +0200"
SENT_AT: Final = "2025-03-04T09:20:00+00:00"

Box = tuple[str, str]
"""A name and an address."""
Attached = tuple[str, str, bytes | None]
"""Name, type and content of a file; None: its content is not judged."""


@dataclass(slots=True)
class Made:
    """One mail and what is in it. `visible` None: the whole text. `notes`: those that must be."""

    name: str
    data: bytes
    kind: str = "first"
    from_address: str = ""
    from_name: str = ""
    subject: str = ""
    to: list[Box] = field(default_factory=lambda: [("", HELP)])
    cc: list[Box] = field(default_factory=list)
    message_id: str = ""
    sent_at: str | None = SENT_AT
    text: str = ""
    visible: str | None = None
    files: list[Attached] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    language: str = ""
    client: str = ""

    def expected(self) -> dict[str, Any]:
        """The record beside the mail, as JSON has it."""
        return {
            "kind": self.kind,
            "language": self.language,
            "client": self.client,
            "from_address": self.from_address,
            "from_name": self.from_name,
            "subject": self.subject,
            "to": [{"name": name, "address": address} for name, address in self.to],
            "cc": [{"name": name, "address": address} for name, address in self.cc],
            "message_id": self.message_id,
            "sent_at": self.sent_at,
            "text": self.text,
            "visible": self.text if self.visible is None else self.visible,
            "files": [_file(*file) for file in self.files],
            "notes": self.notes,
        }


def _file(name: str, kind: str, data: bytes | None) -> dict[str, Any]:
    if data is None:
        return {"name": name, "type": kind}
    digest = hashlib.sha256(data).hexdigest()
    return {"name": name, "type": kind, "size": len(data), "sha256": digest}


def write(mails: list[Made]) -> None:
    """Write every mail and its expectation; what is no longer made goes."""
    names = [made.name for made in mails]
    assert len(set(names)) == len(names), "two mails of one name"
    for old in (*FOLDER.glob("*.eml"), *(FOLDER / "expected").glob("*.json")):
        if old.stem not in names:
            old.unlink()
    (FOLDER / "expected").mkdir(exist_ok=True)
    for made in mails:
        (FOLDER / f"{made.name}.eml").write_bytes(made.data)
        text = json.dumps(made.expected(), ensure_ascii=False, indent=1)
        (FOLDER / "expected" / f"{made.name}.json").write_text(text + "\n", encoding="utf-8")


def crlf(text: str | bytes) -> bytes:
    """With the line ends of mail."""
    data = text.encode() if isinstance(text, str) else text
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def words(text: str, charset: str = "utf-8", way: str = "b") -> str:
    """A header value as RFC 2047 words, folded, each of whole characters."""
    if text.isascii():
        return text
    out, chunk = [], ""
    for char in text:
        if len((chunk + char).encode(charset)) > (36 if way == "b" else 14):
            out.append(chunk)
            chunk = ""
        chunk += char
    out.append(chunk)
    return "\r\n ".join(_word(piece.encode(charset), charset, way) for piece in out)


def cut_words(text: str, charset: str = "utf-8", size: int = 21) -> str:
    """Words that cut characters in two, as several senders do."""
    data = text.encode(charset)
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return "\r\n ".join(_word(piece, charset, "b") for piece in pieces)


def _word(data: bytes, charset: str, way: str) -> str:
    if way == "b":
        return f"=?{charset}?B?{base64.b64encode(data).decode()}?="
    safe = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    text = "".join(
        chr(byte) if byte in safe else "_" if byte == 32 else f"={byte:02X}" for byte in data
    )
    return f"=?{charset}?Q?{text}?="


def coded(data: bytes, way: str) -> bytes:
    """A body under a transfer encoding."""
    if way == "base64":
        return crlf(base64.encodebytes(data))
    if way == "quoted-printable":
        return crlf(binascii.b2a_qp(data.replace(b"\r\n", b"\n"), istext=True))
    return data


def part(
    kind: str, data: str | bytes, way: str = "", *, charset: str = "", extra: str = ""
) -> bytes:
    """One part: its fields and its content."""
    raw = crlf(data).decode().encode(charset) if isinstance(data, str) and charset else data
    raw = crlf(raw) if isinstance(raw, str) else raw
    head = f"Content-Type: {kind}" + (f"; charset={charset}" if charset else "") + "\r\n"
    head += f"Content-Transfer-Encoding: {way}\r\n" if way else ""
    head += crlf(extra.strip("\n") + "\n").decode() if extra else ""
    return head.encode() + b"\r\n" + coded(raw, way)


def attached(name: str, kind: str, data: bytes, extra: str = "") -> bytes:
    """A file part in base64 under a plain name."""
    field = f'Content-Disposition: attachment; filename="{name}"\n{extra}'
    return part(kind, data, "base64", extra=field)


def multipart(
    subtype: str, *parts: bytes, boundary: str = "b1", more: str = "", end: bool = True
) -> bytes:
    """A multipart with its Content-Type field in front."""
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"{more}\r\n\r\n'.encode()
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + each.rstrip(b"\r\n") + b"\r\n" for each in parts)
    return head + body + (line + b"--\r\n" if end else b"")


def message(
    body: bytes,
    *,
    sender: str = "Ann Example <ann@customer.example>",
    to: str = HELP,
    subject: str = "Question",
    message_id: str = "q1@customer.example",
    date: str = SENT,
    extra: str = "",
) -> bytes:
    """A whole mail; `body` begins with its Content-Type field (see `part`, `multipart`)."""
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Date: {date}"]
    lines += [f"Message-ID: <{message_id}>"] if message_id else []
    lines += ["MIME-Version: 1.0"] + ([extra.strip("\n")] if extra else [])
    return crlf("\n".join(lines) + "\n") + body
