"""A widget's settings, typed: what the panel, the loader and the service read of an inbox.

Widget.of() is lenient, since settings may be older than this code or written by hand: whatever
is missing or malformed falls back to its default. chat.settings checks them before they are saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from django.urls import reverse

from helpdesk.models import Inbox

# One text for every language, or one for each.
Text = str | Mapping[str, str]
Position = Literal["end", "start"]
Theme = Literal["", "light", "dark"]
Tracking = Literal["off", "session", "consented"]
Identity = Literal["open", "enforced"]
Algorithm = Literal["HS256", "RS256", "ES256"]
Kind = Literal["text", "choice", "email", "phone", "name"]
When = Literal["before", "waiting"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT_COLOR = "#0f6a65"
MAX_WAITING = 4
# The key of a draft that is only looked at: no session, socket or visit can belong to it.
PREVIEW_KEY = "preview"
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
TEXTS_PER_MINUTE = 30


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before the first text, or while the customer waits."""

    id: str
    kind: Kind
    label: Text
    choices: tuple[Text, ...]
    when: When
    required: bool


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody answers: spans "HH:MM" of each day of DAYS in a time zone; closed: ISO dates.

    A span's end may be "24:00". A day without spans is closed.
    """

    tz: str
    week: Mapping[str, tuple[tuple[str, str], ...]]
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Widget:
    """Settings of one chat inbox. hours None: always open; email_inbox None: the first usable.

    site: the name in /c/<site>. identity_jwks: where the site's public keys are, unless it signs
    with a shared secret (HS256).
    """

    name: str
    language: str
    title: Text
    greeting: Text
    label: Text
    color: str
    logo: str
    position: Position
    theme: Theme
    hide_on_phones: bool
    origins: tuple[str, ...]
    texts_per_minute: int
    hours: Hours | None
    questions: tuple[Question, ...]
    email_inbox: int | None
    tracking: Tracking
    rating: bool
    transcript: bool
    identity: Identity
    identity_alg: Algorithm
    identity_jwks: str
    search_url: str
    site: str

    @classmethod
    def of(cls, inbox: Inbox) -> Widget:
        """Read the settings of an inbox. Never raises, whatever they hold."""
        return cls.read(inbox.settings, name=inbox.name, language=inbox.language)

    @classmethod
    def read(cls, settings: object, *, name: str, language: str) -> Widget:
        """Read settings that are not (yet) those of an inbox: a draft."""
        raw: Mapping[str, Any] = settings if isinstance(settings, dict) else {}
        email_inbox = raw.get("email_inbox")
        return cls(
            name=name,
            language=language,
            title=_text(raw.get("title")),
            greeting=_text(raw.get("greeting")),
            label=_text(raw.get("label")),
            color=_matching(_COLOR, raw.get("color")) or DEFAULT_COLOR,
            logo=_matching(_UUID, raw.get("logo")),
            position=cast("Position", _one_of(Position, raw.get("position"))),
            theme=cast("Theme", _one_of(Theme, raw.get("theme"))),
            hide_on_phones=raw.get("hide_on_phones") is True,
            origins=tuple(one for one in _list(raw.get("origins")) if isinstance(one, str) and one),
            texts_per_minute=_positive(raw.get("texts_per_minute"), TEXTS_PER_MINUTE),
            hours=_hours(raw.get("hours")),
            questions=_questions(raw.get("questions")),
            email_inbox=_positive(email_inbox, 0) or None,
            tracking=cast("Tracking", _one_of(Tracking, raw.get("tracking"))),
            rating=raw.get("rating") is not False,
            transcript=raw.get("transcript") is not False,
            identity=cast("Identity", _one_of(Identity, raw.get("identity"))),
            identity_alg=cast("Algorithm", _one_of(Algorithm, raw.get("identity_alg"))),
            identity_jwks=_plain(raw.get("identity_jwks")),
            search_url=_plain(raw.get("search_url")),
            site=_plain(raw.get("site")),
        )

    @staticmethod
    def clean(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Settings to save and the errors in them, by path; see chat.settings.rules."""
        from chat.settings import rules

        return rules.clean(data)

    def text(self, value: Text, language: str) -> str:
        """A text in a language, else in the inbox's own, else in English, else in any."""
        if isinstance(value, str):
            return value
        order = (language, language[:2], self.language, "en", *value)
        return next((value[one] for one in order if value.get(one)), "")

    def exact(self, value: Text, language: str) -> str:
        """A text in just this language, else empty: where a translated text of ours steps in."""
        if isinstance(value, str):
            return value
        return value.get(language) or value.get(language[:2]) or ""

    def title_in(self, language: str) -> str:
        """The panel's title; the inbox's name where there is none."""
        return self.text(self.title, language) or self.name


def logo_url(inbox: Inbox) -> str:
    """Where the logo is shown from, kept for ever since another logo has another address.

    Empty without a logo. A draft's logo is not public yet: only its editor sees it.
    """
    logo = Widget.of(inbox).logo
    if not logo:
        return ""
    if inbox.key == PREVIEW_KEY:
        return reverse("widget-draft-logo", args=[inbox.pk, logo])
    return reverse("chat-logo", args=[inbox.key, logo])


def _matching(pattern: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _one_of(known: Any, value: object) -> str:
    """The value if it is one of a Literal's, else the first of them."""
    options: tuple[str, ...] = get_args(known)
    return value if isinstance(value, str) and value in options else options[0]


def _positive(value: object, default: int) -> int:
    usable = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return cast("int", value) if usable else default


def _text(value: object) -> Text:
    if isinstance(value, dict):
        return MappingProxyType(
            {key: one for key, one in value.items() if isinstance(one, str) and one}
        )
    return _plain(value)


def _hours(value: object) -> Hours | None:
    if not isinstance(value, dict) or not isinstance(value.get("week"), dict):
        return None
    week = {day: _spans(value["week"].get(day)) for day in DAYS}
    closed = tuple(one for one in _list(value.get("closed")) if _matching(_DATE, one))
    return Hours(_plain(value.get("tz")) or "UTC", MappingProxyType(week), closed)


def _spans(value: object) -> tuple[tuple[str, str], ...]:
    pairs = (one for one in _list(value) if isinstance(one, (list, tuple)) and len(one) == 2)
    return tuple(
        sorted(
            (start, end)
            for start, end in pairs
            if _matching(_TIME, start) and _matching(_TIME, end) and start < end
        )
    )


def _questions(value: object) -> tuple[Question, ...]:
    found = [one for one in map(_question, _list(value)) if one]
    waiting = [one for one in found if one.when == "waiting"][MAX_WAITING:]
    return tuple(one for one in found if one not in waiting)


def _question(value: object) -> Question | None:
    if not isinstance(value, dict) or not _plain(value.get("id")) or not _text(value.get("label")):
        return None
    return Question(
        id=value["id"],
        kind=cast("Kind", _one_of(Kind, value.get("kind"))),
        label=_text(value.get("label")),
        choices=tuple(one for one in map(_text, _list(value.get("choices"))) if one),
        when=cast("When", _one_of(When, value.get("when"))),
        required=value.get("required") is True,
    )
