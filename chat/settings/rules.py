"""What a widget's settings may be: the strict side of chat.appearance.

clean() takes data of the shape of the settings and gives (settings, errors). Settings are in
their normal form: nothing that equals a default, so that two of them can be compared. Errors
are texts by path: "color", "greeting.pl", "questions.0.label", "hours.week.mon".
"""

from __future__ import annotations

import math
import re
import uuid
import zoneinfo
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any, get_args
from urllib.parse import urlsplit

from django.conf import settings as django
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat import appearance

LANGUAGES = tuple(code for code, _name in django.LANGUAGES)
LENGTHS = {"title": 60, "greeting": 160, "label": 30}
QUESTION_LENGTH = 120
CHOICE_LENGTH = 60
MAX_BEFORE = 5
MAX_CHOICES = 8
MAX_ORIGINS = 50
MAX_CLOSED = 100
MAX_SPANS = 4
MAX_TEXTS = 600
CONTRAST = 4.5
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_COLOR = re.compile(r"#[0-9a-f]{6}")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][^\s<>\"]{0,250})?")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")

Errors = dict[str, str]


def clean(data: Mapping[str, Any]) -> tuple[dict[str, Any], Errors]:
    """Check everything; what is wrong is left out of the settings and named in the errors."""
    errors: Errors = {}
    cleaned: dict[str, Any] = {
        **{name: _text(data.get(name), name, most, errors) for name, most in LENGTHS.items()},
        "color": _color(data.get("color"), errors),
        "logo": _logo(data.get("logo"), errors),
        "position": _choice(appearance.Position, data, "position", errors),
        "theme": _choice(appearance.Theme, data, "theme", errors),
        "hide_on_phones": data.get("hide_on_phones") is True,
        "origins": _origins(data.get("origins"), errors),
        "texts_per_minute": _texts_per_minute(data.get("texts_per_minute"), errors),
        "hours": _hours(data.get("hours"), errors),
        "questions": _questions(data.get("questions"), errors),
        "email_inbox": _key(data.get("email_inbox"), errors),
        "tracking": _choice(appearance.Tracking, data, "tracking", errors),
        "rating": data.get("rating") is not False,
        "transcript": data.get("transcript") is not False,
        "identity": _choice(appearance.Identity, data, "identity", errors),
        "identity_alg": _choice(appearance.Algorithm, data, "identity_alg", errors),
        "identity_jwks": _keys(data, errors),
        "search_url": _search(data.get("search_url"), errors),
        "site": _site(data.get("site"), errors),
    }
    default = {
        "color": appearance.DEFAULT_COLOR,
        "position": "end",
        "hide_on_phones": False,
        "texts_per_minute": appearance.TEXTS_PER_MINUTE,
        "tracking": "off",
        "rating": True,
        "transcript": True,
        "identity": "open",
        "identity_alg": "HS256",
    }
    kept = {name: value for name, value in cleaned.items() if value != default.get(name, _EMPTY)}
    return {name: value for name, value in kept.items() if value not in _EMPTIES}, errors


_EMPTY = object()
_EMPTIES: tuple[Any, ...] = ("", None, [], {})


