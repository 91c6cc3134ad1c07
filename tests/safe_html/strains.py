"""A megabyte each of what hurts parsers (SEC-31); made when asked, so that collecting is cheap."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

SIZE = 1_000_000


def _full(piece: str, head: str = "", tail: str = "") -> str:
    return head + (piece * (SIZE // len(piece) + 1))[: SIZE - len(head) - len(tail)] + tail


def _styles() -> str:
    return "".join(f'<p style="color:#{n:06x};width:{n % 900}px">' for n in range(23_000))


_PIECES = {
    "open blocks": "<div>",
    "open formatting": "<b>",
    "open links": '<a href="https://x.example/">',
    "paragraphs": "<p>x</p>",
    "open paragraphs": "<p>",
    "closed paragraphs": "</p>",
    "ampersands": "&",
    "entities": "&lt;",
    "less": "<",
    "beginnings": "<a",
    "greater": ">",
    "attributes in many tags": '<p a=1 b=2 c=3 style="color:red">x',
    "comments": "<!--",
    "closed comments": "<!-- a -->",
    "character data": "<![CDATA[",
    "instructions": "<?",
    "tables": "<table>",
    "foster parents": "<table>x",
    "pictures": '<img src="https://x.example/a.png">',
    "links": '<a href="https://x.example/">www.y.example</a>',
    "svg": "<svg>",
    "math": "<math><mi>",
    "selects": "<select><option>",
    "scripts": "<script>",
    "texts": "<textarea>",
    "blanks": " ",
    "lines": "\n",
    "nothing": "\x00",
    "surrogates": "\ud800",
    "bidi marks": "\u202e",
    "marks": "\u0301",
    "addresses": "data:image/png;base64,",
    "crossed formatting": "<b><i></b></i>",
    "links around paragraphs": "<a><p>",
    "fonts": '<font color="#123456">x<p>',
    "quotes": "<blockquote type=cite>x</blockquote>",
    "deep quotes": "<blockquote>" * 200 + "x" + "</blockquote>" * 200,
    "lists": "<ul><li>x",
    "menus": "<ul><li>a<menu><li>b</menu></ul>",
    "deep formatting": "<b>" * 20 + "<p>x</p>" + "</b>" * 20,
    "deep tables": "<table><tr><td>" * 50 + "x" + "</table>" * 50,
    "frames": "<frameset>",
}
MEGABYTES: dict[str, Callable[[], str]] = {
    **{name: partial(_full, piece) for name, piece in _PIECES.items()},
    "one long address": partial(_full, "x", '<a href="'),
    "one crowded tag": partial(_full, "a=1 ", "<p ", ">"),
    "long styles": partial(_full, '<p style="' + "color:red;" * 190 + '">'),
    "new styles": _styles,
    "one style": partial(_full, ";", '<p style="', '">'),
    "cells": partial(_full, "<tr><td>x", "<table>"),
    "one picture": partial(_full, "A", '<img src="data:image/png;base64,', '">'),
    "deep ends": partial(_full, "</p>", "<div>" * 290),
}

READING: dict[str, Callable[[], str]] = {
    name: partial(_full, piece)
    for name, piece in {
        "empty heads": '<div id="divRplyFwdMsg"></div>',
        "heads": '<div id="divRplyFwdMsg">x</div>',
        "ruled blocks": '<div style="border:none;border-top:solid 1px">From: a<br>To: b</div>',
        "ruled blocks in blocks": '<div style="border:none;border-top:solid 1px">' * 50
        + "</div>" * 50,
        "dashes": "<div>-- <br></div>x",
        "lines of dashes": "-- <br>",
        "quotes": '<div class="gmail_quote">x</div>',
        "quotes in quotes": '<div class="gmail_quote">' * 100 + "x" + "</div>" * 100,
        "cites": '<div class="moz-cite-prefix">1:</div><blockquote type="cite">x</blockquote>',
        "hidden": '<div style="display:none">x</div>',
        "pictures": '<img src="https://x.example/a.png" width="9">',
        "links": '<a href="https://x.example/">www.y.example</a>',
    }.items()
}
"""What hurts the reader of cleaned mails; as much of it as the sanitiser lets through."""
