"""Plain text as it was meant: soft line breaks undone, the armour of a signature taken off."""

from __future__ import annotations

import re
from typing import Final

_SIGNED: Final = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n", re.MULTILINE)
_SIGNATURE: Final = re.compile(r"^-----BEGIN PGP SIGNATURE-----[ \t]*$", re.MULTILINE)
_SIGNATURE_END: Final = re.compile(r"^-----END PGP SIGNATURE-----[ \t]*\n?", re.MULTILINE)
_ENCRYPTED: Final = re.compile(r"^-----BEGIN PGP MESSAGE-----[ \t]*$", re.MULTILINE)
_DASHED: Final = re.compile(r"^- ", re.MULTILINE)


def unflow(text: str, *, delsp: bool) -> str:
    """format=flowed text with its soft line breaks undone (RFC 3676)."""
    lines: list[list[str]] = []
    depth_before, open_line = -1, False
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        soft = bare.endswith(" ") and bare != "-- "
        piece = bare[:-1] if soft and delsp else bare
        if open_line and depth == depth_before and bare != "-- ":
            lines[-1].append(piece)
        else:
            lines.append([">" * depth + " " if depth else "", piece])
        depth_before, open_line = depth, soft
    return "\n".join("".join(pieces) for pieces in lines)


def without_armour(text: str) -> tuple[str, str]:
    """The text of an inline PGP message, and "signed", "encrypted" or "" (B16).

    What stands around the armour stays; an encrypted block stays as it is.
    """
    note = "encrypted" if _ENCRYPTED.search(text) else ""
    begin = _SIGNED.search(text)
    if begin is None:
        return text, note
    header_end = text.find("\n\n", begin.end() - 1)
    signature = _SIGNATURE.search(text, begin.end())
    if header_end < 0 or signature is None or header_end > signature.start():
        return text, note
    signed = _DASHED.sub("", text[header_end + 2 : signature.start()])
    end = _SIGNATURE_END.search(text, signature.end())
    rest = text[end.end() :] if end else ""
    return f"{text[: begin.start()]}{signed}{rest}", note or "signed"
