"""One form of address in one text: what is found, and what must not be."""

from __future__ import annotations

import pytest

from helpdesk import address
from helpdesk.address_words import PAIRS, WORDS
from tests.core.address_cases import FINE, MIXED


@pytest.mark.parametrize(("language", "text", "found"), MIXED)
def test_mixed_address_is_found(language: str, text: str, found: tuple[str, str]) -> None:
    assert address.mixed(text, language) == found
    assert address.mixed(text, f"{language}-XX") == found


@pytest.mark.parametrize(("language", "text"), FINE)
def test_one_form_of_address_is_left_alone(language: str, text: str) -> None:
    assert address.mixed(text, language) is None


@pytest.mark.parametrize(
    ("language", "text", "register", "word"),
    [
        ("pl", "Proszę podać numer.", "neutral", ""),
        ("pl", "Proszę, czeka na Państwa.", "neutral", "Państwa"),
        ("pl", "Masz kod?", "formal", "Masz"),
        ("ru", "Вы получите код.", "informal", "Вы"),
        ("ru", "Вы получите код.", "formal", ""),
        ("fi", "Voit noutaa.", "informal", ""),
    ],
)
def test_a_register_is_kept(language: str, text: str, register: str, word: str) -> None:
    assert address.unfitting(text, language, register) == word


def test_the_lists_do_not_contradict_themselves() -> None:
    for language, known in WORDS.items():
        assert set(known) <= {form for pair in PAIRS for form in pair} | {"never"}
        for one, other in PAIRS:
            assert not set(known.get(one, ())) & set(known.get(other, ())), language
        for words in known.values():
            assert words == [word.lower() for word in words]
