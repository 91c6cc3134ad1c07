"""Mail on disk: an mbox file, a Maildir, a folder of .eml files, or one of these files (B1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from channels_email.parsing import MAX_MESSAGE

_FROM: Final = re.compile(rb"From \S+ .*\d{2}:\d{2}")
_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)


def mails(path: Path) -> Iterator[bytes]:
    """Every mail below `path`, in a stable order, one in memory at a time. Raises OSError."""
    if path.is_dir():
        for file in sorted(one for one in path.rglob("*") if one.is_file()):
            if _is_mail(file):
                yield from mails(file)
        return
    with path.open("rb") as opened:
        first = opened.readline(1000)
    if _FROM.match(first):
        yield from _of_mbox(path)
    else:
        with path.open("rb") as opened:
            yield opened.read(MAX_MESSAGE + 1)


def _is_mail(file: Path) -> bool:
    """In a Maildir what is in cur and new, elsewhere .eml and mbox files; nobody's indexes."""
    if file.parent.name in {"cur", "new"}:
        return not file.name.startswith((".", "dovecot"))
    return file.suffix.lower() in {".eml", ".mbox", ".mbx"} or file.name == "mbox"


def _of_mbox(path: Path) -> Iterator[bytes]:
    """The mails between the From lines; ">From " of a body becomes "From " again."""
    lines: list[bytes] = []
    size, blank = 0, True
    with path.open("rb") as opened:
        for line in opened:
            if blank and _FROM.match(line):
                if lines:
                    yield _unquoted(lines)
                lines, size = [], 0
            elif size <= MAX_MESSAGE:
                lines.append(line)
                size += len(line)
            blank = not line.strip()
    if lines:
        yield _unquoted(lines)


def _unquoted(lines: list[bytes]) -> bytes:
    return _QUOTED.sub(rb"\1", b"".join(lines))
