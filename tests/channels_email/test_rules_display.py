"""Rules D1 and J1-J4, J7 by their names: who is the author, and what is left of strangers' HTML.

The rest of J is in tests/safe_html and, in a browser, in tests/e2e.
"""

from __future__ import annotations

import time

import pytest

from helpdesk import safe_html
from tests.channels_email.samples import mail, parse

HOSTILE = (
    '<p id=x class=y onclick=z style="position:absolute;color:red">a</p><script>b</script>'
    "<iframe src=//e></iframe><form action=//e><input value=c></form><style>p{}</style>"
    '<a href="jav&#x09;ascript:d">e</a><a href="https://shop.example/">f</a>'
)


@pytest.mark.parametrize("case", ["Ann@Customer.Example", "ANN@customer.EXAMPLE"])
def test_d1_the_author_is_from_and_nobody_else(case: str) -> None:
    extra = "Sender: secretary@customer.example\r\nReturn-Path: <bounces@list.example>"
    message = parse(mail(sender=f"Ann <{case}>", extra=extra))
    assert message.sender.address == "ann@customer.example"
    assert message.sender.name == "Ann"
    assert message.meta["sender"] == "secretary@customer.example"
    assert message.meta["return_path"] == "bounces@list.example"


def test_j1_cleaning_twice_changes_nothing_and_is_stamped() -> None:
    once = safe_html.clean(HOSTILE)
    assert once
    assert safe_html.clean(once) == once
    assert safe_html.stamp(once)["sanitiser"] == safe_html.VERSION


def test_j2_j3_only_what_is_listed_stays() -> None:
    clean = safe_html.clean(HOSTILE) or ""
    for gone in ("script", "iframe", "form", "input", "style>", "onclick", "id=", "position"):
        assert gone not in clean
    assert '<p style="color:red">a</p>' in clean


def test_j4_links_are_harmless() -> None:
    clean = safe_html.clean(HOSTILE) or ""
    assert "ascript" not in clean
    assert clean.count('rel="noopener noreferrer nofollow"') == 2
    assert 'href="https://shop.example/"' in clean


def test_j7_depth_is_counted_before_anything_is_parsed() -> None:
    begun = time.process_time()
    assert safe_html.clean("<div>" * 100_000) is None
    assert time.process_time() - begun < 1
