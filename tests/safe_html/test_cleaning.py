"""The sanitiser: an allow-list, a fixed point, linear time, and never an exception (SEC-2, 31)."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.safe_html import clean, remote, stamp
from helpdesk.safe_html.cleaning import TAGS, VERSION
from tests.safe_html.payloads import FAMILIES
from tests.safe_html.strains import MEGABYTES

NAMES_THAT_STAY = """
    title align valign dir lang style bgcolor width height class id href src alt colspan rowspan
    span border cellpadding cellspacing color size face start type value rel target
"""
ATTRIBUTES = set(NAMES_THAT_STAY.split())
ADDRESS = re.compile(r"(?:https?://|mailto:|tel:|cid:)", re.IGNORECASE)
FETCHING = re.compile(
    r"url|image|@|\\|/\*|var\(|expression|position|z-index|:\s*-\d", re.IGNORECASE
)


class Reader(HTMLParser):
    """What a second parser finds in a cleaned text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def check(source: str) -> str | None:
    """Whatever goes in, what comes out keeps every promise."""
    cleaned = clean(source)
    if cleaned is None:
        return None
    assert clean(cleaned) == cleaned, "cleaning again changes nothing"
    for tag, attributes in Reader(cleaned).tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES
        for name in ("href", "src"):
            assert ADDRESS.match(attributes.get(name) or "https://")
        assert not FETCHING.search(attributes.get("style") or "")
        if tag == "a":
            assert attributes["rel"] == "noopener noreferrer nofollow"
            assert attributes["target"] == "_blank"
    return cleaned


@pytest.mark.parametrize("name", FAMILIES)
def test_nothing_of_a_hostile_mail_is_left(name: str) -> None:
    cleaned = check(f"<p>Before</p>{FAMILIES[name]}")
    assert cleaned is not None
    assert "Before" in cleaned
    code = "".join(re.findall(r"<[^>]*>", cleaned))
    assert "__xss" not in code
    assert "evil.example" not in code


@pytest.mark.parametrize(
    ("source", "cleaned"),
    [
        ("<p onclick=x()>a</p>", "<p>a</p>"),
        (
            '<img src="https://x.example/a.png" alt="a">',
            '<img src="https://x.example/a.png" alt="a">',
        ),
        ('<img src=" cid:a@b">', '<img src="cid:a@b">'),
        ('<img src="CID:\n a@b">', '<img src="cid:a@b">'),
        ('<img srcset="https://x.example/a.png 2x">', "<img>"),
        ('<p id="x" class="y" data-z="1">a</p>', "<p>a</p>"),
        ('<p class="x_gmail_quote other">a</p>', '<p class="mail-quote">a</p>'),
        ('<div id="x_divRplyFwdMsg">a</div>', '<div id="mail-header">a</div>'),
        ('<p style="color: red; position: fixed">a</p>', '<p style="color:red">a</p>'),
        ('<p style="margin-left: -99px; font-size: 0px">a</p>', "<p>a</p>"),
        ('<p style="font-size:1px;line-height:0">a</p>', "<p>a</p>"),
        ('<p style="width:99999px;color:transparent">a</p>', "<p>a</p>"),
        ('<p style="color:#1e1e1e">a</p>', '<p style="color:#1e1e1e">a</p>'),
        ('<p style="color: rgb(1, 2, 3)">a</p>', '<p style="color:rgb(1, 2, 3)">a</p>'),
        (
            '<p style="float:left">a</p><table style="float:left"></table>',
            '<p>a</p><table style="float:left"></table>',
        ),
        ('<p style="display:none;color:red">a</p>', '<p style="color:red;--hidden:1">a</p>'),
        ('<p width="100%" height="9e9">a</p>', '<p width="100%">a</p>'),
        ("<blockquote type=CITE cite=x>a</blockquote>", '<blockquote type="cite">a</blockquote>'),
        ("<ul><li>a<menu><li>b</menu></ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<!-- x --><p>a", "<p>a</p>"),
    ],
)
def test_what_stays(source: str, cleaned: str) -> None:
    assert check(source) == cleaned


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://x.example/a?b=1", "https://x.example/a?b=1"),
        ("HTTPS:\\\\bank.example@evil.example/", "https://bank.example@evil.example/"),
        ("https:/\\evil.example", "https://evil.example"),
        ("ht\ntps://x.example/", "https://x.example/"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("https://", None),
        ("//x.example/", None),
        ("/login/", None),
        ("cid:x", None),
        ("https://x.example/" + "a" * 3000, None),
    ],
)
def test_links_are_read_alike_by_everybody(address: str, kept: str | None) -> None:
    cleaned = check(f'<a href="{address}">x</a>') or ""
    assert Reader(cleaned).tags[0][1].get("href") == kept


