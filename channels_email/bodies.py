"""The text, the HTML and the files of a parsed message (B12-B17, C3, C4, C7)."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote

from channels_email import cms, filenames, flowing, markup, tnef
from channels_email.charsets import codec_name, decode
from channels_email.headers import one_line
from channels_email.mime import Part, Tree

MAX_HTML: Final = 2 * 1024 * 1024
"""Bytes of HTML of one message; what is over is shown as text (A10)."""
MAX_TEXT: Final = 1024 * 1024
"""Bytes of plain text that are looked at; over it the text is a file as well (A10)."""
MAX_BODY_CHARS: Final = 200_000

_CID: Final = re.compile(r"\bcid:([^\s\"'<>)]{1,255})", re.IGNORECASE)
_META: Final = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_META_BYTES: Final = 4096
_MAX_LOCATIONS: Final = 100
_SIGNATURES: Final = frozenset(
    (
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
    )
)
_SHELLS: Final = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_TNEF: Final = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_PLAIN: Final = frozenset(
    ("text/plain", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown")
)
_TEXTS: Final = _PLAIN | {"text/html", "application/xhtml+xml"}
_SKIPPED: Final = frozenset(("text/x-amp-html", "text/watch-html"))
_DEFAULT_NAMES: Final = {
    "text/calendar": "invite.ics",
    "application/ms-tnef": "winmail.dat",
    "application/vnd.ms-tnef": "winmail.dat",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
}
_CONTENT_TYPE: Final = re.compile(r"[\w!#$&^.+-]{1,60}/[\w!#$&^.+-]{1,59}\Z")
_PNG: Final = b"\x89PNG\r\n\x1a\n"


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
        self.text_left = MAX_BODY_CHARS
        self.html_left = MAX_HTML
        self.nested = 0
        self.packed: list[_Piece] = []
        self.named: Part | None = None
        self.locations: list[tuple[str, str]] = []

    def run(self) -> Body:
        pieces = [piece for piece in self._pieces(self.tree.root) if piece.text or piece.html]
        if not any(piece.text.strip() or piece.html.strip() for piece in pieces):
            pieces = self.packed or (self._leaf(self.named) if self.named else [])
        body = self.body
        body.text = "\n\n".join(filter(None, (self._as_text(piece) for piece in pieces)))
        if any(piece.html for piece in pieces):
            body.html = "\n".join(self._as_html(piece) for piece in pieces)
        self._show_locations()
        shown = {unquote(entities.unescape(cid)).lower() for cid in _CID.findall(body.html)}
        body.files = [_inline(file, shown) for file in body.files]
        return body

    def _pieces(self, part: Part) -> Iterable[_Piece]:
        if part.type == "multipart/alternative" and part.parts:
            return [self._best(part)]
        if part.parts:
            if part.type == "multipart/encrypted":
                self._note("encrypted")
            return [piece for child in part.parts for piece in self._pieces(child)]
        if self._is_body(part):
            self.texts += 1
            return self._leaf(part)
        return self._attached(part)

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
        if part.type not in _TEXTS:
            return False
        if part is self.tree.root:
            return not part.filename or part.disposition != "attachment"
        if part.disposition == "attachment":
            return False
        if part.filename and self.named is None and not self.texts:
            # A file that is meant to be read in place: the text of a mail without another.
            self.named = part
        return not part.filename or (not self.texts and part.disposition != "inline")

    def _leaf(self, part: Part) -> list[_Piece]:
        if part.type in _PLAIN:
            return self._plain(part)
        return self._rich(part)

    def _plain(self, part: Part) -> list[_Piece]:
        data = self.tree.content(part)
        if not self.text_left:
            self._note("text_over_limit")
            self._keep(part, data)
            return []
        text = _lines(decode(data[:MAX_TEXT], part.parameters.get("charset", "")))
        if len(data) > MAX_TEXT or len(text) > self.text_left:
            self._note("text_over_limit")
            self._keep(part, data, "message.txt")
            text = text[: self.text_left] + "\n[…]"
        self.text_left = max(0, self.text_left - len(text))
        if part.parameters.get("format", "").lower() == "flowed":
            text = flowing.unflow(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
        if "-----BEGIN PGP" in text:
            text, note = flowing.without_armour(text)
            if note:
                self._note(note)
        return [_Piece(text=text.strip("\n"))]

    def _rich(self, part: Part) -> list[_Piece]:
        data = self.tree.content(part)
        label = part.parameters.get("charset", "")
        meta = _META.search(data, 0, _META_BYTES)
        hint = meta[1].decode("ascii", "replace") if meta else ""
        if not self.html_left:
            self._note("html_over_limit")
            self._keep(part, data)
            return []
        text = _lines(decode(data[: self.html_left], label if codec_name(label) else hint, hint))
        if len(data) > self.html_left:
            self._note("html_over_limit")
            self._keep(part, data, "message.html")
            self.html_left = 0
            return [_Piece(text=markup.to_text(text))]
        self.html_left -= len(data)
        return [_Piece(html=text)]

    def _as_text(self, piece: _Piece) -> str:
        if piece.text.strip() or not piece.html:
            return piece.text.strip("\n")
        return markup.to_text(piece.html)

    def _as_html(self, piece: _Piece) -> str:
        return piece.html if piece.html.strip() else markup.from_text(piece.text)

    def _attached(self, part: Part) -> Iterable[_Piece]:
        """A part that is no text: a shell to open, a sign to note, or a file."""
        name = part.filename.lower()
        if part.type in _SIGNATURES or name == "smime.p7s":
            self._note("signed")
            return []
        if part.type == "application/pgp-encrypted":
            self._note("encrypted")
            return []
        data = self.tree.content(part)
        if part.type in _SHELLS or name.endswith(".p7m"):
            return self._shell(part, data)
        if part.type in _TNEF or data.startswith(tnef.MAGIC):
            self._unpack(part, data)
        elif not _is_tiny(part, data):
            self._keep(part, data)
        return []

    def _shell(self, part: Part, data: bytes) -> Iterable[_Piece]:
        """S/MIME: what was signed is read in place, what is encrypted stays a file (B16)."""
        shell = cms.open_shell(data)
        declared = part.parameters.get("smime-type", "").lower()
        if shell is not None and shell.content is not None:
            if shell.kind == "signed":
                self._note("signed")
            self.nested += 1
            if inner := self.tree.within(shell.content, self.nested):
                return self._pieces(inner)
        if (shell is not None and shell.kind == "encrypted") or declared == "enveloped-data":
            self._note("encrypted")
        self._keep(part, data)
        return []

    def _unpack(self, part: Part, data: bytes) -> None:
        """winmail.dat: its files beside the blob, its text when there is no other (B15)."""
        packed = tnef.unpack(data)
        if packed is None or not packed.whole:
            self._note("tnef_broken")
        if packed is not None:
            for file in packed.files:
                kind = file.content_type or filenames.type_of(file.name)
                self._add(file.name, file.data, kind, file.content_id)
            html = packed.html if len(packed.html) <= self.html_left else ""
            text = packed.text if len(packed.text) <= self.text_left else ""
            self.html_left -= len(html)
            self.text_left -= len(text)
            self.packed.append(_Piece(text=text.strip("\n"), html=html))
        self._keep(part, data)

    def _keep(self, part: Part, data: bytes, default: str = "") -> None:
        kind = part.type if _CONTENT_TYPE.match(part.type) else "application/octet-stream"
        name = part.filename or default or _DEFAULT_NAMES.get(kind, "")
        content_id = one_line(part.headers.first("content-id")).strip("<> ")[:255]
        location = one_line(part.headers.first("content-location"))[:1000]
        if location and not content_id and len(self.locations) < _MAX_LOCATIONS:
            content_id = f"location-{len(self.locations)}@part.invalid"
            self.locations.append((location, content_id))
        label = part.parameters.get("charset", "")
        if default and codec_name(label):
            kind = f"{kind}; charset={codec_name(label)}"
        self._add(name or self._letter_name(kind, data), data, kind, content_id)

    def _add(self, name: str, data: bytes, kind: str, content_id: str) -> None:
        shown = filenames.display_name(name, kind.partition(";")[0], len(self.body.files) + 1)
        if len(name.encode("utf-8", "replace")) > filenames.MAX_BYTES:
            self._note("file_name_over_limit")
        whole = len(data) <= self.max_file
        self.body.files.append(
            LetterFile(shown, data if whole else None, kind, len(data), content_id)
        )
        if not whole:
            self._note("file_over_limit")

    def _letter_name(self, kind: str, data: bytes) -> str:
        """An attached message is named after its subject (B14)."""
        if kind not in ("message/rfc822", "message/global"):
            return ""
        subject = Tree(data[: 16 * 1024]).root.headers.words("subject")
        return f"{subject[:80].replace('/', '-').replace(chr(92), '-').strip() or 'message'}.eml"

    def _show_locations(self) -> None:
        """Pictures named by Content-Location are shown as those named by cid (C4, RFC 2557)."""
        for location, content_id in self.locations:
            for quote in "\"'":
                written = f"{quote}{location}{quote}"
                self.body.html = self.body.html.replace(written, f"{quote}cid:{content_id}{quote}")

    def _note(self, note: str) -> None:
        if note not in self.body.notes:
            self.body.notes.append(note)


def _lines(text: str) -> str:
    if "\r" not in text:
        return text
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def _inline(file: LetterFile, shown: set[str]) -> LetterFile:
    """With its Content-ID only when the HTML shows it, under that or under its name."""
    if not shown or (file.content_id and file.content_id.lower() in shown):
        return file if shown else replace(file, content_id="")
    return replace(file, content_id=file.name if file.name.lower() in shown else "")


def _is_tiny(part: Part, data: bytes) -> bool:
    """A picture of at most 2×2 that nobody attached as a file: it only tells that it was seen."""
    if part.main != "image" or part.disposition == "attachment" or part.filename:
        return False
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        return data[7] == data[9] == 0 and data[6] <= 2 and data[8] <= 2
    if data.startswith(_PNG) and len(data) >= 24:
        return int.from_bytes(data[16:20]) <= 2 and int.from_bytes(data[20:24]) <= 2
    return False
