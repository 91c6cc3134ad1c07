"""A cleaned mail as it is shown: folds by structure, honest links, pictures as asked for."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.safe_html import Words, clean, direction, is_uncoloured, remote, show, stamp
from tests.safe_html.payloads import FAMILIES
from tests.safe_html.strains import READING

WORDS = Words(quoted=("+q", "-q"), signature=("+s", "-s"), hidden=("+h", "-h"))
OUTLOOK = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
FIELDS = "<b>From:</b> A<br><b>Sent:</b> 4.3.<br><b>To:</b> B"
ATTRIBUTION = "On 4 March 2026 at 10:12 Ann wrote:"


def shown(source: str, *, pictures: bool = False) -> str:
    cleaned = clean(source)
    assert cleaned is not None
    return show(cleaned, picture=lambda one: f"/p/{one}" if pictures else None, words=WORDS)


def folded(source: str) -> tuple[str, list[str]]:
    """What is seen at once, and what is behind each fold, as words."""
    page = re.sub(r"<summary.*?</summary>", "", shown(source))
    behind = [_words(one) for one in re.findall(r"<details[^>]*>(.*?)</details>", page)]
    return _words(re.sub(r"<details.*?</details>", " ", page)), behind


def _words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


QUOTES = {
    "gmail": (
        f'<div>New</div><div class="gmail_quote"><div class="gmail_attr">{ATTRIBUTION}</div>'
        '<blockquote class="gmail_quote">Old</blockquote></div>',
        ("New", [f"{ATTRIBUTION} Old"]),
    ),
    "gmail through outlook": (
        '<div>New</div><div class="x_gmail_quote">Old</div>',
        ("New", ["Old"]),
    ),
    "apple": (
        f'New<br><blockquote type="cite"><div>{ATTRIBUTION}</div>Old</blockquote>',
        ("New", [f"{ATTRIBUTION} Old"]),
    ),
    "thunderbird": (
        f'<p>New</p><div class="moz-cite-prefix">{ATTRIBUTION}</div>'
        '<blockquote type="cite">Old</blockquote>',
        ("New", [f"{ATTRIBUTION} Old"]),
    ),
    "thunderbird, answered inside": (
        '<blockquote type="cite">One?</blockquote><p>Yes.</p>'
        '<blockquote type="cite">Two?</blockquote><p>No.</p>',
        ("Yes. No.", ["One?", "Two?"]),
    ),
    "gmail, answered inside": (
        '<div class="gmail_quote"><blockquote class="gmail_quote">One?</blockquote><p>Yes.</p>'
        '<blockquote class="gmail_quote">Two?</blockquote><p>No.</p></div>',
        ("Yes. No.", ["One?", "Two?"]),
    ),
    "outlook": (
        f'<div class="WordSection1"><p>New</p><div><div style="{OUTLOOK}"><p>{FIELDS}</p></div>'
        "</div><p>Old</p><p>Older</p></div>",
        ("New", ["From: A Sent: 4.3. To: B Old Older"]),
    ),
    "outlook on the web": (
        f'<div>New</div><hr><div id="divRplyFwdMsg">{FIELDS}</div><div>Old</div>',
        ("New", ["From: A Sent: 4.3. To: B Old"]),
    ),
    "yahoo": (
        '<div>New</div><div id="ydp1" class="ydp9yahoo_quoted"><div>Old</div></div>',
        ("New", ["Old"]),
    ),
    "proton": ('<div>New</div><div class="protonmail_quote">Old</div>', ("New", ["Old"])),
    "a plain blockquote at the end": (
        f"<p>New</p><p>{ATTRIBUTION}</p><blockquote>Old</blockquote>",
        ("New", [f"{ATTRIBUTION} Old"]),
    ),
    "a blockquote in a text of its author": (
        "<p>The law says</p><blockquote>Nobody may</blockquote><p>and so we ask.</p>",
        ("The law says Nobody may and so we ask.", []),
    ),
    "a bare forward": (
        f'<div class="gmail_quote"><div>---------- {FIELDS}</div>Old</div>',
        ("---------- From: A Sent: 4.3. To: B Old", []),
    ),
    "a ruled box that is no header": (
        f'<p>Sum</p><div style="{OUTLOOK}">Total: 3</div><p>Thanks</p>',
        ("Sum Total: 3 Thanks", []),
    ),
    "a quote in a table cell": (
        '<table><tr><td>New<div class="gmail_quote">Old</div></td></tr></table>',
        ("New", ["Old"]),
    ),
    "signature by its mark": (
        '<p>New</p><div class="gmail_signature">Ann<br>Shop</div>',
        ("New", ["Ann Shop"]),
    ),
    "signature by its dashes": ("New<br>-- <br>Ann<br>Shop", ("New", ["-- Ann Shop"])),
    "signature in blocks": (
        "<div>New</div><div>-- <br></div><div>Ann</div><div>Shop</div>",
        ("New", ["-- Ann Shop"]),
    ),
    "dashes that are none": ("<p>New -- and old</p>", ("New -- and old", [])),
    "signature and quote": (
        '<p>New</p><div>-- <br></div><div>Ann</div><div class="gmail_quote">Old</div>',
        ("New", ["-- Ann", "Old"]),
    ),
    "hidden": ('<div style="display:none">Only today</div><p>Sale</p>', ("Sale", ["Only today"])),
}


@pytest.mark.parametrize("name", QUOTES)
def test_what_is_folded(name: str) -> None:
    source, expected = QUOTES[name]
    assert folded(source) == expected


def test_a_fold_opens_without_a_script_and_says_which_it_is() -> None:
    page = shown('<p>New</p><div class="gmail_quote">Old</div>')
    assert '<details class="fold quoted"><summary dir="auto"><span class="closed">+q</span>' in page
    assert page.count("<details") == page.count("</details>") == 1


LINKS = [
    ("https://shop.example/a", "shop.example", None),
    ("https://www.shop.example/a", "https://shop.example", None),
    ("https://sub.shop.example/a", "shop.example/sale", None),
    ("https://shop.example/", "Read more", None),
    ("https://evil.example/", "shop.example", "evil.example"),
    (
        "https://shop.example.evil.example/",
        "https://shop.example/login",
        "shop.example.evil.example",
    ),
    ("https://evilshop.example/", "shop.example", "evilshop.example"),
    ("https://shop.example@evil.example/", "Confirm", "evil.example"),
    ("https:\\\\evil.example\\@shop.example/", "shop.example", "evil.example"),
    ("https://xn--shp-0na.example/", "shop.example", "xn--shp-0na.example"),
    ("https://shöp.example/", "shop.example", "xn--shp-tna.example"),
    ("mailto:ann@evil.example", "ann@shop.example", None),
]


@pytest.mark.parametrize(("address", "words", "host"), LINKS)
def test_a_link_tells_where_it_leads(address: str, words: str, host: str | None) -> None:
    page = shown(f'<a href="{address}" title="https://shop.example">{words}</a>')
    found = re.search(r'<bdi class="host">(.*?)</bdi>', page)
    assert (found[1] if found else None) == host
    if address.startswith("https"):
        assert re.match(r'<a title="[^"]*(?:example)', page)
        assert 'title="https://shop.example"' not in page


@pytest.mark.parametrize(
    ("source", "runs"),
    [
        ('<div dir="rtl">שלום Anna</div>', "rtl"),
        ("<p>12:30, &rlm;</p><p>مرحبا</p>", "rtl"),
        ("<p>1. Hello שלום</p>", "ltr"),
        ("<p>123</p>", "auto"),
    ],
)
def test_the_direction_of_a_mail(source: str, runs: str) -> None:
    assert direction(clean(source) or "") == runs


def test_pictures() -> None:
    source = (
        '<img src="https://x.example/a.png?b=1&c=2" alt="A &quot;b&quot;" width="30" height="20">'
        '<img src="cid:own"><img src="https://x.example/1.gif" width="1"><img alt="x">'
    )
    closed = shown(source)
    assert "<img" not in closed
    assert 'style="width:30px;height:20px;" title="x.example">A &quot;b&quot;</span>' in closed
    opened = shown(source, pictures=True)
    assert re.findall(r' src="([^"]*)"', opened) == [
        "/p/https://x.example/a.png?b=1&amp;c=2",
        "/p/cid:own",
    ]
    assert 'alt="A &quot;b&quot;"' in opened


def test_a_wide_table_scrolls_by_itself_and_one_inside_it_does_not() -> None:
    page = shown("<table><tr><td><table><tr><td>x</td></tr></table></td></tr></table>")
    assert page.count('class="wide"') == 1
    assert page.startswith('<div class="wide" tabindex="0"><table>')
    assert page.endswith("</table></div>")


@pytest.mark.parametrize("name", FAMILIES)
def test_what_is_shown_is_as_safe_as_what_is_kept(name: str) -> None:
    page = shown(f"<p>Before</p>{FAMILIES[name]}", pictures=False)
    code = "".join(re.findall(r"<[^>]*>", page))
    assert "__xss" not in code
    assert "evil.example" not in re.sub(r' title="[^"]*"', "", code)


@pytest.mark.parametrize("name", READING)
def test_what_hurts_the_reader_is_shown_in_time(name: str) -> None:
    source = READING[name]()
    cleaned = None
    while cleaned is None:  # the most that the sanitiser takes
        source = source[: len(source) // 2]
        cleaned = clean(source)
    took = []
    for _try in range(2):
        started = time.thread_time()
        show(cleaned, picture=lambda _one: None, words=WORDS)
        remote(cleaned)
        took.append(time.thread_time() - started)
    assert min(took) < 2


PIECES = [
    "<div class=gmail_quote>",
    "</div>",
    "<blockquote type=cite>",
    "</blockquote>",
    "x",
    "-- ",
    "<br>",
]
PIECES += [
    "<p>",
    "</p>",
    "<table><tr><td>",
    "</table>",
    "<div id=divRplyFwdMsg>",
    "<hr>",
    "<ul><li>",
    "</ul>",
]
PIECES += [
    "<div style=display:none>",
    "<a href=https://x.example>y.example",
    "</a>",
    "<img src=cid:a>",
    "<b>",
]
PIECES += [
    f'<div style="{OUTLOOK}">{FIELDS}</div>',
    "<div class=gmail_signature>",
    "<div>",
    "On 4.3. Ann:",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_showing_adds_and_never_takes(pieces: list[str]) -> None:
    """Every word stays, every fold is closed, and a browser would read the tree that we wrote."""
    cleaned = clean("".join(pieces)) or ""
    page = show(cleaned, picture=lambda _one: None, words=WORDS)
    bare = re.sub(r"<summary.*?</summary>|<bdi class=\"host\">.*?</bdi>", "", page)
    assert _words(bare) == _words(cleaned)
    assert page.count("<details") == page.count("</details>")
    # Cleaned again without our own elements, it is what went in: nothing was torn apart.
    ours = r'<details[^>]*>|</details>|<div class="wide" tabindex="0">(?=<table)'
    assert _words(clean(re.sub(ours, "", bare)) or "") == _words(cleaned)


WARNING = (
    "This message is confidential and meant for its intended recipient only. "
    "Whoever else has received it is asked to delete it and to tell its sender at once."
)
TAILS = {
    "paragraphs": "<p>Bye</p><p>Sent from my iPhone</p>",
    "an empty line": "Bye<br><br>Sent from my iPhone",
    "blocks": "<div>Bye</div><div><br></div><div>Von meinem iPhone gesendet</div>",
    "deep inside": "<div>Bye</div><br><div><div><span>Sent from my iPhone</span></div></div>",
    "a link": '<div>Bye</div><br><div>Sent from <a href="https://x.example">Outlook</a></div>',
    "a scanner": "<p>Bye</p><p>Virus-free. www.avast.com</p>",
    "a warning": f"<p>Bye</p><p>{WARNING}</p>",
    "two": f"<p>Bye</p><p>Sent from my iPhone</p><p>{WARNING}</p>",
    "over a quote": '<p>Bye</p><p>Sent from my iPhone</p><blockquote type="cite">Old</blockquote>',
}
WORDS_OF_THE_AUTHOR = {
    "a line of a paragraph": "<div>Bye</div><div>Sent from my iPhone</div>",
    "one break": "Bye<br>Sent from my iPhone",
    "in a sentence": "<p>Bye</p><p>I sent it from the phone of my aunt, Windows is broken.</p>",
    "all there is": "<p>Sent from my iPhone</p>",
    "in the middle": "<p>Sent from my iPhone</p><p>Bye</p>",
    "a short warning": "<p>Bye</p><p>confidential recipient</p>",
}


@pytest.mark.parametrize("source", TAILS.values(), ids=TAILS)
def test_what_stands_below_the_words_is_folded_as_in_the_text(source: str) -> None:
    seen, behind = folded(source)
    assert seen == "Bye"
    assert behind


@pytest.mark.parametrize("source", WORDS_OF_THE_AUTHOR.values(), ids=WORDS_OF_THE_AUTHOR)
def test_in_doubt_it_is_the_authors(source: str) -> None:
    _seen, behind = folded(source)
    assert behind == []


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("<p>Hello</p>", True),
        ('<p style="color:#1f497d">Hello</p>', True),
        ('<div style="background:white">Hello</div>', True),
        ('<table bgcolor="#FFFFFF"><tr><td>Hello</td></tr></table>', True),
        ('<div style="background-color:#f4efe8">Hello</div>', False),
        ('<table bgcolor="#eeeeee"><tr><td>Hello</td></tr></table>', False),
    ],
)
def test_what_lies_on_no_ground_of_its_own_may_be_dark(source: str, *, plain: bool) -> None:
    cleaned = clean(source)
    assert cleaned is not None
    assert is_uncoloured(cleaned) is plain


def test_lying_links_are_known_before_anything_is_shown() -> None:
    source = (
        '<a href="https://evil.example/1">https://shop.example/account</a>'
        '<a href="https://shop.example@evil.example/">Confirm</a>'
        '<a href="https://www.shop.example/x">shop.example</a><a href="https://b.example">Here</a>'
    )
    cleaned = clean(source)
    assert cleaned is not None
    assert stamp(cleaned)["lying"] == ["evil.example"]
    assert "lying" not in stamp("<p>Hello</p>")
