"""Replies as mail programs write them: twenty shapes in each language of languages.txt.

languages.txt: a section per language; `words` are the author's lines, `quote` is ours, the rest is
what the program puts around it ("|" is a line's end). Each reply is (name, full, visible).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
SIGNATURE = "Ann Example\nExample & Sons\n+44 20 7946 0000"


class Reply(NamedTuple):
    name: str
    full: str
    visible: str


def languages() -> dict[str, dict[str, str]]:
    """The sections of languages.txt."""
    found: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    for line in (HERE / "languages.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, _colon, value = line.partition(": ")
            section[key] = value.replace("|", "\n")
    return found


def built() -> Iterator[Reply]:
    """Every shape in every language."""
    for code, words in languages().items():
        for name, full, visible in _shapes(words):
            yield Reply(f"{code}-{name}", full, visible)


def _shapes(words: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    said, quote = words["words"], words["quote"]
    lines = said.split("\n")
    marked = f"> {quote}\n>\n> -- \n> Parley Help"
    plain = f"{quote}\n\nParley Help"
    block, device = words["outlook"], words["device"]
    wrapped = "\n".join(textwrap.wrap(words["gmail"], 60, break_long_words=False))
    original = f"-----{words['original']}-----"
    marker = f"##- {words['marker']} -##"
    yield "gmail", f"{said}\n\n{words['gmail']}\n\n{marked}", said
    yield "gmail-tight", f"{said}\n{words['gmail']}\n{marked}", said
    yield "gmail-wrapped", f"{said}\n\n{wrapped}\n\n{marked}", said
    yield "apple", f"{said}\n\n{words['apple']}\n\n{marked}\n", said
    yield "iphone", f"{said}\n\n{device}\n\n> {words['apple']}\n> \n{marked}", said
    yield "bird", f"{words['bird']}\n{marked}\n\n{said}", f"{words['bird']}\n{marked}\n\n{said}"
    yield "bird-top", f"{said}\n\n{words['bird']}\n{marked}", said
    yield "bird-signed", f"{said}\n\n{words['bird']}\n{marked}\n\n-- \n{SIGNATURE}\n", said
    yield "outlook", f"{said}\n\n{block}\n\n{plain}", said
    yield "outlook-ruled", f"{said}\n\n{'_' * 32}\n{block}\n\n{plain}", said
    yield "outlook-old", f"{said}\n\n{original}\n{block}\n\n{plain}", said
    bold = "\n".join(f"*{row.replace(':', ':*', 1)}" for row in block.split("\n"))
    yield "outlook-bold", f"{said}\n\n{bold}\n\n{plain}", said
    yield "outlook-spaced", f"{said}\n\n" + block.replace("\n", "\n\n") + f"\n\n{plain}", said
    yield "unmarked", f"{said}\n\n{words['gmail']}\n\n{plain}", said
    yield "marker", f"{said}\n\n{words['bird']}\n\n{marker}\n\n{plain}", said
    soft = "\n".join(textwrap.wrap(marker, 30, break_long_words=False))
    yield "marker-wrapped", f"{said}\n\n{words['gmail']}\n\n{soft}\n\n{plain}", said
    yield "signed", f"{said}\n\n-- \n{SIGNATURE}\n\n{words['gmail']}\n\n{marked}", said
    yield "device", f"{said}\n\n{device}", said
    yield "device-outlook", f"{said}\n\n{device}\n{'_' * 32}\n{block}\n\n{plain}", said
    inside = f"> {quote}\n\n{lines[0]}\n\n> {quote}\n\n{lines[1]}"
    yield "interleaved", f"{words['gmail']}\n{inside}", f"{words['gmail']}\n{inside}"
    tail = f"{inside}\n\n> Parley Help"
    yield "interleaved-tail", f"{words['gmail']}\n{tail}", f"{words['gmail']}\n{inside}"
    yield (
        "nested",
        f"{said}\n\n{words['gmail']}\n> {quote}\n>\n> {words['bird']}\n>> {lines[0]}",
        said,
    )
    yield "first", said, said


def written() -> Iterator[Reply]:
    """The replies of bodies.txt: "@@ name", the text, "== n": its first n lines are visible."""
    for section in (HERE / "bodies.txt").read_text("utf-8").split("@@ ")[1:]:
        name, _line, rest = section.partition("\n")
        full, _mark, number = rest.rpartition("\n== ")
        visible = "\n".join(full.split("\n")[: int(number)])
        yield Reply(name, full, visible.rstrip())
