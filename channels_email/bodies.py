"""The text, the HTML and the files of a parsed message (B12-B17, C3, C4, C7)."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote

from channels_email import filenames, markup
from channels_email.headers import one_line
from channels_email.mime import Part, Tree

MAX_HTML: Final = 2 * 1024 * 1024

_CID: Final = re.compile(r"\bcid:([^\s\"'<>)]{1,255})", re.IGNORECASE)
_SIGNATURES: Final = frozenset(
    (
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
    )
)
_ENCRYPTED: Final = frozenset(("application/pgp-encrypted", "multipart/encrypted"))
_TEXTS: Final = frozenset(("text/plain", "text/html"))
_SKIPPED: Final = frozenset(("text/x-amp-html",))
_DEFAULT_NAMES: Final = {"text/calendar": "invite.ics", "application/ms-tnef": "winmail.dat"}
_CONTENT_TYPE: Final = re.compile(r"[\w!#$&^.+-]{1,60}/[\w!#$&^.+-]{1,59}\Z")


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A file of a letter; `data` is None when it was over the limit. `content_id` only for
    pictures that the HTML shows (C4).
    """

    name: str
    data: bytes | None
    content_type: str
    size: int
    content_id: str = ""


@dataclass(slots=True)
class Body:
    """What `read_body` found; `html` is as sent, never to be shown unsanitised."""

    text: str = ""
    html: str = ""
    files: list[LetterFile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    charset: str = ""


@dataclass(slots=True)
class _Piece:
    """One readable stretch: the text, the HTML, or both forms of it."""

    text: str = ""
    html: str = ""


def read_body(tree: Tree, max_file: int) -> Body:
    """The body of a message; files over `max_file` bytes come without content."""
    return _Collector(tree, max_file).run()


class _Collector:
    def __init__(self, tree: Tree, max_file: int) -> None:
        self.tree = tree
        self.max_file = max_file
        self.body = Body()
        self.texts = 0

    def run(self) -> Body:
        pieces = [piece for piece in self._pieces(self.tree.root) if piece.text or piece.html]
        body = self.body
        body.text = "\n\n".join(filter(None, (self._as_text(piece) for piece in pieces)))
        if any(piece.html for piece in pieces):
            body.html = "\n".join(self._as_html(piece) for piece in pieces)
        shown = {unquote(entities.unescape(cid)).lower() for cid in _CID.findall(body.html)}
        body.files = [
            file if file.content_id.lower() in shown else replace(file, content_id="")
            for file in body.files
        ]
        return body

    def _pieces(self, part: Part) -> Iterable[_Piece]:
        if part.type == "multipart/alternative" and part.parts:
            return [self._best(part)]
        if part.parts:
            if part.type == "multipart/encrypted":
                self._note("encrypted")
            return [piece for child in part.parts for piece in self._pieces(child)]
        if part.type.startswith("multipart/"):
            return []
        if self._is_body(part):
            self.texts += 1
            self.body.charset = self.body.charset or part.parameters.get("charset", "")
            return [self._leaf(part)]
        self._file(part)
        return []

    def _best(self, part: Part) -> _Piece:
        """The last readable form of each kind: the sender's best plain and best rich (B12)."""
        best = _Piece()
        for child in part.parts:
            if child.type in _SKIPPED:
                continue
            pieces = list(self._pieces(child))
            texts = [piece.text for piece in pieces if piece.text.strip()]
            htmls = [self._as_html(piece) for piece in pieces if piece.html.strip()]
            best.text = "\n\n".join(texts) or best.text
            best.html = "\n".join(htmls) or best.html
        return best

    def _is_body(self, part: Part) -> bool:
        """A text that is to be read in place, and not one that was attached as a file."""
        if part.type not in _TEXTS or part.disposition == "attachment":
            return False
        return not part.filename or (not self.texts and part.disposition != "inline")

    def _leaf(self, part: Part) -> _Piece:
        text = self.tree.text(part)
        if part.type == "text/html":
            if len(text) > MAX_HTML:
                self._note("html_over_limit")
                return _Piece(text=markup.to_text(text[:MAX_HTML]))
            return _Piece(html=text)
        if part.parameters.get("format", "").lower() == "flowed":
            text = unflow(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
        return _Piece(text=text.strip("\n"))

    def _as_text(self, piece: _Piece) -> str:
        if piece.text.strip() or not piece.html:
            return piece.text.strip("\n")
        return markup.to_text(piece.html)

    def _as_html(self, piece: _Piece) -> str:
        return piece.html if piece.html.strip() else markup.from_text(piece.text)

    def _file(self, part: Part) -> None:
        if part.type in _SIGNATURES:
            self._note("signed")
            return
        if part.type in _ENCRYPTED or part.parameters.get("smime-type", "") == "enveloped-data":
            self._note("encrypted")
        data = self.tree.content(part)
        kind = part.type if _CONTENT_TYPE.match(part.type) else "application/octet-stream"
        name = part.filename or _DEFAULT_NAMES.get(kind, "") or self._letter_name(kind, data)
        number = len(self.body.files) + 1
        self.body.files.append(
            LetterFile(
                name=filenames.display_name(name, kind, number),
                data=data if len(data) <= self.max_file else None,
                content_type=kind,
                size=len(data),
                content_id=one_line(part.headers.first("content-id")).strip("<> ")[:255],
            )
        )
        if len(data) > self.max_file:
            self._note("file_over_limit")

    def _letter_name(self, kind: str, data: bytes) -> str:
        """An attached message is named after its subject (B14)."""
        if kind != "message/rfc822":
            return ""
        subject = Tree(data[: 64 * 1024].partition(b"\r\n\r\n")[0]).root.headers.words("subject")
        return f"{subject[:80].replace('/', '-') or 'message'}.eml"

    def _note(self, note: str) -> None:
        if note not in self.body.notes:
            self.body.notes.append(note)


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
