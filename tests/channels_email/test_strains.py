"""Mails made to hurt: four times the size costs about four times the time (A2, A10, I9)."""

from __future__ import annotations

import time

import pytest

from channels_email import parsing
from tests.channels_email.strains import FAMILIES

SMALL, LARGE = 256 * 1024, 1024 * 1024
GROWTH = 6
"""Four would be linear; the rest is for noise and the caps."""
LEAST = 0.004
"""Seconds below which a time is noise."""
TRIES = 4


def _seconds(data: bytes) -> float:
    began = time.thread_time()
    letter = parsing.read(data, max_file=25 * 1024 * 1024)
    took = time.thread_time() - began
    assert "degraded" not in letter.notes
    return took


@pytest.mark.parametrize("family", FAMILIES)
def test_time_grows_with_the_size(family: str) -> None:
    small, large = FAMILIES[family](SMALL), FAMILIES[family](LARGE)
    least = most = 0.0
    for _try in range(TRIES):
        least, most = max(least, LEAST, _seconds(small)), _seconds(large)
        if most <= GROWTH * least:
            return
    pytest.fail(f"{SMALL} bytes: {least:.3f} s, {LARGE} bytes: {most:.3f} s")


def test_there_are_many_families() -> None:
    assert len(FAMILIES) >= 25
