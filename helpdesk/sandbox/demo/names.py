"""Names and places of the demo's customers, by language.

A name that is not written in Latin letters is followed by `=` and its spelling in an address.
Surnames with two forms are written `him|her`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """Where customers of a language live. phone: a pattern that no network has given out, or
    that is reserved for fiction; `#` is a digit.
    """

    language: str
    men: tuple[str, ...]
    women: tuple[str, ...]
    surnames: tuple[str, ...]
    cities: tuple[str, ...]
    timezone: str
    phone: str
    share: int


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


REGIONS = (
    Region(
        "en",
        _split("Oliver James Harry George Leo Arthur Daniel Samuel Edward Callum Rhys Owen"),
        _split("Emily Olivia Grace Charlotte Hannah Isla Ruby Alice Fiona Megan Beth Zoe"),
        _split(
            "Barker Whitfield Marsh Holloway Pembroke Sutton Ellison Croft Hartley Linwood "
            "Fairley Thorne Redmond Okafor Sinclair Mehta Prescott Ward Lockwood Ferris"
        ),
        ("Leeds", "Bristol", "York", "Glasgow", "Cardiff", "Norwich", "Bath", "Manchester"),
        "Europe/London",
        "+447700900###",
        34,
    ),
    Region(
        "pl",
        _split("Piotr Tomasz Michał Paweł Jakub Marcin Łukasz Adam Krzysztof Wojciech"),
        _split("Katarzyna Magdalena Agnieszka Joanna Ewa Zofia Julia Monika Barbara Hanna"),
        _split(
            "Nowicki|Nowicka Wiśniewski|Wiśniewska Zieliński|Zielińska Kamiński|Kamińska "
            "Wójcik Mazur Krawczyk Dąbrowski|Dąbrowska Jankowski|Jankowska Lis Pawlak "
            "Górski|Górska Sikora Baran Malinowski|Malinowska"
        ),
        ("Kraków", "Gdańsk", "Poznań", "Wrocław", "Łódź", "Lublin", "Warszawa"),
        "Europe/Warsaw",
        "+48990555###",
        20,
    ),
    Region(
        "sl",
        _split("Luka Matej Rok Marko Gregor Andrej Jure Blaž Tadej"),
        _split("Ana Eva Nina Tjaša Urška Špela Katja Barbara Mojca"),
        _split(
            "Novak Horvat Kovačič Krajnc Zupan Potočnik Kos Golob Turk Božič Hribar Kralj "
            "Vidmar Korošec"
        ),
        ("Ljubljana", "Maribor", "Celje", "Kranj", "Koper", "Novo mesto"),
        "Europe/Ljubljana",
        "+38699555###",
        13,
    ),
    Region(
        "he",
        _split("יובל=yuval איתי=itai דניאל=daniel אורי=uri עומר=omer גיא=guy אלון=alon"),
        _split("מאיה=maya תמר=tamar יעל=yael שירה=shira הילה=hila רותם=rotem מיכל=michal"),
        _split(
            "כהן=cohen מזרחי=mizrahi פרידמן=friedman אברהם=avraham ביטון=biton שפירא=shapira "
            "גולן=golan ברק=barak שחר=shahar אדלר=adler"
        ),
        ("חיפה", "תל אביב", "ירושלים", "רעננה", "באר שבע", "מודיעין"),
        "Asia/Jerusalem",
        "+97255555####",
        11,
    ),
    Region(
        "fi",
        _split("Eero Juho Antti Oskar Ville Lauri Petri Sami Jari"),
        _split("Aada Helmi Sofia Kaisa Elina Hanna Riikka Noora Pirjo"),
        _split(
            "Mäkelä Nieminen Korhonen Heikkinen Laaksonen Salminen Koskinen Rantanen Hämäläinen "
            "Lehtonen Saarinen Ahonen"
        ),
        ("Helsinki", "Tampere", "Turku", "Oulu", "Kuopio", "Jyväskylä"),
        "Europe/Helsinki",
        "+358990555###",
        11,
    ),
    Region(
        "ru",
        _split("Алексей=alexey Дмитрий=dmitry Иван=ivan Сергей=sergey Михаил=mikhail Павел=pavel"),
        _split("Анна=anna Елена=elena Мария=maria Ольга=olga Дарья=daria Наталья=natalia"),
        _split(
            "Иванов|Иванова=ivanov Орлов|Орлова=orlov Лебедев|Лебедева=lebedev "
            "Морозов|Морозова=morozov Волков|Волкова=volkov Зайцев|Зайцева=zaitsev "
            "Павлов|Павлова=pavlov Фёдоров|Фёдорова=fedorov Белов|Белова=belov"
        ),
        ("Рига", "Таллин", "Вильнюс", "Алматы", "Ереван", "Тбилиси"),
        "Europe/Riga",
        "+70005550###",
        11,
    ),
)
MAIL_HOSTS = ("mail.example", "post.example", "inbox.example", "letters.example")
COMPANIES = (
    "Ashdown Interiors",
    "Hotel Pod Lipami",
    "Penzion Jezero",
    "Majatalo Kuusi",
    "Guest House Orchard",
    "Studio Svetlo",
    "Café Linde",
    "Bayit Bahir Ltd",
)
