"""A preview begins where a text says something: below the line that only greets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.services import greetings
from helpdesk.services.text import preview

WHAT = "Where is my parcel?"


@pytest.mark.parametrize(
    "line",
    [
        "Hello,",
        "Hi",
        "Hi Anna",
        "HELLO!",
        "Dear Mr. Smith,",
        "Dear Sir or Madam:",
        "Good morning, Marta!",
        "Dzień dobry,",
        "Szanowni Państwo,",
        "Cześć Jonas!",
        "Pozdravljeni,",
        "Spoštovana gospa Kranjc,",
        "שלום רב,",
        "שלום",
        "Hei Aino!",
        "Hyvää päivää,",
        "Здравствуйте!",
        "Уважаемая Анна Петровна,",
        "Sehr geehrte Damen und Herren,",
        "Bonjour Madame,",
        "Buenos días:",
    ],
)
def test_a_greeting_is_no_preview(line: str) -> None:
    assert preview(f"{line}\r\n\r\n{WHAT}\n") == WHAT
    assert preview(f"\n{line} \n{WHAT}") == WHAT
    assert preview(line) == line, "nothing else is said"


@pytest.mark.parametrize(
    "line",
    [
        "Hello where is my parcel",
        "Hi, the chair is broken.",
        "Dear me this was quick",
        "High prices!",
        "Hi? Anybody?",
        "Hello, I ordered 4 chairs and got 3,",
        "Parcel BL-1,",
        "Dagmar Novak,",
        "",
    ],
)
def test_what_says_something_stays(line: str) -> None:
    assert preview(f"{line}\n{WHAT}") == f"{line} {WHAT}".strip()


@given(st.text(max_size=200))
def test_nothing_is_ever_made_of_a_text_but_its_end(text: str) -> None:
    assert text.endswith(greetings.below(text))
    assert bool(greetings.below(text).strip()) == bool(text.strip())