def contrast(color: str) -> float:
    """WCAG contrast of white words on a ground "#rrggbb": 1 to 21."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def readable(color: str) -> str:
    """The same colour, as little darker as white words need."""
    channels = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    for percent in range(100, -1, -1):
        darker = "#" + "".join(f"{one * percent // 100:02x}" for one in channels)
        if contrast(darker) >= CONTRAST:
            return darker
    return "#000000"


def origin(text: str) -> str:
    """An exact origin as browsers spell it: scheme, host in ASCII, a port that is not the usual.

    Raises ValueError for anything more, such as a path, a name or a wildcard.
    """
    parts = urlsplit(text.strip())
    host = (parts.hostname or "").encode("idna").decode("ascii").lower()
    extra = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or extra or not _HOST.fullmatch(host):
        raise ValueError(text)
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return f"{parts.scheme}://{host}{port}"


@cache
def zones() -> tuple[str, ...]:
    """Time zones with a place in their name, and UTC."""
    known = zoneinfo.available_timezones()
    places = {one for one in known if "/" in one and not one.startswith(("Etc/", "posix", "right"))}
    return tuple(sorted(places | {"UTC"}))


def _line(value: object) -> str:
    """One line without control characters and outer spaces."""
    text = value if isinstance(value, str) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _text(value: object, path: str, most: int, errors: Errors) -> str | dict[str, str]:
    """One text, or one for each language; all six the same become one."""
    if isinstance(value, Mapping):
        texts = {code: _line(value.get(code)) for code in LANGUAGES}
    else:
        texts = dict.fromkeys(LANGUAGES, _line(value))
    for code, text in texts.items():
        if len(text) > most:
            errors[f"{path}.{code}"] = ngettext(
                "At most %(most)d character.", "At most %(most)d characters.", most
            ) % {"most": most}
    different = set(texts.values())
    if len(different) == 1:
        return different.pop()
    return {code: text for code, text in texts.items() if text}


def _choice(known: Any, data: Mapping[str, Any], name: str, errors: Errors) -> str:
    options: tuple[str, ...] = get_args(known)
    value = data.get(name, options[0])
    if value not in options:
        errors[name] = _("Choose one of these.")
        return options[0]
    return str(value)


def _color(value: object, errors: Errors) -> str:
    color = _line(value).lower() or appearance.DEFAULT_COLOR
    if not _COLOR.fullmatch(color):
        errors["color"] = _("A colour is written like #0f6a65.")
        return appearance.DEFAULT_COLOR
    if contrast(color) < CONTRAST:
        errors["color"] = _(
            "White words cannot be read on this colour: contrast %(found).1f, "
            "at least 4.5 is needed. %(better)s would do."
        ) % {"found": math.floor(contrast(color) * 10) / 10, "better": readable(color)}
    return color


def _logo(value: object, errors: Errors) -> str:
    text = _line(value)
    if not text:
        return ""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        errors["logo"] = _("Choose the picture again.")
        return ""


def _origins(value: object, errors: Errors) -> list[str]:
    found: list[str] = []
    for one in value if isinstance(value, list) else []:
        text = _line(one)
        if not text:
            continue
        try:
            found.append(origin(text))
        except ValueError:
            errors["origins"] = (
                _("“%(text)s” is not the address of a site, such as https://shop.example.")
                % {"text": text[:100]}
            )  # fmt: skip
    if len(found) > MAX_ORIGINS:
        errors["origins"] = _("At most %(most)d sites.") % {"most": MAX_ORIGINS}
    return list(dict.fromkeys(found))


def _texts_per_minute(value: object, errors: Errors) -> int:
    if value is None:
        return appearance.TEXTS_PER_MINUTE
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_TEXTS:
        errors["texts_per_minute"] = _("A number from 1 to %(most)d.") % {"most": MAX_TEXTS}
        return appearance.TEXTS_PER_MINUTE
    return value


def _key(value: object, errors: Errors) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        errors["email_inbox"] = _("Choose one of these.")
        return None
    return value


def _keys(data: Mapping[str, Any], errors: Errors) -> str:
    """Where the site's public keys are; only signatures with a private key need them."""
    text = _line(data.get("identity_jwks"))
    needed = data.get("identity_alg") in ("RS256", "ES256")
    parts = urlsplit(text) if _URL.fullmatch(text) else None
    if (text or needed) and (parts is None or parts.scheme != "https" or "@" in parts.netloc):
        errors["identity_jwks"] = _("An address such as https://shop.example/keys.json.")
    return text


def _site(value: object, errors: Errors) -> str:
    name = _line(value).lower()
    if name and not _SLUG.fullmatch(name):
        errors["site"] = _("Small letters a to z, digits, - and _; at most 32.")
    return name


def _search(value: object, errors: Errors) -> str:
    text = _line(value)
    usable = _URL.fullmatch(text) and "@" not in urlsplit(text).netloc
    if text and not (usable and "{query}" in text):
        errors["search_url"] = _(
            "An address with {query} in it, such as https://shop.example/help?q={query}."
        )
    return text