def test_pictures_elsewhere_are_told_and_those_that_only_watch_apart() -> None:
    html = clean(
        '<img src="https://a.example/1.png"><img src="https://a.example/1.png">'
        '<img src="http://b.example/2.png" width="600"><img src="cid:own">'
        '<img src="https://t.example/o.gif" width="1" height="1">'
        '<img src="https://t.example/p.gif" style="display:none">'
        '<img src="https://t.example/q.gif" style="width:1px">'
    )
    found = remote(html or "")
    assert (found.count, found.hosts, found.trackers) == (2, ("a.example", "b.example"), 3)
    assert stamp(html or "")["sanitiser"] == VERSION
    assert "pictures" not in stamp("<p>x</p>")


def test_a_long_but_honest_newsletter_is_shown() -> None:
    row = (
        '<tr><td style="color:#333"><a href="https://x.example/1"><b>Item</b></a><br>text</td></tr>'
    )
    source = f"<table>{row * 3000}</table>"
    assert (clean(source) or "").count("<tr>") == 3000


@pytest.mark.parametrize("name", MEGABYTES)
def test_a_megabyte_of_malice_is_done_or_refused_in_time(name: str) -> None:
    """The best of two: the machine may be busy with other things (SEC-31)."""
    source = MEGABYTES[name]()
    took = []
    for _try in range(2):
        started = time.thread_time()
        cleaned = clean(source)
        took.append(time.thread_time() - started)
    assert min(took) < 0.5
    assert cleaned is None or "<script" not in cleaned


def test_what_nests_without_end_is_refused() -> None:
    assert clean("<div>" * 100_000) is None
    assert clean("<b>" * 501) is None
    assert clean("x" * (2 * 1024 * 1024 + 1)) is None


PIECES = [
    "<p>",
    "</p>",
    "<b",
    ">",
    '"',
    "'",
    "<!--",
    "-->",
    "x",
    "<div hidden>",
    "</div>",
    "\ud800",
]
PIECES += [
    "<a href=",
    "<style>",
    "&#0;",
    "&lt;",
    "\n",
    "<table>",
    "<td",
    "</a>",
    " cid:x",
    "<img src=",
]
PIECES += [
    "<svg>",
    "</svg>",
    "<math>",
    "<mtext>",
    "<select>",
    "<li>",
    "<ul>",
    "<menu>",
    "<a href=https://x.example>",
]
PIECES += [
    "<blockquote>",
    "<h1>",
    "<dl>",
    "<dd>",
    "<nobr>",
    "<form>",
    "<button>",
    "<center>",
    "<pre>",
    "\x00",
]
PIECES += [
    "<caption>",
    "<tr>",
    "</table>",
    "<font color=red>",
    "<i>",
    "</b>",
    "<hr>",
    "<br>",
    "<article>",
    "style=",
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_markup_keeps_the_promises(pieces: list[str]) -> None:
    check("".join(pieces))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_keeps_the_promises(text: str) -> None:
    check(text)


NAMES = ["color", "width", "background", "font-family", "display", "--hidden", "margin", "position"]
VALUES = [
    "red",
    "url(x)",
    "-1px",
    "1px",
    "none",
    "'a",
    '"b"',
    "rgb(1,2,3)",
    "1e9",
    "!important",
    "\\75",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(VALUES), max_size=4))))
def test_any_style_keeps_the_promises(rules: list[tuple[str, list[str]]]) -> None:
    style = ";".join(f"{name}:{' '.join(values)}" for name, values in rules)
    check(f"<p style='{style}'>x</p>")
    check(f'<table style="{style}"></table>')
