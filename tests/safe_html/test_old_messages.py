"""Old messages in mails as their programs write them: seen are the author's words alone (I3)."""

from __future__ import annotations

import time
from html import unescape

import pytest

from helpdesk.safe_html.trees import parse
from helpdesk.safe_html.unmarked import heads
from tests.safe_html.test_showing import folded

WROTE = "On 3 March 2025, at 10:12, Help &lt;help@shop.example&gt; wrote:"
BOLD = (
    "<b>Von:</b> Help &lt;help@shop.example&gt;<br><b>Gesendet:</b> 3.3.2025 10:12<br>"
    "<b>An:</b> Ann<br><b>Betreff:</b> Lamp<br>"
)
PLAIN = BOLD.replace("<b>", "").replace("</b>", "")

OLD_MESSAGES = {
    "gmail with a signature": (
        '<div>New<br><span class="gmail_signature_prefix">-- </span><br>'
        '<div class="gmail_signature">Ann<br>Shop</div></div><br><div class="gmail_quote">'
        f'<div class="gmail_attr">{WROTE}</div><blockquote class="gmail_quote">A longer old text '
        "than the new one is</blockquote></div>"
    ),
    "iphone": (
        '<body dir="auto">New<div dir="ltr"><br><blockquote type="cite">'
        f'{WROTE}<br><br></blockquote></div><blockquote type="cite"><div>Old</div></blockquote>'
    ),
    "spark": (
        "<div><div>New</div></div><div><br><div>Sent via <a href='https://sparkmail.example'>"
        f"Superhuman</a></div></div><div>{WROTE}<br><blockquote type='cite'>Old</blockquote></div>"
    ),
    "samsung": (
        f"<div>New</div><div><div>-------- Ursprüngliche Nachricht --------</div>{PLAIN}</div>"
        "<div>Old</div>"
    ),
    "seznam": (
        f"New<br><br>---------- Původní e-mail ----------<br>{PLAIN}<blockquote>Old</blockquote>"
    ),
    "gmx": (
        f"<div><div>New</div><div>&nbsp;<div style='border-left:2px solid'><div>{BOLD}</div>"
        "<div>Old</div></div></div></div>"
    ),
    "zimbra": f"<div>New</div><hr><div><blockquote>{BOLD}</blockquote></div><div>Old</div>",
    "windows phone": (
        '<div>New</div><div><hr><b>From: </b><a href="mailto:help@shop.example">Help</a><br>'
        "<b>Sent: </b>3/3/2025 10:12<br><b>To: </b>Ann<br></div>Old"
    ),
    "a line that says everything": f"<p>New</p><p>{WROTE}</p><p>Old</p>",
    "windows mail": (
        '<p>New</p><p>&nbsp;</p><p>Odesláno z <a href="https://shop.example">Pošty</a> pro Windows'
        f"</p><p>&nbsp;</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>{BOLD}</div>Old"
    ),
    "a signature by any program's name": (
        '<div>New</div><div class="blue_signature">Get BlueMail</div>'
        f'<div class="gmail_quote">{WROTE}<blockquote class="gmail_quote">Old</blockquote></div>'
    ),
}
AUTHORS = {
    "a form": f"<p>A new request</p>{BOLD.replace('Gesendet', 'E-Mail')}Help me",
    "three fields": (
        "<p>Contact form</p><b>From:</b> Ann &lt;ann@shop.example&gt;<br>"
        "<b>Sent:</b> 3.3.2025 10:12<br><b>Message:</b> Help me"
    ),
    "an order": (
        "<p>My order</p><hr><b>Number:</b> 17<br><b>Date:</b> 3.3.2025 10:12<br>"
        "<b>Paid:</b> yes<br>Where is it?"
    ),
    "a line without a day": "<p>As for</p><p>bob@shop.example, who says:</p><p>it is gone</p>",
    "a title": "<p>Look</p><p>---- My own words ----</p><p>One: 1</p><p>Two: 2</p><p>Three: 3</p>",
    "answers": f"{WROTE}<blockquote>Old?</blockquote>Yes.<blockquote>Older?</blockquote>No.",
}


@pytest.mark.parametrize("source", OLD_MESSAGES.values(), ids=OLD_MESSAGES)
def test_the_old_message_is_folded_and_the_new_is_not(source: str) -> None:
    seen, behind = folded(source)
    assert unescape(seen).split() == ["New"]
    assert any("Old" in part or "old" in part for part in behind)


@pytest.mark.parametrize("source", AUTHORS.values(), ids=AUTHORS)
def test_what_only_looks_alike_stays(source: str) -> None:
    seen, _behind = folded(source)
    assert seen.split()[-1] in {"me", "it?", "gone", "3", "No."}


def test_nothing_is_folded_twice() -> None:
    for source in OLD_MESSAGES.values():
        _seen, behind = folded(source)
        assert not any("<details" in part for part in behind)


@pytest.mark.parametrize("piece", ["<div>", "a:b<br>", "<b>A:</b> x<hr>", f"<p>{WROTE}</p>"])
def test_heads_are_sought_in_linear_time(piece: str) -> None:
    """The best of five: the collector may look through the heap of a whole run meanwhile."""

    def seconds(times: int) -> float:
        root, took = parse(piece * times), []
        for _try in range(5):
            begun = time.thread_time()
            list(heads(root))
            took.append(time.thread_time() - begun)
        return min(took)

    assert seconds(8000) < 0.05 + 24 * seconds(1000)
