"""A form that was posted, as bytes: mail in a field is neither decoded nor limited as forms are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

MAX_FIELDS: Final = 2000
_PARAMETER: Final = re.compile(
    r';\s*([a-z*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field; filename is None where it is no file."""

    name: str
    data: bytes
    filename: str | None = None
    content_type: str = ""

    @property
    def text(self) -> str:
        """The data as text; what is not UTF-8 is replaced."""
        return self.data.decode("utf-8", "replace")


def fields(content_type: str, body: bytes) -> list[Field]:
    """The fields in their order, of either encoding. Raises ValueError for what is no form."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="latin-1",
            max_num_fields=MAX_FIELDS,
        )
        return [Field(_utf8(name), value.encode("latin-1")) for name, value in pairs]
    boundary = (
        _parameters(content_type).get("boundary", "") if kind == "multipart/form-data" else ""
    )
    if not boundary:
        raise ValueError("not a form")
    return _parts(boundary.encode("latin-1", "replace"), body)


def _parts(boundary: bytes, body: bytes) -> list[Field]:
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) > MAX_FIELDS:
        raise ValueError("too many fields")
    found = []
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            break
        head, blank, data = piece.partition(b"\r\n\r\n")
        headers = _headers(head)
        told = _parameters(headers.get("content-disposition", ""))
        if blank and "name" in told:
            kind = headers.get("content-type", "")
            found.append(Field(told["name"], data, told.get("filename"), kind))
    return found


def _headers(head: bytes) -> dict[str, str]:
    lines = head[:10_000].decode("utf-8", "replace").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _colon, value in pairs}


def _parameters(header: str) -> dict[str, str]:
    return {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
        for name, quoted, plain in _PARAMETER.findall(header[:2000])
    }


def _utf8(latin: str) -> str:
    return latin.encode("latin-1").decode("utf-8", "replace")
