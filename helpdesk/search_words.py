"""What is searched for, as PostgreSQL's text search reads it, and the place where it was found.

The index knows words as they are, folded: small letters, no marks over or under them, and no
punctuation (FOLDS is the same table in the database, migration 0008). Languages that bend their
words are met by the question instead: it asks for words that begin like the typed one, then for
those that begin like its stem. So a row needs no language of its own, and costs nothing to write.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

import snowballstemmer

MOST_WORDS = 8
SHORTEST_STEM = 3
SHORTEST_BENT = 4  # letters of a word that is looked for by its stem, too
AROUND = 20  # characters that a snippet shows before what was found
SNIPPET = 160

_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»„“”‘’‚‹›–—…•·־׳״¿¡№"
_LETTERS = chain(range(0x41, 0x5B), range(0xC0, 0x250), range(0x370, 0x530), range(0x1E00, 0x1F00))
_PLAIN = {"ł": "l", "đ": "d", "ø": "o", "ß": "s", "æ": "a", "œ": "o", "ħ": "h", "ı": "i"}
_KEPT = frozenset("йЙ")  # a letter of its own
_SLOVENIAN = re.compile("(?:ega|emu|imi|ima|ami|ama|om|em|ih|im|oma|ema|ov|ev|[aeiou])$")
_FINNISH = re.compile("(?<=[uy])s$|nen$")  # tilaus: tilauksen; suomalainen: suomalaisen
# What Hebrew writes together with a word: and, the, in, to, from, that, like.
_BEFORE_HEBREW = ("ה", "ו", "ב", "ל", "מ", "ש", "כ", "וה", "של", "שה", "מה")


def _bare(letter: str) -> str:
    """A letter without its marks, small; one letter for one, so that places stay what they are."""
    if letter in _KEPT:
        return "й"
    small = unicodedata.normalize("NFD", letter)[0].lower()
    plain = _PLAIN.get(small, small)
    return plain if len(plain) == 1 else letter


def _folds() -> dict[str, str]:
    letters = {chr(code): _bare(chr(code)) for code in _LETTERS}
    marks = dict.fromkeys(_PUNCTUATION, " ")
    return {one: other for one, other in (letters | marks).items() if one != other}


FOLDS = _folds()
_TABLE = str.maketrans(FOLDS)


def fold(text: str) -> str:
    """The text as the index knows it; every character stays in its place."""
    return text.translate(_TABLE)


def words(text: str) -> list[str]:
    """The words of a question in small letters, at most MOST_WORDS."""
    small = unicodedata.normalize("NFC", text).lower()
    plain = "".join(char if char.isalnum() else " " for char in small)
    return list(dict.fromkeys(plain.split()))[:MOST_WORDS]


def begin_with(wanted: Iterable[str]) -> str:
    """A question for texts that have, for each word, one that begins like it."""
    return " & ".join(_asked([fold(one)]) for one in wanted)


def are_like(wanted: Iterable[str]) -> str:
    """A question for texts that have each word in any of its forms."""
    return " & ".join(_asked(beginnings(one)) for one in wanted)


def _asked(heads: Iterable[str]) -> str:
    return "(" + " | ".join(f"'{one}':*" if len(one) > 1 else f"'{one}'" for one in heads) + ")"


@lru_cache(maxsize=4096)
def beginnings(word: str) -> tuple[str, ...]:
    """How a word's forms begin: its stems in the languages of its script, the shortest enough."""
    bare = fold(word)
    heads = sorted({bare, *_stems(word, bare), *_stems(bare, bare)}, key=len)
    needed: list[str] = []
    for head in heads:
        if not any(head.startswith(one) for one in needed):
            needed.append(head)
    return tuple(needed)


def _stems(word: str, bare: str) -> Iterator[str]:
    if len(word) < SHORTEST_BENT or not word.isalpha():
        return
    if "֐" <= word[0] <= "׿":
        yield from _hebrew(word)
        return
    if "Ѐ" <= word[0] <= "ӿ":
        found = [_stemmer("russian").stemWord(word)]
    else:
        found = [_stemmer(one).stemWord(word) for one in ("english", "polish", "finnish")]
        found += [_SLOVENIAN.sub("", word), _FINNISH.sub("", word)]
    least = max(SHORTEST_STEM, (len(word) + 1) // 2)
    for stem in map(fold, found):
        if len(stem) >= least and bare.startswith(stem):
            yield stem


def _hebrew(word: str) -> Iterator[str]:
    bare = word[1:] if word[0] in _BEFORE_HEBREW and len(word) > SHORTEST_BENT else word
    for one in {word, bare}:
        yield one
        yield from (before + one for before in _BEFORE_HEBREW)


@lru_cache(maxsize=8)
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(language)


def snippet(text: str, wanted: Iterable[str]) -> tuple[str, list[tuple[int, int]]]:
    """A piece of the text on one line, and the places in it (start, end) that were found."""
    flat = " ".join(text.split())
    heads = [head for one in wanted for head in beginnings(one)]
    places = [
        (match.start(), match.end())
        for match in re.finditer(r"\w+", fold(flat))
        if any(match[0].startswith(head) for head in heads)
    ]
    start = max(0, places[0][0] - AROUND) if places else 0
    if start:  # a whole word first
        start = flat.find(" ", start, places[0][0]) + 1 or start
    end = min(len(flat), start + SNIPPET)
    lead = "…" if start else ""
    shift = start - len(lead)
    marks = [(one - shift, min(to, end) - shift) for one, to in places if one < end]
    return f"{lead}{flat[start:end]}{'…' if end < len(flat) else ''}", marks
