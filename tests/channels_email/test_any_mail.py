"""Whatever bytes arrive: no exception, nothing that the database refuses, twice the same."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_email import addresses, cms, flowing, rtf, tnef
from channels_email.charsets import clean, decode
from channels_email.headers import decode_words, parse_block, parse_parameters
from channels_email.markup import to_text
from channels_email.mime import Tree
from channels_email.parsing import parse_date
from tests.channels_email.mutating import check, mutated
from tests.mails import packing

LABELS = ["", "utf-8", "iso-2022-jp", "utf-7", "utf-16", "gb2312", "shift_jis", "cp1252", "hz", "x"]
SIGNS = [
    "=?utf-8?q?",
    "=?gb2312?b?",
    "?=",
    "=C5",
    '"',
    "\\",
    "<",
    ">",
    "(",
    ")",
    ",",
    ";",
    ":",
    "@",
]
SIGNS += [" ", "a", "ż", "*0*=", "*=", "'", "=", "name", "\n ", "\ud800", "\x00"]
signs = st.lists(st.sampled_from(SIGNS), max_size=40).map("".join)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_a_good_mail_made_bad_is_still_read(seed: int) -> None:
    check(mutated(random.Random(seed)))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes_are_read(data: bytes) -> None:
    check(data)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(LABELS), st.sampled_from(LABELS))
def test_any_bytes_are_a_text(data: bytes, label: str, hint: str) -> None:
    decode(data, label, hint).encode()


@settings(max_examples=300, deadline=None)
@given(signs)
def test_any_field_is_read(value: str) -> None:
    value = clean(value)
    decode_words(value).encode()
    for box in addresses.parse(value):
        box.name.encode()
        assert "@" in box.address
    word, parameters = parse_parameters(value)
    "".join([word, *parameters, *parameters.values()]).encode("utf-8", "surrogatepass")
    parse_date(value)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 500))
def test_any_packed_bytes_are_taken_as_they_are(junk: bytes, at: int) -> None:
    for good in (
        packing.tnef(("a", b"1"), rtf=packing.packed_rtf(b"{\\rtf1 a}")),
        packing.signed(b"x"),
    ):
        data = good[:at] + junk + good[at + len(junk) :]
        tnef.unpack(data)
        cms.open_shell(data)
        rtf.to_text(rtf.decompress(data))
        rtf.to_html(b"{\\rtf1\\fromhtml1 " + data)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.booleans())
def test_any_text_is_unwrapped(text: str, delsp: bool) -> None:
    flowing.unflow(text, delsp=delsp)
    flowing.without_armour(text)
    to_text(text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=500))
def test_a_header_block_ends_inside_its_message(data: bytes) -> None:
    _headers, end = parse_block(data, 0, len(data))
    assert 0 <= end <= len(data)
    for leaf in Tree(data).leaves(Tree(data).root):
        assert 0 <= leaf.start <= leaf.end <= len(leaf.data)


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Type: multipart/mixed; boundary=\n\n--\n\nx",
        b"Content-Disposition: ;;;=;*=;*0=\n\nx",
        b"Content-Type: text/plain; charset=\n\nx",
        b"From: <@:>\n\nx",
        b"\xef\xbb\xbf",
        b"Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n=",
    ],
)
def test_small_wrecks(data: bytes) -> None:
    check(data)