def _hours(value: object, errors: Errors) -> dict[str, Any] | None:
    if not isinstance(value, Mapping):
        return None
    zone = value.get("tz")
    if zone not in zones():
        errors["hours.tz"] = _("Choose a time zone.")
    given = value.get("week")
    given = given if isinstance(given, Mapping) else {}
    week = {day: _spans(given.get(day), f"hours.week.{day}", errors) for day in appearance.DAYS}
    week = {day: spans for day, spans in week.items() if spans}
    if not week and not any(path.startswith("hours.week") for path in errors):
        errors["hours"] = _("No day has hours: nobody could ever reach you.")
    return {"tz": zone, "week": week, "closed": _closed(value.get("closed"), errors)}


def _spans(value: object, path: str, errors: Errors) -> list[list[str]]:
    found: list[list[str]] = []
    for one in value if isinstance(value, list) else []:
        start, end = one if isinstance(one, list) and len(one) == 2 else ("", "?")
        if not start and not end:
            continue
        if not (_is_time(start) and (_is_time(end) or end == "24:00")):
            errors[path] = _("From and to, such as 09:00 and 17:00.")
        elif start >= end:
            errors[path] = _("The end comes after the beginning. Midnight is 00:00.")
        else:
            found.append([start, end])
    found.sort()
    if any(second[0] < first[1] for first, second in pairwise(found)):
        errors[path] = _("These hours overlap.")
    if len(found) > MAX_SPANS:
        errors[path] = _("At most %(most)d times a day.") % {"most": MAX_SPANS}
    return found


def _is_time(value: object) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def _closed(value: object, errors: Errors) -> list[str]:
    found: set[str] = set()
    for one in value if isinstance(value, list) else []:
        text = _line(one)
        if not text:
            continue
        try:
            found.add(date.fromisoformat(text).isoformat())
        except ValueError:
            errors["hours.closed"] = _("“%(text)s” is not a date.") % {"text": text[:20]}
    if len(found) > MAX_CLOSED:
        errors["hours.closed"] = _("At most %(most)d days.") % {"most": MAX_CLOSED}
    return sorted(found)


def _questions(value: object, errors: Errors) -> list[dict[str, Any]]:
    given = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
    found = [_question(one, f"questions.{at}", errors) for at, one in enumerate(given)]
    ids = [one["id"] for one in found]
    for at, one in enumerate(found):
        if one["id"] in ids[:at]:
            errors[f"questions.{at}.id"] = _("Another question has this short name already.")
    waiting = sum(one["when"] == "waiting" for one in found)
    if waiting > appearance.MAX_WAITING:
        errors["questions"] = _("At most %(most)d questions while waiting.") % {
            "most": appearance.MAX_WAITING
        }
    if len(found) - waiting > MAX_BEFORE:
        errors["questions"] = _("At most %(most)d questions before the chat.") % {
            "most": MAX_BEFORE
        }
    return found


def _question(data: Mapping[str, Any], path: str, errors: Errors) -> dict[str, Any]:
    own: Errors = {}
    name = _line(data.get("id"))
    if not _SLUG.fullmatch(name):
        own["id"] = _("Small letters a to z, digits, - and _; at most 32.")
    label = _text(data.get("label"), "label", QUESTION_LENGTH, own)
    if not label:
        own["label"] = _("What do you ask? One language at least.")
    kind = _choice(appearance.Kind, data, "kind", own)
    found: dict[str, Any] = {
        "id": name,
        "kind": kind,
        "label": label,
        "when": _choice(appearance.When, data, "when", own),
        "required": data.get("required") is True,
    }
    if kind == "choice":
        found["choices"] = _choices(data.get("choices"), own)
    errors.update({f"{path}.{where}": words for where, words in own.items()})
    return found


def _choices(value: object, errors: Errors) -> list[str | dict[str, str]]:
    wrong: Errors = {}
    given = value if isinstance(value, list) else []
    found = [one for one in (_text(each, "choice", CHOICE_LENGTH, wrong) for each in given) if one]
    if wrong:
        errors["choices"] = _("Each choice has at most %(most)d characters.") % {
            "most": CHOICE_LENGTH
        }
    if not 2 <= len(found) <= MAX_CHOICES:
        errors["choices"] = _("Two to %(most)d choices, each on a line of its own.") % {
            "most": MAX_CHOICES
        }
    return found
