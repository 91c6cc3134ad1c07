"""Two hundred customers: six who are known by name, the rest drawn from the name tables."""

from __future__ import annotations

import hashlib
import random
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from helpdesk.models import Company, Customer, CustomerIdentity
from helpdesk.sandbox.demo.names import COMPANIES, MAIL_HOSTS, REGIONS, Region
from helpdesk.sandbox.personas import PERSONAS, Persona

# Those of the sandbox screen, and three more of the same kind.
KNOWN = (
    *PERSONAS,
    Persona("maja", "Maja Žagar", "sl", "+38699555014", "699555014", "maja@zagar.example"),
    Persona(
        "mikko", "Mikko Virtanen", "fi", "+358990555039", "990555039", "mikko@virtanen.example"
    ),
    Persona("irina", "Ирина Соколова", "ru", "+70005550127", "705550127", "irina@sokolova.example"),
)
_KNOWN_CITIES = {
    "tom": "Leeds",
    "noa": "חיפה",
    "anna": "Kraków",
    "maja": "Ljubljana",
    "mikko": "Tampere",
    "irina": "Рига",
}
_MEN = frozenset({"tom", "mikko"})
_EVIDENCE = {
    "email": "wrote from it",
    "phone": "signed webhook",
    "telegram": "signed webhook",
    "visitor": "first message",
}


@dataclass(slots=True)
class Someone:
    """A customer with what the history needs to know: gender, first name, addresses by kind."""

    row: Customer
    gender: str
    known: bool = False
    addresses: dict[str, str] = field(default_factory=dict)

    @property
    def first_name(self) -> str:
        return self.row.name.split(" ")[0]


def customers(count: int, dice: random.Random, now: datetime) -> list[Someone]:
    """Write `count` customers with their identities; the known ones come first."""
    people = [_known(persona, dice, now) for persona in KNOWN[:count]]
    taken = {address for one in people for address in one.addresses.values()}
    weights = [region.share for region in REGIONS]
    while len(people) < count:
        (region,) = dice.choices(REGIONS, weights)
        people.append(_stranger(region, dice, now, taken))
    _save(people)
    return people


def _known(persona: Persona, dice: random.Random, now: datetime) -> Someone:
    row = _row(persona.name, _region(persona.language), dice, now)
    row.city = _KNOWN_CITIES[persona.key]
    row.vip = persona.key in {"anna", "noa"}
    row.created_at = now - timedelta(days=400, hours=dice.randrange(2000))
    addresses = {
        "email": persona.email,
        "phone": persona.phone,
        "telegram": persona.telegram,
        "visitor": _browser(persona.email),
    }
    gender = "m" if persona.key in _MEN else "f"
    return Someone(row, gender, known=True, addresses=addresses)


def _region(language: str) -> Region:
    return next(region for region in REGIONS if region.language == language)


def _stranger(region: Region, dice: random.Random, now: datetime, taken: set[str]) -> Someone:
    gender = dice.choice("mf")
    first, first_latin = _spelled(dice.choice(region.men if gender == "m" else region.women))
    last, last_latin = _spelled(dice.choice(region.surnames), gender)
    person = Someone(_row(f"{first} {last}", region, dice, now), gender)
    mail = f"{first_latin}.{last_latin}"
    while f"{mail}@{MAIL_HOSTS[0]}" in taken:
        mail = f"{first_latin}.{last_latin}{dice.randrange(50, 99)}"
    taken.add(f"{mail}@{MAIL_HOSTS[0]}")
    wanted = _wanted(dice)
    if "email" in wanted:
        person.addresses["email"] = f"{mail}@{dice.choice(MAIL_HOSTS)}"
    if "phone" in wanted:
        person.addresses["phone"] = _number(region.phone, dice, taken)
    if "telegram" in wanted:
        person.addresses["telegram"] = _number("61#######", dice, taken)
    if "visitor" in wanted:
        person.addresses["visitor"] = _browser(mail)
    return person


def _wanted(dice: random.Random) -> set[str]:
    """Kinds of address: one main one, and for two of five people some more."""
    kinds = ("visitor", "email", "phone", "telegram")
    wanted = set(dice.choices(kinds, (48, 32, 10, 10)))
    if dice.random() < 0.4:
        wanted |= set(dice.sample(kinds, dice.choice((1, 1, 2))))
    return wanted


def _row(name: str, region: Region, dice: random.Random, now: datetime) -> Customer:
    return Customer(
        name=name,
        language=region.language,
        city=dice.choice(region.cities),
        timezone=region.timezone,
        company=Company(name=dice.choice(COMPANIES)) if dice.random() < 0.07 else None,
        vip=dice.random() < 0.06,
        created_at=now - timedelta(days=91 + dice.randrange(500)),
    )


def _spelled(entry: str, gender: str = "m") -> tuple[str, str]:
    """A name as it is written and as it stands in an address."""
    shown, _sign, latin = entry.partition("=")
    him, _sign, her = shown.partition("|")
    shown = her if her and gender == "f" else him
    plain = unicodedata.normalize("NFKD", (latin or shown).replace("ł", "l").replace("Ł", "L"))
    return shown, plain.encode("ascii", "ignore").decode().lower()


def _number(pattern: str, dice: random.Random, taken: set[str]) -> str:
    while True:
        number = "".join(str(dice.randrange(10)) if sign == "#" else sign for sign in pattern)
        if number not in taken:
            taken.add(number)
            return number


def _browser(text: str) -> str:
    """As chat names a visitor: forty hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _companies(people: list[Someone]) -> None:
    """One row for each company, however many write for it."""
    theirs = [person.row for person in people if person.row.company]
    names = sorted({row.company.name for row in theirs if row.company})
    made = {one.name: one for one in Company.objects.bulk_create(Company(name=n) for n in names)}
    for row in theirs:
        row.company = made[row.company.name] if row.company else None


def _save(people: list[Someone]) -> None:
    dates = [person.row.created_at for person in people]
    _companies(people)
    rows = Customer.objects.bulk_create([person.row for person in people])
    for row, date in zip(rows, dates, strict=True):
        row.created_at = date  # auto_now_add had put today in its place
    Customer.objects.bulk_update(rows, ["created_at"], batch_size=500)
    identities = [
        CustomerIdentity(
            customer=person.row,
            kind=kind,
            address=address,
            verified=kind != "email",
            evidence=_EVIDENCE[kind],
        )
        for person in people
        for kind, address in person.addresses.items()
    ]
    CustomerIdentity.objects.bulk_create(identities)
    owner = Customer.objects.filter(pk=OuterRef("customer_id"))
    CustomerIdentity.objects.update(created_at=Subquery(owner.values("created_at")))
