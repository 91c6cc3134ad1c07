"""Text from HTML, and the visible part of a reply."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_email.markup import from_text, to_text
from channels_email.visible import visible_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("one<br>two", "one\ntwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ('<a href="https://x.example/p">here</a>', "here <https://x.example/p>"),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
        ("<div style='display:none'>pre</div>shown", "shown"),
        ("<div style='display:none'>only", "only"),
        ("<style>p{}</style><title>t</title>x", "x"),
        ("a &lt;b&gt; &amp; &eacute;", "a <b> & é"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("yes<blockquote>no<br>no</blockquote>", "yes\n\n> no\n> no"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<!-- c -->a<!-- open", "a"),
    ],
)
def test_text_of_html(source: str, text: str) -> None:
    assert to_text(source) == text


def test_html_of_text() -> None:
    html = from_text("One <b>\nline https://x.example/?a=1&b=2.\n\nTwo")
    assert "One &lt;b&gt;<br>" in html
    assert '<a href="https://x.example/?a=1&amp;b=2">' in html
    assert html.count("<p ") == 2


ATTRIBUTIONS = [
    "On Tue, Mar 4, 2025 at 10:12 AM Help <help@parley.example> wrote:",
    "Am Di., 4. März 2025 um 10:12 Uhr schrieb Help <help@parley.example>:",
    "Le mar. 4 mars 2025 à 10:12, Help <help@parley.example> a écrit :",
    "El mar, 4 mar 2025 a las 10:12, Help (<help@parley.example>) escribió:",
    "Il giorno mar 4 mar 2025 alle ore 10:12 Help <help@parley.example> ha scritto:",
    "Op di 4 mrt 2025 om 10:12 schreef Help <help@parley.example>:",
    "wt., 4 mar 2025 o 10:12 Help <help@parley.example> napisał(a):",
    "V V tor., 4. mar. 2025 ob 10:12 je oseba Help <help@parley.example> napisala:",
    "ti 4. maalisk. 2025 klo 10.12 Help (help@parley.example) kirjoitti:",
    "вт, 4 мар. 2025 г. в 10:12, Help <help@parley.example>:",
    "\u202bבתאריך יום ג׳, 4 במרץ 2025 ב-10:12 מאת \u202aHelp\u202c"
    " <\u202ahelp@parley.example\u202c>:\u202c",
    "4 Mar 2025 Sal, 10:12 tarihinde Help <help@parley.example> şunu yazdı:",
    "2025年3月4日(火) 10:12 Help <help@parley.example>:",
    "2025년 3월 4일 (화) 오전 10:12, Help <help@parley.example>님이 작성:",
]


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_attribution_and_quote_are_cut(line: str) -> None:
    assert visible_text(f"Tak, dziękuję.\nDruga linia\n\n{line}\n\n> Which?\n>\n> one") == (
        "Tak, dziękuję.\nDruga linia"
    )


def test_wrapped_attribution() -> None:
    text = "Yes.\n\nOn Tue, 4 Mar 2025 at 10:12,\nHelp <help@parley.example>\nwrote:\n> Which?"
    assert visible_text(text) == "Yes."


@pytest.mark.parametrize(
    "block",
    [
        "From: Help <help@parley.example>\nSent: 4 March 2025 10:12\nTo: Ann\nSubject: x\n\nWhich?",
        "Von: Help <help@parley.example>\nGesendet: Dienstag, 4. März 2025 10:12\nAn: Ann\n\nWas?",
        "Od: Help <help@parley.example>\nWysłano: 4 marca 2025 10:12\nDo: Ann\nTemat: x\n\nCo?",
        "מאת: Help <help@parley.example>\nנשלח: 4 מרץ 2025 10:12\nאל: Ann\nנושא: x\n\nמה?",
        "От: Help <help@parley.example>\nОтправлено: 4 марта 2025 г. 10:12\nКому: Ann\n\nЧто?",
        "____________________\nFrom: Help <help@parley.example>\nSent: 4.3.2025 10:12\nTo: A",
        "-----Original Message-----\nFrom: Help\nTo: Ann\nSubject: x\n\nWhich?",
    ],
)
def test_header_blocks_are_cut(block: str) -> None:
    assert visible_text(f"Yes, that one.\n\n{block}") == "Yes, that one."


@pytest.mark.parametrize(
    "text",
    [
        "On the other hand, it works:\nsee below",
        "One question: when?",
        "from: our database\nto: your screen\nmore text",
        "- a\n- b\n-- c",
        "Sent from my desk is easier",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "```\ncode: x\nname: y\nsize: z\n```",
        "> only a quote",
        "> Which?\nThat one.\n> And when?\nToday.",
        "> Which?\n\nThat one.",
        "Name: Ann\nOrder: 12\nCity: Łódź\n\nPlease help",
        "",
    ],
)
def test_what_is_no_quote_stays(text: str) -> None:
    assert visible_text(text) == text


def test_signature_goes_when_words_stay() -> None:
    assert visible_text("Yes.\n\n-- \nAnn Example\nACME") == "Yes."
    assert visible_text("-- \nAnn Example") == "-- \nAnn Example"


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab:>-\n @.0123456789", max_size=400))
def test_trimming_never_empties_and_only_cuts(text: str) -> None:
    shown = visible_text(text)
    assert shown.strip() or not text.strip()
    assert shown.strip("\n") in text or shown == text


@pytest.mark.parametrize(
    "unit", [">\n", "\n", "a:\n", "a@b.c ", "--\n", "On 1.1.2020 10:10 a@b.c:\n"]
)
def test_trimming_takes_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    started = time.thread_time()
    visible_text(text)
    assert time.thread_time() - started < 2


MARKUP = ["<p>", "</p>", "<b", ">", '"', "'", "<!--", "-->", "x", "<div hidden>", "</div>"]
MARKUP += ["<a href=", "<style>", "&#0;", "&lt;", "\n", "<table>", "<td", "</a>", " cid:x"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(MARKUP), max_size=60))
def test_markup_never_raises(pieces: list[str]) -> None:
    to_text("".join(pieces))
