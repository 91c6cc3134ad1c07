"""Agents, teams, skills and inboxes of the demo shop."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password

from helpdesk.models import (
    AddressForm,
    Agent,
    AgentSkill,
    Inbox,
    Presence,
    Role,
    Skill,
    Team,
    TeamMembership,
    Template,
    TemplateVariant,
)
from helpdesk.sandbox.demo import automation, routing
from helpdesk.sandbox.demo.canned import ADDRESS, TEMPLATES
from helpdesk.sandbox.demo.outcomes import OUR_ADDRESS

PASSWORD = "parley-demo"  # noqa: S105  the demo's, printed by `make up`
WIDGET_KEY = "birch-and-linen"
_HELP, _ORDERS, _WHOLESALE = "Help", "Orders & delivery", "Wholesale"


@dataclass(frozen=True, slots=True)
class Person:
    """One of ours. skills: name to level."""

    key: str
    first: str
    last: str
    role: str
    gender: str
    language: str
    teams: tuple[str, ...]
    skills: dict[str, int]


PEOPLE = (
    Person("admin", "Ingrid", "Solberg", Role.ADMIN, "f", "en", (), {}),
    Person(
        "henrik", "Henrik", "Dahl", Role.SUPERVISOR, "m", "en",
        (_HELP, _ORDERS, _WHOLESALE), {"English": 5, "Complaints": 5, "Finnish": 2},
    ),
    Person(
        "marta", "Marta", "Nowak", Role.AGENT, "f", "pl",
        (_HELP, _ORDERS), {"Polish": 5, "English": 4, "Delivery": 5, "Returns": 4},
    ),
    Person(
        "jonas", "Jonas", "Weber", Role.AGENT, "m", "en",
        (_HELP, _WHOLESALE), {"English": 5, "Wholesale": 5, "Invoices": 4, "Fabrics": 3},
    ),
    Person(
        "aino", "Aino", "Laine", Role.AGENT, "f", "fi",
        (_HELP, _ORDERS), {"Finnish": 5, "English": 4, "Fabrics": 5, "Delivery": 3},
    ),
    Person(
        "petra", "Petra", "Kranjc", Role.AGENT, "f", "sl",
        (_ORDERS, _WHOLESALE), {"Slovenian": 5, "English": 4, "Returns": 5, "Invoices": 3},
    ),
    Person(
        "noam", "Noam", "Shapira", Role.AGENT, "m", "he",
        (_HELP, _ORDERS), {"Hebrew": 5, "Russian": 4, "English": 4, "Complaints": 3},
    ),
)  # fmt: skip
_SKILLS = {
    "English": "Writes English without help.",
    "Polish": "Writes Polish without help.",
    "Slovenian": "Writes Slovenian without help.",
    "Hebrew": "Writes Hebrew without help.",
    "Finnish": "Writes Finnish without help.",
    "Russian": "Writes Russian without help.",
    "Delivery": "Couriers, pickup points, lost parcels.",
    "Returns": "Returns, exchanges and refunds.",
    "Fabrics": "Weaves, colours, washing and care.",
    "Invoices": "Invoices, VAT numbers and payments.",
    "Wholesale": "Hotels, shops and offers above 20 sets.",
    "Complaints": "Damaged goods and goodwill.",
}
SPEAKS = {
    "Polish": "pl",
    "Slovenian": "sl",
    "Hebrew": "he",
    "Finnish": "fi",
    "Russian": "ru",
    "English": "en",
}


@dataclass(slots=True)
class Desk:
    """The finished desk. `workers` are those who answer, by inbox id."""

    inboxes: dict[str, Inbox]
    workers: dict[int, list[tuple[Agent, Person]]]


def make(dice: random.Random) -> Desk:
    """Write the desk; agents share one password hash, since hashing takes long on purpose."""
    password = make_password(PASSWORD)
    teams = {name: Team.objects.create(name=name) for name in (_HELP, _ORDERS, _WHOLESALE)}
    skills = {
        skill.name: skill
        for skill in Skill.objects.bulk_create(
            [Skill(name=name, description=text) for name, text in _SKILLS.items()]
        )
    }
    agents = {
        one.key: Agent.objects.create(
            email=f"{one.key}@parley.example",
            password=password,
            first_name=one.first,
            last_name=one.last,
            role=one.role,
            language=one.language,
            presence=Presence.ONLINE if one.role == Role.AGENT else Presence.OFFLINE,
        )
        for one in PEOPLE
    }
    TeamMembership.objects.bulk_create(
        [
            TeamMembership(team=teams[team], agent=agents[one.key])
            for one in PEOPLE
            for team in one.teams
        ]
    )
    AgentSkill.objects.bulk_create(
        [
            AgentSkill(agent=agents[one.key], skill=skills[skill], level=level)
            for one in PEOPLE
            for skill, level in one.skills.items()
        ]
    )
    _templates(agents["henrik"], dice)
    automation.make(agents["admin"])
    inboxes = _inboxes(teams)
    _address(inboxes)
    routing.make(inboxes, teams, skills, agents, {one.key: _languages(one) for one in PEOPLE})
    workers = {
        inbox.pk: [
            (agents[one.key], one)
            for one in PEOPLE
            if one.role == Role.AGENT and set(one.teams) & _teams_of(kind)
        ]
        for kind, inbox in inboxes.items()
    }
    return Desk(inboxes, workers)


def _languages(one: Person) -> dict[str, int]:
    """By the same skills that the screens show; everybody reads English."""
    spoken = {SPEAKS[skill]: level for skill, level in one.skills.items() if skill in SPEAKS}
    return {"en": 3, one.language: 5, **spoken}


def _teams_of(kind: str) -> set[str]:
    return {
        "chat": {_HELP, _ORDERS},
        "email": {_HELP, _ORDERS, _WHOLESALE},
        "sms": {_ORDERS},
        "telegram": {_HELP},
    }[kind]


def _inboxes(teams: dict[str, Team]) -> dict[str, Inbox]:
    fake = f"http://127.0.0.1:{settings.FAKE_PORT}"
    made = {
        "chat": Inbox(
            name="Chat on the site",
            channel="chat",
            key=WIDGET_KEY,
            settings={"title": "Birch & Linen help", "tracking": "session"},
            secrets={"order_secret": secrets.token_hex(32)},
        ),
        "email": Inbox(
            name="Help by e-mail",
            channel="email",
            address=OUR_ADDRESS,
            settings={
                "host": "127.0.0.1",
                "port": settings.FAKE_SMTP_PORT,
                "security": "none",
            },
        ),
        "sms": Inbox(
            name="Text messages",
            channel="sms",
            provider="twilio",
            address="+447700900123",
            settings={"account_sid": "AC" + secrets.token_hex(16), "api_base": fake},
            secrets={"auth_token": secrets.token_hex(16)},
        ),
        "telegram": Inbox(
            name="Telegram",
            channel="social",
            provider="telegram",
            address="BirchAndLinenBot",
            settings={"api_base": fake},
            secrets={
                "bot_token": f"7700900123:{secrets.token_urlsafe(26)}",
                "webhook_secret": secrets.token_urlsafe(24),
            },
        ),
    }
    for kind, inbox in made.items():
        inbox.save()
        inbox.teams.set([team for name, team in teams.items() if name in _teams_of(kind)])
    return made


def _templates(author: Agent, dice: random.Random) -> None:
    made = Template.objects.bulk_create(
        [
            Template(
                shortcut=one.shortcut,
                name=one.name,
                category=one.category,
                exempt=one.exempt,
                uses=dice.randrange(0, 180),
                updated_by=author,
            )
            for one in TEMPLATES
        ]
    )
    TemplateVariant.objects.bulk_create(
        [
            TemplateVariant(
                template=template, language=language, register=register, channel=channel, text=text
            )
            for template, one in zip(made, TEMPLATES, strict=True)
            for (language, register, channel), text in one.texts.items()
        ]
    )


def _address(inboxes: dict[str, Inbox]) -> None:
    AddressForm.objects.bulk_create(
        [
            AddressForm(inbox=inboxes[kind], language=language, register=register)
            for kind, language, register in ADDRESS
        ]
    )
