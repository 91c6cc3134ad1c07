from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_sms.segments import segments


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        ("", "gsm7", 1),
        ("a" * 160, "gsm7", 1),
        ("a" * 161, "gsm7", 2),
        ("€" * 80, "gsm7", 1),
        ("€" * 81, "gsm7", 2),
        ("a" * 152 + "€" + "b" * 8, "gsm7", 2),
        ("a" * 306, "gsm7", 2),
        ("a" * 307, "gsm7", 3),
        ("я" * 70, "ucs2", 1),
        ("я" * 71, "ucs2", 2),
        ("😀" * 35, "ucs2", 1),
        ("😀" * 36, "ucs2", 2),
        ("😀" * 67, "ucs2", 3),
        ("ą" + "a" * 69, "ucs2", 1),
        ("’" + "a" * 159, "ucs2", 3),
    ],
)
def test_published_vectors(text: str, encoding: str, count: int) -> None:
    counted = segments(text)

    assert (counted.encoding, counted.count) == (encoding, count)


@settings(deadline=None)
@given(st.text("aé€ą😀\n{", max_size=400) | st.text("aé€{", max_size=400))
def test_count_is_what_the_units_need_and_at_most_one_wasted_unit_per_segment(text: str) -> None:
    counted = segments(text)

    joined = 153 if counted.encoding == "gsm7" else 67
    alone = 160 if counted.encoding == "gsm7" else 70
    if counted.units <= alone:
        assert counted.count == 1
    else:
        assert -(-counted.units // joined) <= counted.count <= -(-counted.units // (joined - 1))
