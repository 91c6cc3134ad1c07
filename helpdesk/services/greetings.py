"""The greeting above a text: it is polite and says nothing, so that a preview begins below it."""

from __future__ import annotations

import re

_WORDS = (
    # English, Polish, Slovenian, Hebrew, Finnish, Russian
    "hello|hi|hey|dear|greetings|good (?:day|morning|afternoon|evening)",
    "dzień dobry|dobry wieczór|cześć|witam|witajcie|hej|szanown[aie]|szanowny|droga|drogi",
    "pozdravljen[aio]?|spoštovan[aio]|živjo|zdravo|dober (?:dan|večer)|dobro jutro|drag[aio]",
    "שלום|היי|הי|בוקר טוב|ערב טוב|צהריים טובים|לכבוד",
    "hei|moi|moikka|terve|tervehdys|hyvää (?:päivää|huomenta|iltaa)|arvoisa|hyvä",
    "здравствуй(?:те)?|добр(?:ый день|ый вечер|ое утро)|привет|уважаем(?:ый|ая|ые)",
    # their neighbours
    "hallo|moin|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|lieber?|servus|grüezi",
    "bonjour|bonsoir|salut|ch[eè]re?s?|madame|monsieur",
    "hola|buen[oa]s (?:días|tardes|noches)|estimad[oa]s?|querid[oa]s?",
    "ciao|salve|buongiorno|buonasera|gentil[ei]|egregi[oa]",
    "beste|geachte|goede(?:morgen|middag|navond)|dag",
    "olá|oi|bo[am] (?:dia|tarde|noite)|prezad[oa]s?|car[oa]s?",
    "dobrý (?:den|deň|večer)|vážen[áíý]|ahoj|poštovan[ai]|dobar dan|bok",
    "god (?:dag|morgon|morgen|kväll)|kära|bäste|kære|kjære",
    "вітаю|добрий (?:день|вечір)|доброго дня|шановн[іаий]+|merhaba|selam|sayın|tere|sveiki",
)
_TITLE = r"(?:mr|mrs|ms|dr|prof|pt|hr|fr)\."
_GREETING = re.compile(
    rf"(?:{'|'.join(_WORDS)})\b"
    rf"(?P<rest>(?:,?[ \t\xa0]+(?:{_TITLE}|[^\s,.!?:;]+)){{0,4}})"
    r"[ \t\xa0]*(?P<end>[,.!:;–—-]*)[ \t\xa0]*",
    re.IGNORECASE,
)
_LONGEST = 70  # characters; a longer line says more than hello


def below(text: str) -> str:
    """The text without a first line that only greets; all of it where nothing else is said."""
    head, _line, rest = text.lstrip().partition("\n")
    if not rest.strip() or len(head) > _LONGEST:
        return text
    found = _GREETING.fullmatch(head.strip())
    if found is None:
        return text
    names = found["rest"].replace(",", " ").split()
    # Without a mark at its end, or with one after the first word, only names may follow: scripts
    # without capitals are trusted.
    sure = found["end"] and "," not in found["rest"]
    if not sure and (len(names) > 2 or any(name[0].islower() for name in names)):
        return text
    return rest.lstrip()
