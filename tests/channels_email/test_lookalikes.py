"""Who dresses up as us is told apart from who merely has a name like ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_email import lookalikes

OURS = ["help@birchandlinen.example", "orders@birch.example"]


@pytest.mark.parametrize(
    "domain",
    [
        "b1rchandlinen.example",
        "birchandIinen.example",
        "birchandliinen.example",
        "birchandlnien.example",
        "birchandlinen.shop",
        "birchandlinen-support.example",
        "my-birch-and-linen.example",
        "xn--birchndlinen-19j.example",
        "bırchandlinen.example",
        "mail.birchandlinen.co.uk",
        "birchandlinen.example.evil.example",
    ],
)
def test_what_only_looks_like_ours(domain: str) -> None:
    assert lookalikes.resembles(f"post@{domain}", OURS) == "birchandlinen.example"


@pytest.mark.parametrize(
    "domain",
    [
        "birchandlinen.example",
        "mail.birchandlinen.example",
        "linen.example",
        "birches.example",
        "gmail.com",
        "oakandcotton.example",
        "",
        "..",
    ],
)
def test_who_has_a_name_of_their_own(domain: str) -> None:
    assert lookalikes.resembles(f"post@{domain}", OURS) == ""


def test_where_everybody_has_an_address_nobody_is_dressed_up() -> None:
    assert lookalikes.resembles("anna@outlook.de", ["shop@outlook.com"]) == ""


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("help@birchandlinen.example", "help@birchandlinen.example"),
        ('"pay@bank.example"', "pay@bank.example"),
        ("ann@evil.example", ""),
        ("Ann", ""),
        ("Ann @ home", ""),
    ],
)
def test_an_address_as_a_name(name: str, found: str) -> None:
    assert lookalikes.named_as(name, "post@evil.example") == found


@given(st.text(max_size=80))
def test_any_address_is_judged(domain: str) -> None:
    assert lookalikes.resembles(f"x@{domain}", OURS) in {
        "",
        "birchandlinen.example",
        "birch.example",
    }
    lookalikes.named_as(domain, "x@y.example")
