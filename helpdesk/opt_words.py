"""What a text says about being written to: stop, again, help. Whole words only, and pure.

The English words are those that Twilio and the carriers' rules (CTIA) name; the others are the
usual ones of the languages that Parley speaks. Only a text that is nothing but such a word
counts: "please stop by" is an ordinary message, at which an agent should look twice.
"""

from __future__ import annotations

import re
from typing import Final

OUT, IN, HELP, MAYBE = "out", "in", "help", "maybe"

_OUT: Final = (
    "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT ARRET ARRÊT "
    "WYPISZ REZYGNUJĘ REZYGNUJE ODJAVA ODJAVI הסר הסירו הפסק LOPETA PERU POISTA "
    "СТОП ОТПИСАТЬСЯ ОТПИСКА ОТКАЗ"
)
_IN: Final = (
    "START YES UNSTOP WZNÓW WZNOW ZAPISZ PRIJAVA PRIJAVI חידוש הצטרף ALOITA СТАРТ ПОДПИСАТЬСЯ"
)
_HELP: Final = "HELP INFO POMOC POMOČ עזרה מידע OHJE APUA ПОМОЩЬ СПРАВКА"
# Said in the middle of other words these still are about us; "cancel my order" is not.
_HINTS: Final = (
    "STOP STOPALL UNSUBSCRIBE OPTOUT REVOKE ARRET WYPISZ WYPISAĆ ODJAVA ODJAVITE הסר הסירו "
    "LOPETA LOPETTAKAA СТОП ОТПИСАТЬСЯ ОТПИСКА ОТПИШИТЕ"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_LONGEST_HINT: Final = 300  # characters: who writes a letter with "stop" in it means something else


def _folded(words: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in words.split())


_MEANINGS: Final = {
    **dict.fromkeys(_folded(_HELP), HELP),
    **dict.fromkeys(_folded(_IN), IN),
    **dict.fromkeys(_folded(_OUT), OUT),
}
_HINTING: Final = _folded(_HINTS)


def meaning(text: str) -> str:
    """OUT, IN or HELP when the whole trimmed text is such a word, in any case; MAYBE when one
    about stopping is among others; else "".
    """
    said = text.strip().casefold()
    if found := _MEANINGS.get(said):
        return found
    if len(said) <= _LONGEST_HINT and not _HINTING.isdisjoint(_WORD.findall(said)):
        return MAYBE
    return ""
